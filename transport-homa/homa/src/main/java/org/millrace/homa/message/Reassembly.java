package org.millrace.homa.message;

import org.millrace.api.pipeline.DropReason;

/**
 * Which bytes of an incoming message have arrived: all up to the furthest one, but for some gaps. Data that lies over the
 * edge of a gap is a duplicate; a gap more than there is room for makes the data that leaves it unwelcome: it comes again.
 */
final class Reassembly {
    private Reassembly() {
    }

    /** {@return 0 if these bytes are new, and noted; else the code of the {@link DropReason}} */
    static int accept(RpcState state, int offset, int end) {
        return offset >= state.inEnd() ? append(state, offset, end) : fill(state, offset, end);
    }

    private static int append(RpcState state, int offset, int end) {
        if (offset > state.inEnd() && !add(state, state.inEnd(), offset)) {
            return DropReason.NOT_MERGEABLE.code();
        }
        state.inEnd(end);
        return 0;
    }

    private static int fill(RpcState state, int offset, int end) {
        int gap = find(state, offset, end);
        if (gap < 0) {
            return DropReason.DUPLICATE.code();
        }
        int after = state.gapEnd(gap);
        if (end == after) {
            state.gapEnd(gap, offset);
        } else if (offset == state.gapStart(gap)) {
            state.gapStart(gap, end);
        } else if (add(state, end, after)) {
            state.gapEnd(gap, offset);
        } else {
            return DropReason.NOT_MERGEABLE.code();
        }
        if (state.gapStart(gap) == state.gapEnd(gap)) {
            remove(state, gap);
        }
        return 0;
    }

    private static int find(RpcState state, int offset, int end) {
        int found = -1;
        for (int i = 0; i < RpcState.MOST_GAPS; i++) {
            if (i < state.gaps() && offset >= state.gapStart(i) && end <= state.gapEnd(i)) {
                found = i;
            }
        }
        return found;
    }

    private static boolean add(RpcState state, int start, int end) {
        int gaps = state.gaps();
        if (gaps == RpcState.MOST_GAPS) {
            return false;
        }
        state.gapStart(gaps, start);
        state.gapEnd(gaps, end);
        state.gaps(gaps + 1);
        return true;
    }

    private static void remove(RpcState state, int gap) {
        int last = state.gaps() - 1;
        state.gapStart(gap, state.gapStart(last));
        state.gapEnd(gap, state.gapEnd(last));
        state.gaps(last);
    }
}

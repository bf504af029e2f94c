package org.millrace.tcp.laminar.receive;

import static org.millrace.tcp.laminar.segment.LaminarMeta.ADVANCE;
import static org.millrace.tcp.laminar.segment.LaminarMeta.MIRROR;
import static org.millrace.tcp.laminar.segment.LaminarMeta.NONE;
import static org.millrace.tcp.laminar.segment.LaminarMeta.NORMAL;
import static org.millrace.tcp.laminar.segment.LaminarMeta.OOO;
import static org.millrace.tcp.laminar.segment.LaminarMeta.REFUSED;

import java.util.List;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.laminar.segment.LaminarMeta;

/** Where the segment lies in the window: offsets for the interval's registers, and what of its payload may be moved
 * (§5.3.1.1, trimming; RFC 9293 §3.10.7.4, first check). */
public final class Place implements Stage<LaminarMeta, State.None> {
    private static final StageSpec<State.None> SPEC = StageSpec.stateless("rx-place", List.of());

    private static final int REPEATED = DropReason.DUPLICATE.code();
    private static final int OUT_OF_WINDOW = DropReason.OUT_OF_WINDOW.code();

    @Override
    public StageSpec<State.None> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, State.None state, long nowNs) {
        if (meta.workflow() == MIRROR) {
            meta.eoff(meta.end() - meta.next());
            if (meta.path() != ADVANCE && (meta.end() != meta.seq() || meta.answer() == 0)) {
                return Verdict.DONE;                                            // §5.3.1.5: another has said so already
            }
            return Verdict.NEXT;
        }
        if (meta.kind() != NORMAL) {
            meta.stamp(0);
            meta.answer(1);
            return Verdict.NEXT;
        }
        if (meta.path() == OOO) {
            outOfOrder(meta);
        } else {
            if (meta.path() == ADVANCE) {
                inOrder(meta);
            } else {
                behind(meta);
            }
        }
        return Verdict.NEXT;
    }

    private static void inOrder(LaminarMeta meta) {
        int next = meta.next();
        int end = meta.end();
        int fin = meta.fin();
        if (meta.beyond() != 0) {
            end = meta.edge();
            fin = 0;
            meta.discard(OUT_OF_WINDOW);
        }
        meta.eoff(end - next);
        meta.finTaken(fin);
        meta.length(end - fin - next);
        meta.dataEnd(end - fin);
        meta.payloadSeq(next);
        meta.payloadOffset(meta.payloadOffset() + (next - meta.seq()));
        meta.answer(1);
    }

    private static void outOfOrder(LaminarMeta meta) {
        meta.stamp(0);                                                          // RFC 7323 §4.3 (2)
        int seq = meta.seq();
        int end = meta.end() - meta.fin();
        boolean isEmpty = meta.payloadLength() == 0;
        if (meta.beyond() != 0) {                                               // or at the edge, and a FIN behind it
            end = meta.edge();
            isEmpty = end - seq <= 0;
            meta.discard(OUT_OF_WINDOW);
        }
        meta.answer(meta.fin());
        if (isEmpty) {
            meta.path(NONE);
            if (meta.payloadLength() != 0) {
                refuse(meta, OUT_OF_WINDOW);
            }
        } else {
            meta.off(seq - meta.next());
            meta.eoff(end - meta.next());
            meta.length(end - seq);
            meta.dataEnd(end);
            meta.payloadSeq(seq);
            meta.answer(1);
        }
    }

    private static void behind(LaminarMeta meta) {
        meta.path(NONE);
        if (meta.seq() != meta.next() || meta.end() != meta.seq()) {            // a bare ACK in its place is welcome
            refuse(meta, REPEATED);
        }
    }

    private static void refuse(LaminarMeta meta, int reason) {
        meta.kind(REFUSED);
        meta.stamp(0);
        meta.discard(reason);
        meta.answer(1);
    }
}

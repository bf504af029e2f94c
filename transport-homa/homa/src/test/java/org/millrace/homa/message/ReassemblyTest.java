package org.millrace.homa.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.ViewCursor;

/** Reassembly beside a set of bits. */
class ReassemblyTest {
    private static final int BYTES = 400;

    private static RpcState state() {
        RpcState state = new RpcState();
        ViewCursor.move(state, new int[Layout.of(RpcState.class).words()], 0);
        return state;
    }

    @Test
    void gapsAreWhatASetOfBitsSays() {
        long seed = 20261130;
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        int taken = 0;
        for (int run = 0; run < 300; run++) {
            RpcState state = state();
            BitSet model = new BitSet();
            for (int i = 0; i < 300 && model.cardinality() < BYTES; i++) {
                int start = random.nextInt(BYTES);
                int end = start + 1 + random.nextInt(Math.min(40, BYTES - start));
                boolean isNew = model.get(start, end).isEmpty();
                int reason = Reassembly.accept(state, start, end);
                if (reason == 0) {
                    assertThat(isNew).as("%d to %d is new", start, end).isTrue();
                    model.set(start, end);
                    taken++;
                } else if (isNew) {
                    assertThat(reason).isEqualTo(DropReason.NOT_MERGEABLE.code());
                    assertThat(state.gaps()).isEqualTo(RpcState.MOST_GAPS);
                }
                assertGaps(state, model);
            }
        }
        assertThat(taken).isGreaterThan(3000);
    }

    private static void assertGaps(RpcState state, BitSet model) {
        BitSet gaps = new BitSet();
        gaps.set(0, state.inEnd());
        gaps.andNot(model);
        BitSet said = new BitSet();
        for (int i = 0; i < state.gaps(); i++) {
            assertThat(state.gapStart(i)).isLessThan(state.gapEnd(i));
            said.set(state.gapStart(i), state.gapEnd(i));
        }
        assertThat(said).isEqualTo(gaps);
        assertThat(state.inEnd()).isEqualTo(model.length());
    }
}

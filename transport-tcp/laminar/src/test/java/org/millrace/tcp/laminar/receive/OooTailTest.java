package org.millrace.tcp.laminar.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.millrace.tcp.laminar.segment.LaminarMeta.ADVANCE;
import static org.millrace.tcp.laminar.segment.LaminarMeta.MISS;
import static org.millrace.tcp.laminar.segment.LaminarMeta.OOO;
import static org.millrace.tcp.laminar.segment.LaminarMeta.START;
import static org.millrace.tcp.laminar.segment.LaminarMeta.TOUCH;

import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.testkit.StageHarness;

class OooTailTest {
    private final StageHarness<LaminarMeta, OooTail.Register> harness =
        StageHarness.<LaminarMeta, OooTail.Register>of(new OooTail(), LaminarMeta::new);

    private void ooo(int tail, int off, int eoff) {
        harness.state(s -> s.tail(tail)).item(m -> {
            m.path(OOO);
            m.off(off);
            m.eoff(eoff);
        }).expect(Verdict.NEXT);
    }

    private void leaves(int tail, int fit) {
        assertThat(harness.state().tail()).isEqualTo(tail);
        assertThat(harness.meta().tail()).isEqualTo(tail);
        assertThat(harness.meta().fit()).isEqualTo(fit);
    }

    @Test
    void firstSegmentStartsAnInterval() {
        ooo(0, 500, 1000);
        leaves(1000, START);
    }

    @Test
    void touchingSegmentExtendsIt() {
        ooo(1000, 1000, 1200);
        leaves(1200, TOUCH);
    }

    @Test
    void segmentInsideLeavesIt() {
        ooo(1000, 600, 800);
        leaves(1000, TOUCH);
    }

    @Test
    void segmentBeyondMisses() {
        ooo(1000, 1001, 1200);
        leaves(1000, MISS);
    }

    @Test
    void advancingBringsItCloser() {
        harness.state(s -> s.tail(1000)).item(m -> {
            m.path(ADVANCE);
            m.eoff(400);
        }).expect(Verdict.NEXT);
        leaves(600, MISS);
    }

    @Test
    void advancingBeyondEndsIt() {
        harness.state(s -> s.tail(1000)).item(m -> {
            m.path(ADVANCE);
            m.eoff(1400);
        }).expect(Verdict.NEXT);
        leaves(0, MISS);
    }
}

package org.millrace.tcp.laminar.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.millrace.tcp.laminar.segment.LaminarMeta.ACCEPT;
import static org.millrace.tcp.laminar.segment.LaminarMeta.ADVANCE;
import static org.millrace.tcp.laminar.segment.LaminarMeta.MISS;
import static org.millrace.tcp.laminar.segment.LaminarMeta.OOO;
import static org.millrace.tcp.laminar.segment.LaminarMeta.START;
import static org.millrace.tcp.laminar.segment.LaminarMeta.TOUCH;

import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.testkit.StageHarness;

class OooHeadTest {
    private final StageHarness<LaminarMeta, OooHead.Register> harness =
        StageHarness.<LaminarMeta, OooHead.Register>of(new OooHead(), LaminarMeta::new);

    private void ooo(int head, int fit, int off, int eoff) {
        harness.state(s -> s.head(head)).item(m -> {
            m.path(OOO);
            m.fit(fit);
            m.off(off);
            m.eoff(eoff);
        }).expect(Verdict.NEXT);
    }

    private void leaves(int head, int fit) {
        assertThat(harness.state().head()).isEqualTo(head);
        assertThat(harness.meta().head()).isEqualTo(head);
        assertThat(harness.meta().fit()).isEqualTo(fit);
    }

    @Test
    void firstSegmentStartsAnInterval() {
        ooo(0, START, 500, 1000);
        leaves(500, ACCEPT);
    }

    @Test
    void segmentInFrontExtendsIt() {
        ooo(500, TOUCH, 300, 500);
        leaves(300, ACCEPT);
    }

    @Test
    void segmentAtTheTailLeavesIt() {
        ooo(500, TOUCH, 1000, 1200);
        leaves(500, ACCEPT);
    }

    @Test
    void segmentShortOfItMisses() {
        ooo(500, TOUCH, 300, 499);
        leaves(500, TOUCH);
    }

    @Test
    void segmentBeyondTheTailMisses() {
        ooo(500, MISS, 3000, 3100);
        leaves(500, MISS);
    }

    @Test
    void advancingClosesTheGap() {
        harness.state(s -> s.head(500)).item(m -> {
            m.path(ADVANCE);
            m.eoff(700);
        }).expect(Verdict.NEXT);
        leaves(0, MISS);
    }
}

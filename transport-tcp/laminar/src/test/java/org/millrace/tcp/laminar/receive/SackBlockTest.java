package org.millrace.tcp.laminar.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.millrace.tcp.laminar.segment.LaminarMeta.ADVANCE;
import static org.millrace.tcp.laminar.segment.LaminarMeta.NONE;
import static org.millrace.tcp.laminar.segment.LaminarMeta.SACK;

import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.testkit.StageHarness;

/** Both stages of SACK. */
class SackBlockTest {
    private final StageHarness<LaminarMeta, State.None> sack =
        StageHarness.<LaminarMeta, State.None>of(new SackBlock(), LaminarMeta::new).workflow(Workflow.MIRROR);
    private final StageHarness<LaminarMeta, State.None> repeated =
        StageHarness.<LaminarMeta, State.None>of(new RepeatedBlock(), LaminarMeta::new);

    private int[] pseudo(Consumer<LaminarMeta> item) {
        sack.item(m -> {
            m.features(SACK);
            item.accept(m);
        }).expect(Verdict.NEXT);
        return new int[] {sack.meta().sackStart(), sack.meta().sackEnd()};
    }

    @Test
    void intervalCountsFromWhereThePseudoSegmentLeftRcvNxt() {
        assertThat(pseudo(m -> {
            m.path(NONE);
            m.next(1000);
            m.head(500);
            m.tail(700);
        })).containsExactly(1500, 1700);
        assertThat(pseudo(m -> {
            m.path(ADVANCE);
            m.next(1000);
            m.end(1200);
            m.head(300);
            m.tail(500);
        })).containsExactly(1500, 1700);
    }

    @Test
    void noIntervalOrOneThatIsClosedIsNoBlock() {
        assertThat(pseudo(m -> m.next(1000))).containsExactly(0, 0);
        assertThat(pseudo(m -> m.tail(700))).containsExactly(0, 0);
    }

    @Test
    void whatCameTwiceGoesBefore() {
        assertThat(pseudo(m -> {
            m.head(500);
            m.tail(700);
            m.sackStart(10);
            m.sackEnd(20);
        })).containsExactly(10, 20);
    }

    @Test
    void peerWithoutSackGetsNone() {
        assertThat(pseudo(m -> {
            m.features(LaminarMeta.TIMESTAMPS);
            m.head(500);
            m.tail(700);
        })).containsExactly(0, 0);
    }

    private int[] received(int discard, int length) {
        repeated.item(m -> {
            m.features(SACK);
            m.seq(900);
            m.payloadLength(length);
            m.discard(discard);
        }).expect(Verdict.NEXT);
        return new int[] {repeated.meta().sackStart(), repeated.meta().sackEnd()};
    }

    @Test
    void repeatedPayloadIsReported() {
        assertThat(received(DropReason.DUPLICATE.code(), 100)).containsExactly(900, 1000);
        assertThat(received(DropReason.DUPLICATE.code(), 0)).containsExactly(0, 0);
        assertThat(received(DropReason.NOT_MERGEABLE.code(), 100)).containsExactly(0, 0);
        assertThat(received(0, 100)).containsExactly(0, 0);
    }
}

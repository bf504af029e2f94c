package org.millrace.tcp.laminar.receive;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.testkit.StageHarness;

class DelayedAckTest {
    private final StageHarness<LaminarMeta, DelayedAck.Register> harness =
        StageHarness.<LaminarMeta, DelayedAck.Register>of(new DelayedAck(), LaminarMeta::new);

    private void inOrder(int held, long verdict, Consumer<LaminarMeta> more) {
        harness.state(s -> s.held(held)).item(m -> {
            m.path(LaminarMeta.ADVANCE);
            m.answer(1);
            m.stamp(1);
            more.accept(m);
        }).expect(verdict);
    }

    private void leaves(int held, int answer) {
        assertThat(harness.state().held()).isEqualTo(held);
        assertThat(harness.meta().answer()).isEqualTo(answer);
    }

    @Test
    void firstInOrderIsHeldAndTheTimerAskedFor() {
        inOrder(0, Verdict.NEXT | Verdict.DIGEST, m -> { });
        leaves(1, 0);
        assertThat(harness.meta().digest()).isEqualTo(TcpProgram.DIGEST_ACTIVE);
        assertThat(harness.meta().stamp()).as("its timestamp is the one to echo").isEqualTo(1);
    }

    @Test
    void secondIsAnsweredWithTheFirstOnesTimestamp() {
        inOrder(1, Verdict.NEXT, m -> { });
        leaves(0, 1);
        assertThat(harness.meta().stamp()).isZero();
    }

    @Test
    void whatAnAnswerIsWaitedForGetsItAtOnce() {
        inOrder(0, Verdict.NEXT, m -> m.path(LaminarMeta.OOO));
        leaves(0, 1);
        inOrder(0, Verdict.NEXT, m -> m.tail(500));
        leaves(0, 1);
        inOrder(0, Verdict.NEXT, m -> m.finTaken(1));
        leaves(0, 1);
        inOrder(0, Verdict.NEXT, m -> m.discard(DropReason.OUT_OF_WINDOW.code()));
        leaves(0, 1);
        inOrder(0, Verdict.NEXT, m -> m.ecn(3));
        leaves(0, 1);
    }

    @Test
    void bareAcknowledgementChangesNothing() {
        inOrder(1, Verdict.NEXT, m -> m.answer(0));
        leaves(1, 0);
    }

    @Test
    void segmentThatLeavesTakesItAlong() {
        harness.workflow(Workflow.TX).state(s -> s.held(1)).item(m -> m.blocked(1)).expect(Verdict.NEXT);
        assertThat(harness.state().held()).as("blocked").isEqualTo(1);
        harness.item(m -> { }).expect(Verdict.NEXT);
        assertThat(harness.state().held()).isZero();
    }

    @Test
    void answerToTheHostTakesItAlong() {
        harness.workflow(Workflow.HC).state(s -> s.held(1)).item(m -> { }).expect(Verdict.NEXT);
        assertThat(harness.state().held()).isEqualTo(1);
        harness.item(m -> m.answer(1)).expect(Verdict.NEXT);
        assertThat(harness.state().held()).isZero();
    }
}

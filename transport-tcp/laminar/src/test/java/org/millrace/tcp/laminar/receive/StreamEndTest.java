package org.millrace.tcp.laminar.receive;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.testkit.StageHarness;

class StreamEndTest {
    private static final int END = 5000;
    private static final int NEXT = 7000;

    private final StageHarness<LaminarMeta, StreamEnd.Register> harness =
        StageHarness.<LaminarMeta, StreamEnd.Register>of(new StreamEnd(), LaminarMeta::new);

    private StageHarness<LaminarMeta, StreamEnd.Register> taken(boolean fin, boolean closed, int finTaken, int length) {
        return harness.state(s -> s.install(closed, fin, END)).item(m -> {
            m.taken(1);
            m.finTaken(finTaken);
            m.length(length);
            m.next(NEXT);
            m.end(NEXT);
        });
    }

    @Test
    void finIsNotedAndWhereItEnds() {
        taken(false, false, 1, 100).expect(Verdict.NEXT);
        assertThat(harness.state().hasFin()).isTrue();
        assertThat(harness.state().end()).isEqualTo(NEXT);
        assertThat(harness.meta().finTaken()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"false,1,100", "false,0,1", "true,0,100", "true,1,0"})
    void nothingIsTakenBehindTheFinAndTheAnswerPutsTheStreamBack(boolean closed, int finTaken, int length) {
        taken(true, closed, finTaken, length).expect(Verdict.NEXT);
        assertThat(harness.meta().taken()).isZero();
        assertThat(harness.meta().finTaken()).isZero();
        assertThat(harness.meta().length()).isZero();
        assertThat(harness.meta().discard()).isEqualTo(DropReason.UNACCEPTABLE.code());
        assertThat(harness.meta().answer()).isEqualTo(LaminarMeta.ENDED);
        assertThat(harness.meta().next()).isEqualTo(END);
        assertThat(harness.meta().end()).isEqualTo(END);
        assertThat(harness.state().end()).isEqualTo(END);
    }

    @Test
    void payloadForAClosedReaderIsTheControlPlanes() {
        taken(false, true, 0, 1).expect(Verdict.control(TcpProgram.DATA_AFTER_CLOSE));
    }

    @Test
    void finForAClosedReaderIsWelcome() {
        taken(false, true, 1, 0).expect(Verdict.NEXT);
        assertThat(harness.meta().finTaken()).isEqualTo(1);
        assertThat(harness.state().isClosed()).isTrue();
    }

    @Test
    void closeIsNoted() {
        harness.workflow(Workflow.HC).item(m -> m.operation(TcpProgram.CLOSE)).expect(Verdict.NEXT);
        assertThat(harness.state().isClosed()).isTrue();
        assertThat(harness.state().hasFin()).isFalse();
    }
}

package org.millrace.tcp.laminar.receive;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.testkit.StageHarness;

class StreamEndTest {
    private final StageHarness<LaminarMeta, StreamEnd.Register> harness =
        StageHarness.<LaminarMeta, StreamEnd.Register>of(new StreamEnd(), LaminarMeta::new);

    private StageHarness<LaminarMeta, StreamEnd.Register> taken(int fin, int closed, int finTaken, int length) {
        return harness.state(s -> {
            s.fin(fin);
            s.closed(closed);
        }).item(m -> {
            m.taken(1);
            m.finTaken(finTaken);
            m.length(length);
        });
    }

    @Test
    void finIsNoted() {
        taken(0, 0, 1, 100).expect(Verdict.NEXT);
        assertThat(harness.state().fin()).isEqualTo(1);
        assertThat(harness.meta().finTaken()).isEqualTo(1);
    }

    @Test
    void nothingIsTakenBehindTheFin() {
        taken(1, 0, 1, 100).expect(Verdict.NEXT);
        assertThat(harness.meta().taken()).isZero();
        assertThat(harness.meta().finTaken()).isZero();
        assertThat(harness.meta().length()).isZero();
        assertThat(harness.meta().discard()).isEqualTo(DropReason.UNACCEPTABLE.code());
    }

    @Test
    void payloadForAClosedReaderIsTheControlPlanes() {
        taken(0, 1, 0, 1).expect(Verdict.control(TcpProgram.DATA_AFTER_CLOSE));
    }

    @Test
    void finForAClosedReaderIsWelcome() {
        taken(0, 1, 1, 0).expect(Verdict.NEXT);
        assertThat(harness.meta().finTaken()).isEqualTo(1);
    }

    @Test
    void closeIsNoted() {
        harness.workflow(Workflow.HC).item(m -> m.operation(TcpProgram.CLOSE)).expect(Verdict.NEXT);
        assertThat(harness.state().closed()).isEqualTo(1);
    }
}

package org.millrace.tcp.laminar.transmit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.testkit.StageHarness;

class CreditsTest {
    private final StageHarness<LaminarMeta, Credits.Register> harness =
        StageHarness.<LaminarMeta, Credits.Register>of(new Credits(), LaminarMeta::new);

    private int send(int length) {
        harness.workflow(Workflow.TX).state(s -> s.credits(3000)).item(m -> {
            m.una(-1000);
            m.dataEnd(1000 + length);
        }).expect(Verdict.NEXT);
        return harness.meta().blocked();
    }

    @Test
    void bytesInFlightAreCountedFromUna() {
        assertThat(send(1000)).isZero();
        assertThat(send(1001)).isEqualTo(1);
    }
}

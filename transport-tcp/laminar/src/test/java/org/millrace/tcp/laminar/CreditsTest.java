package org.millrace.tcp.laminar;

import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.testkit.StageHarness;

class CreditsTest {
    private final StageHarness<LaminarMeta, Credits.Register> harness =
        StageHarness.<LaminarMeta, Credits.Register>of(new Credits(), LaminarMeta::new);

    private StageHarness<LaminarMeta, Credits.Register> send(int length) {
        return harness.workflow(Workflow.TX).state(s -> s.credits(3000)).item(m -> {
            m.una(-1000);
            m.seq(1000);
            m.length(length);
        });
    }

    @Test
    void bytesInFlightAreCountedFromUna() {
        send(1000).expect(Verdict.NEXT);
        send(1001).expect(Verdict.drop(DropReason.NOTHING_TO_SEND.code()));
    }
}

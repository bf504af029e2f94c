package org.millrace.tcp.laminar.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.millrace.tcp.laminar.segment.LaminarMeta.DCTCP;
import static org.millrace.tcp.laminar.segment.LaminarMeta.ECN;

import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.testkit.StageHarness;
import org.millrace.wire.TcpHeader;

class CongestionEchoTest {
    private final StageHarness<LaminarMeta, CongestionEcho.Register> harness =
        StageHarness.<LaminarMeta, CongestionEcho.Register>of(new CongestionEcho(), LaminarMeta::new);

    private void data(int features, int ecn, int flags, int before) {
        harness.state(s -> s.echo(before)).item(m -> {
            m.features(features);
            m.ecn(ecn);
            m.flags(flags);
            m.answer(1);
        }).expect(Verdict.NEXT);
    }

    private void leaves(int echo) {
        assertThat(harness.state().echo()).isEqualTo(echo);
        assertThat(harness.meta().echo()).isEqualTo(echo);
    }

    @Test
    void markIsEchoedUntilCwr() {
        data(ECN, 3, TcpHeader.ACK, 0);
        leaves(1);
        data(ECN, 2, TcpHeader.ACK, 1);
        leaves(1);
        data(ECN, 2, TcpHeader.ACK | TcpHeader.CWR, 1);
        leaves(0);
    }

    @Test
    void dctcpEchoesEachSegmentAsItCame() {
        data(ECN | DCTCP, 3, TcpHeader.ACK, 0);
        leaves(1);
        data(ECN | DCTCP, 2, TcpHeader.ACK, 1);
        leaves(0);
    }

    @Test
    void withoutEcnNothingIsEchoed() {
        data(0, 3, TcpHeader.ACK, 0);
        leaves(0);
    }
}

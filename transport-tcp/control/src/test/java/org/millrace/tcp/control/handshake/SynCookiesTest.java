package org.millrace.tcp.control.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.millrace.tcp.control.FakeHost.SECOND;
import static org.millrace.tcp.control.FakeHost.field;
import static org.millrace.tcp.control.FakeHost.from;
import static org.millrace.wire.TcpHeader.SYN;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.millrace.net.guard.SipHash;
import org.millrace.tcp.control.FakeHost;
import org.millrace.tcp.control.program.TcpConnectionState;
import org.millrace.tcp.control.wire.Endpoints;

class SynCookiesTest {
    private static final Endpoints ENDS = new Endpoints(FakeHost.LOCAL, 80, FakeHost.PEER, 4000);
    private static final int IRS = -7;

    private final SynCookies cookies = new SynCookies(new SipHash(new byte[16]));

    @Test
    void bringsBackTheLargestMssThatFits() {
        int[][] sentAndKept = {{1460, 1460}, {1459, 1452}, {9000, 8960}, {536, 536}, {100, 536}, {1220, 1220}};
        for (int[] mss : sentAndKept) {
            int cookie = cookies.make(ENDS, IRS, mss[0], SECOND);
            assertThat(cookies.mss(ENDS, IRS, cookie, 2 * SECOND)).isEqualTo(mss[1]);
        }
    }

    @Test
    void isOfOneConnectionAndTime() {
        int cookie = cookies.make(ENDS, IRS, 1460, SECOND);
        assertThat(cookies.mss(ENDS, IRS, cookie, 100 * SECOND)).isEqualTo(1460);
        assertThat(cookies.mss(ENDS, IRS, cookie, 121 * SECOND)).isEqualTo(SynCookies.NOT_OURS);
        assertThat(cookies.mss(ENDS, IRS + 1, cookie, SECOND)).isEqualTo(SynCookies.NOT_OURS);
        assertThat(cookies.mss(ENDS, IRS, cookie + 1, SECOND)).isEqualTo(SynCookies.NOT_OURS);
        Endpoints other = new Endpoints(FakeHost.LOCAL, 80, FakeHost.PEER, 4001);
        assertThat(cookies.mss(other, IRS, cookie, SECOND)).isEqualTo(SynCookies.NOT_OURS);
    }

    @Test
    void goodConnectionsSucceedInAFloodOfTenTimesTheBacklog() {
        FakeHost host = new FakeHost(Map.of("syn-backlog", "100"));
        host.listen(80);
        for (int i = 0; i < 1_000; i++) {
            host.deliver(from(10_000 + i, 80).flags(SYN).seq(i).mss(1460).timestamps(1, 0).scale(7));
        }
        host.takeSent();
        host.takeDrops();
        for (int i = 0; i < 50; i++) {
            host.deliver(from(20_000 + i, 80).flags(SYN).seq(100).mss(1400).timestamps(1, 0).scale(7));
            String synAck = host.takeSent().getFirst();
            int iss = field(synAck, "seq");
            assertThat(synAck).isEqualTo("80>" + (20_000 + i) + " SYN,ACK seq=" + iss + " ack=101 win=65535 mss=1460");
            host.deliver(from(20_000 + i, 80).seq(101).ack(iss + 1).window(500).payload(20));
            TcpConnectionState s = host.program.states.get(i + 1);
            assertThat(s.mss).isEqualTo(1360);
            assertThat(s.rcvNxt).isEqualTo(121);
            assertThat(s.sndUna).isEqualTo(iss + 1);
            assertThat(s.sndWindow).isEqualTo(500);
            assertThat(s.timestamps).isFalse();
        }
        assertThat(host.takeEvents()).hasSize(50).allMatch(e -> e.startsWith("accepted "));
    }

    @Test
    void inventedAcksAreReset() {
        FakeHost host = new FakeHost(Map.of("syn-backlog", "1"));
        host.listen(80);
        host.deliver(from(10_000, 80).flags(SYN).seq(1));
        host.deliver(from(10_001, 80).flags(SYN).seq(1));
        host.takeSent();
        for (int i = 0; i < 500; i++) {
            host.deliver(from(20_000, 80).seq(2).ack(i * 7_919));
        }
        assertThat(host.takeSent()).hasSize(500).allMatch(s -> s.contains(" RST "));
        assertThat(host.flows).isEmpty();
    }
}

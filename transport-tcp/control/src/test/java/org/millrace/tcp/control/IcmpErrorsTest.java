package org.millrace.tcp.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.millrace.tcp.control.FakeHost.LOCAL;
import static org.millrace.tcp.control.FakeHost.PEER;
import static org.millrace.tcp.control.FakeHost.field;
import static org.millrace.tcp.control.FakeHost.from;
import static org.millrace.wire.TcpHeader.SYN;

import org.junit.jupiter.api.Test;
import org.millrace.api.transport.ControlPlane.IcmpError;

/** RFC 5927. */
class IcmpErrorsTest {
    private final FakeHost host = new FakeHost();

    private void established(int code, int mtu, int sequence) {
        host.control.icmpError(new IcmpError(code, mtu, LOCAL, 80, PEER, 4000, sequence), host.now);
    }

    @Test
    void establishedConnectionsSurviveEverything() {
        int nxt = host.accept();
        host.append(1, 1000);
        for (int code = 0; code < 16; code++) {
            if (code != 4) {
                established(code, 0, nxt);
            }
        }
        assertThat(host.takeEvents()).isEmpty();
        assertThat(host.takeCalls()).isEmpty();
        assertThat(host.state()).isEqualTo("ESTABLISHED");
    }

    @Test
    void fragmentationNeededShrinksAndSendsAgain() {
        int nxt = host.accept();
        host.append(1, 5000);
        established(4, 1300, nxt + 1460);
        assertThat(host.takeCalls()).containsExactly("mss=1260 1", "RETRANSMIT 1");
        established(4, 1400, nxt);
        assertThat(host.takeCalls()).as("never grows").isEmpty();
        established(4, 68, nxt);
        assertThat(host.takeCalls()).containsExactly("mss=512 1", "RETRANSMIT 1");
        established(4, 0, nxt);
        assertThat(host.takeCalls()).isEmpty();
    }

    @Test
    void whatARouterHasSaidHoldsForTheNextConnection() {
        int nxt = host.accept();
        host.append(1, 1000);
        established(4, 1300, nxt + 1000); // not about data in flight
        assertThat(host.mtu).isEqualTo(1500);
        established(4, 1300, nxt);
        assertThat(host.mtu).isEqualTo(1300);
        host.deliver(from(4001, 80).flags(SYN).seq(100).mss(1460));
        assertThat(host.takeSent().getLast()).contains("mss=1260");
        established(4, 0, nxt);
        assertThat(host.mtu).as("a guess").isEqualTo(1300);
    }

    @Test
    void sequenceNumberMustBeInFlight() {
        int nxt = host.accept();
        established(4, 1300, nxt);
        host.append(1, 1000);
        established(4, 1300, nxt - 1);
        established(4, 1300, nxt + 1000);
        assertThat(host.takeCalls()).isEmpty();
    }

    @Test
    void connectingEndsForTheRightSequenceNumber() {
        host.connect(5000, 80);
        int iss = field(host.takeSent().getFirst(), "seq");
        host.control.icmpError(new IcmpError(3, 0, LOCAL, 5000, PEER, 80, iss + 1), host.now);
        assertThat(host.takeEvents()).isEmpty();
        host.control.icmpError(new IcmpError(3, 0, LOCAL, 5000, PEER, 80, iss), host.now);
        assertThat(host.takeEvents()).containsExactly("connected ctx=0 conn=-1 opaque=88 REFUSED");
        host.connect(5000, 80);
        iss = field(host.takeSent().getFirst(), "seq");
        host.control.icmpError(new IcmpError(1, 0, LOCAL, 5000, PEER, 80, iss), host.now);
        assertThat(host.takeEvents()).containsExactly("connected ctx=0 conn=-1 opaque=88 UNREACHABLE");
    }

    @Test
    void silentNeighbourEndsConnectingOnly() {
        host.accept();
        host.connect(5000, 80);
        host.takeCalls();
        host.control.unreachable(peer -> peer == PEER, host.now);
        assertThat(host.takeEvents()).containsExactly("connected ctx=0 conn=-1 opaque=88 UNREACHABLE");
        assertThat(host.state()).isEqualTo("ESTABLISHED");
    }
}

package org.millrace.tcp.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.millrace.tcp.control.FakeHost.MS;
import static org.millrace.tcp.control.FakeHost.SECOND;
import static org.millrace.tcp.control.FakeHost.from;
import static org.millrace.wire.TcpHeader.ACK;
import static org.millrace.wire.TcpHeader.FIN;
import static org.millrace.wire.TcpHeader.PSH;
import static org.millrace.wire.TcpHeader.RST;
import static org.millrace.wire.TcpHeader.SYN;
import static org.millrace.wire.TcpHeader.URG;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.millrace.wire.Ipv4Address;

class SegmentArrivalTest {
    private final FakeHost host = new FakeHost();

    private static TestSegment peer() {
        return from(4000, 80);
    }

    @Test
    void closedPortAnswersWithReset() { // RFC 9293 §3.10.7.1
        host.deliver(from(4000, 81).flags(SYN).seq(7));
        host.deliver(from(4000, 81).seq(7).ack(99));
        host.deliver(from(4000, 81).flags(FIN).seq(7).payload(10));
        host.deliver(from(4000, 81).flags(RST).seq(7));
        assertThat(host.takeSent()).containsExactly("81>4000 RST,ACK seq=0 ack=8 win=0",
                "81>4000 RST seq=99 ack=0 win=0", "81>4000 RST,ACK seq=0 ack=18 win=0");
        assertThat(host.takeDrops()).hasSize(4).containsOnly("NO_FLOW");
    }

    @Test
    void resetsToClosedPortsAreLimited() {
        FakeHost limited = new FakeHost(Map.of("resets", "10"));
        for (int second = 0; second < 50; second++) {
            for (int i = 0; i < 100; i++) {
                limited.deliver(from(4000, 81).flags(SYN).seq(i));
            }
            assertThat(limited.takeSent()).hasSizeBetween(5, 15);
            limited.now += SECOND;
        }
    }

    @Test
    void listenerResetsAcksAndIgnoresTheRest() { // RFC 9293 §3.10.7.2
        host.listen(80);
        host.deliver(peer().seq(1).ack(5));
        host.deliver(peer().flags(SYN).seq(1).ack(6));
        assertThat(host.takeSent())
                .containsExactly("80>4000 RST seq=5 ack=0 win=0", "80>4000 RST seq=6 ack=0 win=0");
        host.deliver(peer().flags(RST | SYN).seq(1));
        host.deliver(peer().flags(FIN).seq(1));
        host.deliver(peer().flags(0).seq(1));
        assertThat(host.takeSent()).isEmpty();
        assertThat(host.state()).isEmpty();
    }

    @Test
    void segmentsFromNobodyAreDropped() {
        host.listen(80);
        for (String source : List.of("10.0.0.1", "224.0.0.1", "255.255.255.255", "0.0.0.0", "127.0.0.1")) {
            int address = Ipv4Address.parse(source).bits();
            host.deliver(from(80, 80).flags(SYN).seq(1).bytes(address, FakeHost.LOCAL), address);
        }
        assertThat(host.takeSent()).isEmpty();
        assertThat(host.takeDrops()).hasSize(5).containsOnly("UNACCEPTABLE");
    }

    @Test
    void synOnAnEstablishedConnectionIsChallenged() { // RFC 5961 §4.2
        host.accept();
        host.takeCalls();
        host.deliver(peer().flags(SYN).seq(101));
        host.deliver(peer().flags(SYN).seq(9_000_000));
        host.deliver(peer().flags(SYN).seq(101).ack(5));
        assertThat(host.takeCalls()).containsExactly("ACK 1", "ACK 1", "ACK 1");
        assertThat(host.state()).isEqualTo("ESTABLISHED");
    }

    @Test
    void onlyTheExactResetResets() { // RFC 5961 §3.2
        host.accept();
        host.takeCalls();
        host.deliver(peer().flags(RST).seq(100));
        host.deliver(peer().flags(RST).seq(101 + 65_535));
        assertThat(host.takeCalls()).isEmpty();
        host.deliver(peer().flags(RST).seq(102));
        host.deliver(peer().flags(RST).seq(101 + 65_534));
        assertThat(host.takeCalls()).containsExactly("ACK 1", "ACK 1");
        assertThat(host.takeEvents()).isEmpty();
        host.deliver(peer().flags(RST).seq(101));
        assertThat(host.takeEvents()).containsExactly("failed ctx=0 conn=1 RESET");
    }

    @Test
    void ackOfWhatWasNeverSentIsChallenged() { // RFC 5961 §5.2
        int nxt = host.accept();
        host.takeCalls();
        host.deliver(peer().seq(101).ack(nxt + 1));
        assertThat(host.takeCalls()).containsExactly("ACK 1");
        assertThat(host.takeDrops()).containsExactly("BAD_ACKNOWLEDGEMENT");
    }

    @Test
    void segmentWithoutAckIsDropped() {
        host.accept();
        host.takeCalls();
        host.deliver(peer().seq(101).payload(5));
        assertThat(host.takeCalls()).isEmpty();
        assertThat(host.takeDrops()).containsExactly("UNACCEPTABLE");
    }

    @Test
    void urgentDataIsDataInLine() { // RFC 6093
        int nxt = host.accept();
        host.deliver(peer().flags(URG | PSH).seq(101).ack(nxt).payload(5));
        assertThat(host.program.states.get(1).rcvNxt).isEqualTo(106);
        assertThat(host.takeDrops()).isEmpty();
    }

    @Test
    void challengesAreLimitedAndTheLimitVaries() {
        FakeHost limited = new FakeHost(Map.of("challenge-acks", "100"));
        limited.accept();
        limited.takeCalls();
        int[] counts = new int[50];
        for (int second = 0; second < counts.length; second++) {
            for (int i = 0; i < 300; i++) {
                limited.deliver(peer().flags(SYN).seq(i));
            }
            counts[second] = limited.takeCalls().size();
            limited.now += SECOND;
        }
        assertThat(Arrays.stream(counts)).allMatch(n -> n >= 50 && n <= 150);
        assertThat(Arrays.stream(counts).distinct().count()).isGreaterThan(10);
    }

    /** Brings a fresh host's connection of port 4000 into a state. */
    private record Situation(String state, Consumer<FakeHost> reach) {
    }

    private static final List<Situation> SITUATIONS = List.of(
            new Situation("ESTABLISHED", h -> h.accept()),
            new Situation("FIN-WAIT-1", h -> {
                h.accept();
                h.shutdown(1);
            }),
            new Situation("FIN-WAIT-2", h -> {
                int nxt = h.accept();
                h.shutdown(1);
                h.deliver(peer().seq(101).ack(nxt + 1));
            }),
            new Situation("CLOSE-WAIT", h -> {
                int nxt = h.accept();
                h.deliver(peer().flags(FIN).seq(101).ack(nxt));
            }),
            new Situation("CLOSING", h -> {
                int nxt = h.accept();
                h.shutdown(1);
                h.pass(2 * MS);
                h.deliver(peer().flags(FIN).seq(101).ack(nxt));
            }),
            new Situation("LAST-ACK", h -> {
                int nxt = h.accept();
                h.deliver(peer().flags(FIN).seq(101).ack(nxt));
                h.pass(2 * MS);
                h.shutdown(1);
            }));

    @Test
    void synInEveryStateIsChallenged() {
        for (Situation situation : SITUATIONS) {
            FakeHost h = reached(situation);
            h.deliver(peer().flags(SYN).seq(500));
            assertThat(h.takeCalls()).as(situation.state).containsExactly("ACK 1");
            assertThat(h.state()).isEqualTo(situation.state);
        }
    }

    @Test
    void exactResetInEveryStateEndsTheConnection() {
        for (Situation situation : SITUATIONS) {
            FakeHost h = reached(situation);
            h.deliver(peer().flags(RST).seq(h.program.states.get(1).rcvNxt));
            assertThat(h.takeEvents()).as(situation.state).containsExactly("failed ctx=0 conn=1 RESET");
            assertThat(h.flows).isEmpty();
            h.close(1);
            assertThat(h.takeEvents()).containsExactly("released ctx=0 conn=1");
            assertThat(h.state()).isEmpty();
        }
    }

    @Test
    void inexactResetInEveryStateIsChallenged() {
        for (Situation situation : SITUATIONS) {
            FakeHost h = reached(situation);
            h.deliver(peer().flags(RST | ACK).seq(h.program.states.get(1).rcvNxt + 1));
            assertThat(h.takeCalls()).as(situation.state).containsExactly("ACK 1");
            assertThat(h.state()).isEqualTo(situation.state);
        }
    }

    @Test
    void abortInEveryStateLeavesNothing() {
        for (Situation situation : SITUATIONS) {
            FakeHost h = reached(situation);
            h.abort(1);
            assertThat(h.takeSent()).as(situation.state).singleElement().asString().contains("RST,ACK");
            assertThat(h.control.connections()).hasSize(1);
            assertThat(h.flows).isEmpty();
            assertThat(h.connections).isEmpty();
            assertThat(h.control.advance(h.now)).isEqualTo(Long.MAX_VALUE);
        }
    }

    private static FakeHost reached(Situation situation) {
        FakeHost h = new FakeHost();
        situation.reach.accept(h);
        h.pass(5 * MS);
        assertThat(h.state()).isEqualTo(situation.state);
        h.takeCalls();
        h.takeSent();
        h.takeEvents();
        h.takeDrops();
        return h;
    }
}

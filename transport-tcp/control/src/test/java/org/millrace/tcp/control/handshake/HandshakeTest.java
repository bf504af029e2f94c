package org.millrace.tcp.control.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.millrace.tcp.control.FakeHost.SECOND;
import static org.millrace.tcp.control.FakeHost.address;
import static org.millrace.tcp.control.FakeHost.field;
import static org.millrace.tcp.control.FakeHost.from;
import static org.millrace.wire.TcpHeader.ACK;
import static org.millrace.wire.TcpHeader.CWR;
import static org.millrace.wire.TcpHeader.ECE;
import static org.millrace.wire.TcpHeader.FIN;
import static org.millrace.wire.TcpHeader.RST;
import static org.millrace.wire.TcpHeader.SYN;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.millrace.api.context.ContextRequest;
import org.millrace.api.context.Limit;
import org.millrace.tcp.control.FakeHost;
import org.millrace.tcp.control.TestSegment;
import org.millrace.tcp.control.program.TcpConnectionState;

class HandshakeTest {
    private final FakeHost host = new FakeHost();

    private TestSegment linuxSyn() {
        return from(4000, 80).flags(SYN).seq(100).window(64_240).mss(1460).option(4, 2).timestamps(7, 0).scale(7);
    }

    @Test
    void passiveOpenNegotiatesWhatBothHave() {
        host.listen(80);
        host.deliver(linuxSyn());
        String synAck = host.takeSent().getFirst();
        int iss = field(synAck, "seq");
        assertThat(synAck).isEqualTo("80>4000 SYN,ACK seq=" + iss + " ack=101 win=65535 mss=1460 ws=3 sack ts=10000/7");
        assertThat(host.state()).isEqualTo("SYN-RECEIVED");

        host.now += 50_000_000;
        host.deliver(from(4000, 80).seq(101).ack(iss + 1).window(502).timestamps(9, 10_000));
        assertThat(host.takeSent()).isEmpty();
        assertThat(host.takeEvents()).containsExactly("accepted ctx=0 conn=1 opaque=77");
        assertThat(host.state()).isEqualTo("ESTABLISHED");
        TcpConnectionState s = host.program.states.get(1);
        assertThat(s).usingRecursiveComparison().isEqualTo(established(iss, s));
        assertThat(s.mss).isEqualTo(1448);
        assertThat(s.sndWindow).isEqualTo(502 << 7);
        assertThat(s.congestionWindow).isEqualTo(10 * 1448);
        assertThat(s.rcvEdge - s.rcvNxt).isEqualTo(65_535);
        assertThat(host.control.connections().getLast().detail()).contains("rtt=50000us").contains("rto=200ms");
    }

    private static TcpConnectionState established(int iss, TcpConnectionState like) {
        TcpConnectionState s = new TcpConnectionState();
        s.localAddress = FakeHost.LOCAL;
        s.peerAddress = FakeHost.PEER;
        s.localPort = 80;
        s.peerPort = 4000;
        s.connection = 1;
        s.mss = like.mss;
        s.timestamps = true;
        s.sack = true;
        s.delayedAckSegments = 2;
        s.firstSent = iss + 1;
        s.sndUna = iss + 1;
        s.sndNxt = iss + 1;
        s.sndMax = iss + 1;
        s.sndWindow = like.sndWindow;
        s.sndWindowMost = like.sndWindow;
        s.littleEnd = iss + 1;
        s.sndShift = 7;
        s.congestionWindow = like.congestionWindow;
        s.firstReceived = 101;
        s.rcvNxt = 101;
        s.rcvEdge = like.rcvEdge;
        s.rcvFree = 256 << 10;
        s.rcvBuffer = 256 << 10;
        s.rcvShift = 3;
        s.tsRecent = 9;
        s.lastAckSent = 101;
        return s;
    }

    @Test
    void peerWithoutOptionsGetsNone() {
        host.listen(80);
        host.deliver(from(4000, 80).flags(SYN).seq(-1));
        String synAck = host.takeSent().getFirst();
        assertThat(synAck).endsWith(" ack=0 win=65535 mss=1460");
        host.deliver(from(4000, 80).seq(0).ack(field(synAck, "seq") + 1).window(1000));
        TcpConnectionState s = host.program.states.get(1);
        assertThat(s.mss).isEqualTo(536);
        assertThat(s.timestamps).isFalse();
        assertThat(s.sndWindow).isEqualTo(1000);
        assertThat(s.rcvShift).isZero();
    }

    @Test
    void synWithZeroLengthOptionIsTakenWithoutIt() { // RFC 9293 MUST-7
        host.listen(80);
        host.deliver(from(4000, 80).flags(SYN).seq(100).mss(700).option(3, 0, 0, 0));
        assertThat(host.takeSent()).singleElement().asString().contains("SYN,ACK").doesNotContain("ws=");
        assertThat(host.takeDrops()).isEmpty();
    }

    @Test
    void tinyMssIsNotBelieved() {
        host.listen(80);
        host.deliver(from(4000, 80).flags(SYN).seq(100).mss(1));
        host.deliver(from(4000, 80).seq(101).ack(field(host.takeSent().getFirst(), "seq") + 1));
        assertThat(host.program.states.get(1).mss).isEqualTo(88);
    }

    @Test
    void activeOpen() {
        host.connect(5000, 80);
        String syn = host.takeSent().getFirst();
        int iss = field(syn, "seq");
        assertThat(syn).isEqualTo("5000>80 SYN,ECE,CWR seq=" + iss + " ack=0 win=65535 mss=1460 ws=3 sack ts=10000/0");
        assertThat(host.state()).isEqualTo("SYN-SENT");
        host.deliver(from(80, 5000).flags(SYN | ECE).seq(900).ack(iss + 1).window(3000).mss(1400).timestamps(5, 10_000));
        assertThat(host.takeEvents()).containsExactly("connected ctx=0 conn=1 opaque=88 OK");
        assertThat(host.takeCalls()).containsExactly("ACK 1");
        TcpConnectionState s = host.program.states.get(1);
        assertThat(s.mss).isEqualTo(1388);
        assertThat(s.sndWindow).isEqualTo(3000);
        assertThat(s.rcvShift).isZero();
        assertThat(s.rcvNxt).isEqualTo(901);
        assertThat(s.ecn).isEqualTo(TcpConnectionState.ECN_CLASSIC);
        assertThat(host.state()).isEqualTo("ESTABLISHED");
    }

    @Test
    void synIsRepeatedWithBackOffForThreeMinutesAndWithoutEcn() {
        host.connect(5000, 80);
        host.takeSent();
        List<Long> seconds = new ArrayList<>();
        long start = host.now;
        while (host.events.isEmpty()) {
            host.pass(SECOND);
            if (!host.sent.isEmpty()) {
                assertThat(host.takeSent()).singleElement().asString().startsWith("5000>80 SYN seq=");
                seconds.add((host.now - start) / SECOND);
            }
        }
        assertThat(seconds).containsExactly(1L, 3L, 7L, 15L, 31L, 63L, 123L);
        assertThat((host.now - start) / SECOND).isEqualTo(183);
        assertThat(host.takeEvents()).containsExactly("connected ctx=0 conn=-1 opaque=88 TIMED_OUT");
        assertThat(host.state()).isEmpty();
        assertThat(host.control.advance(host.now)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void synAckIsRepeatedAndForgotten() {
        host.listen(80);
        host.deliver(linuxSyn());
        String first = host.takeSent().getFirst();
        host.pass(63 * SECOND - 1);
        List<String> again = host.takeSent();
        assertThat(again).hasSize(5).allMatch(s -> field(s, "seq") == field(first, "seq"));
        host.pass(1);
        assertThat(host.state()).isEmpty();
        assertThat(host.takeEvents()).isEmpty();
    }

    @Test
    void lostSynAckIsRepeatedForTheSameSyn() {
        host.listen(80);
        host.deliver(linuxSyn());
        String first = host.takeSent().getFirst();
        host.deliver(linuxSyn());
        assertThat(host.takeSent()).containsExactly(first);
    }

    @Test
    void simultaneousOpen() { // RFC 9293 Figure 8
        host.connect(5000, 80);
        int iss = field(host.takeSent().getFirst(), "seq");
        host.deliver(from(80, 5000).flags(SYN).seq(300).mss(1460));
        assertThat(host.takeSent()).containsExactly("5000>80 SYN,ACK seq=" + iss + " ack=301 win=65535 mss=1460");
        assertThat(host.state()).isEqualTo("SYN-RECEIVED");
        host.deliver(from(80, 5000).flags(SYN).seq(300).ack(iss + 1).mss(1460));
        assertThat(host.takeEvents()).containsExactly("connected ctx=0 conn=1 opaque=88 OK");
        assertThat(host.takeCalls()).containsExactly("ACK 1");
        assertThat(host.state()).isEqualTo("ESTABLISHED");
    }

    @Test
    void ackOfTheHandshakeMayCarryDataAndFin() {
        host.listen(80);
        host.deliver(linuxSyn());
        int iss = field(host.takeSent().getFirst(), "seq");
        host.deliver(from(4000, 80).flags(FIN).seq(101).ack(iss + 1).timestamps(9, 1).payload(50));
        host.pass(SECOND / 1000);
        assertThat(host.takeEvents()).containsExactly("accepted ctx=0 conn=1 opaque=77");
        assertThat(host.program.states.get(1).rcvNxt).isEqualTo(152);
        assertThat(host.state()).isEqualTo("CLOSE-WAIT");
    }

    @Test
    void dataOnASynIsLeftToTheRepetition() {
        host.listen(80);
        host.deliver(linuxSyn().payload(10));
        assertThat(host.takeSent().getFirst()).contains(" ack=101 ");
    }

    @Test
    void wrongAckInSynReceivedIsReset() {
        host.listen(80);
        host.deliver(linuxSyn());
        int iss = field(host.takeSent().getFirst(), "seq");
        host.deliver(from(4000, 80).seq(101).ack(iss + 2).timestamps(9, 1));
        assertThat(host.takeSent()).containsExactly("80>4000 RST seq=" + (iss + 2) + " ack=0 win=0");
        assertThat(host.state()).isEqualTo("SYN-RECEIVED");
    }

    @Test
    void wrongAckInSynSentIsReset() {
        host.connect(5000, 80);
        int iss = field(host.takeSent().getFirst(), "seq");
        host.deliver(from(80, 5000).flags(SYN).seq(1).ack(iss));
        assertThat(host.takeSent()).containsExactly("5000>80 RST seq=" + iss + " ack=0 win=0");
        host.deliver(from(80, 5000).flags(RST).seq(1).ack(iss));
        assertThat(host.takeSent()).isEmpty();
        assertThat(host.state()).isEqualTo("SYN-SENT");
    }

    @Test
    void resetRefusesAnActiveOpenOnlyWithTheRightAck() {
        host.connect(5000, 80);
        int iss = field(host.takeSent().getFirst(), "seq");
        host.deliver(from(80, 5000).flags(RST).seq(0));
        assertThat(host.takeEvents()).isEmpty();
        host.deliver(from(80, 5000).flags(RST).seq(0).ack(iss + 1));
        assertThat(host.takeEvents()).containsExactly("connected ctx=0 conn=-1 opaque=88 REFUSED");
    }

    @Test
    void resetInSynReceivedNeedsTheExactSequenceNumber() {
        host.listen(80);
        host.deliver(linuxSyn());
        int iss = field(host.takeSent().getFirst(), "seq");
        host.deliver(from(4000, 80).flags(RST).seq(99));
        assertThat(host.takeSent()).isEmpty();
        host.deliver(from(4000, 80).flags(RST).seq(105));
        assertThat(host.takeSent()).containsExactly(
                "80>4000 ACK seq=" + (iss + 1) + " ack=101 win=8191 ts=10000/7");
        assertThat(host.state()).isEqualTo("SYN-RECEIVED");
        host.deliver(from(4000, 80).flags(RST).seq(101));
        assertThat(host.state()).isEmpty();
    }

    @Test
    void oldTimestampInSynReceivedIsAnsweredNotTaken() {
        host.listen(80);
        host.deliver(linuxSyn());
        int iss = field(host.takeSent().getFirst(), "seq");
        host.deliver(from(4000, 80).seq(101).ack(iss + 1).timestamps(6, 10_000));
        assertThat(host.takeDrops()).containsExactly("OLD_TIMESTAMP");
        assertThat(host.takeSent()).singleElement().asString().startsWith("80>4000 ACK");
        assertThat(host.state()).isEqualTo("SYN-RECEIVED");
    }

    @Test
    void otherSynInSynReceivedIsChallenged() {
        host.listen(80);
        host.deliver(linuxSyn());
        host.takeSent();
        host.deliver(from(4000, 80).flags(SYN).seq(200).mss(1460).timestamps(8, 0));
        assertThat(host.takeSent()).singleElement().asString().startsWith("80>4000 ACK");
    }

    @Test
    void ecnOnlyForAnEcnSetupSyn() {
        host.listen(80);
        host.deliver(linuxSyn().flags(ECE | CWR));
        assertThat(host.takeSent().getFirst()).startsWith("80>4000 SYN,ACK,ECE ");
        host.deliver(from(4001, 80).flags(SYN | ECE).seq(1));
        assertThat(host.takeSent().getFirst()).startsWith("80>4001 SYN,ACK seq");
    }

    @Test
    void routeChoosesDctcp() {
        FakeHost off = new FakeHost(Map.of("ecn", "off"));
        off.routeOptions.put("congestion", "dctcp");
        off.listen(80);
        off.deliver(linuxSyn().flags(ECE | CWR));
        int iss = field(off.takeSent().getFirst(), "seq");
        off.deliver(from(4000, 80).seq(101).ack(iss + 1).timestamps(9, 1));
        assertThat(off.program.states.get(1).ecn).isEqualTo(TcpConnectionState.ECN_DCTCP);
    }

    @Test
    void timelyAsksForNoMarks() {
        FakeHost h = new FakeHost(Map.of("congestion", "timely"));
        h.listen(80);
        h.deliver(linuxSyn().flags(ECE | CWR));
        assertThat(h.takeSent().getFirst()).startsWith("80>4000 SYN,ACK seq");
    }

    @Test
    void floodIsBoundedAndTheOldestStay() {
        host.request(ContextRequest.Kind.LISTEN, 0, -1, 1, address("10.0.0.1", 80), null, 100);
        int first = 0;
        for (int i = 0; i < 1_000; i++) {
            host.deliver(from(10_000 + i, 80).flags(SYN).seq(i));
            if (i == 0) {
                first = field(host.sent.getFirst(), "seq");
            }
        }
        assertThat(host.takeSent()).as("the rest are cookies").hasSize(1_000);
        assertThat(host.control.connections()).hasSize(1 + 100);
        assertThat(host.takeDrops()).hasSize(900).containsOnly("BACKLOG_FULL");
        assertThat(host.flows).isEmpty();
        host.takeEvents();
        host.deliver(from(10_000, 80).seq(1).ack(first + 1));
        assertThat(host.takeEvents()).containsExactly("accepted ctx=0 conn=1 opaque=1");
        host.deliver(from(20_000, 80).flags(SYN).seq(5));
        assertThat(host.takeSent()).hasSize(1);
    }

    @Test
    void connectionsGoRoundTheContextsThatListen() {
        for (int context = 0; context < 3; context++) {
            host.request(ContextRequest.Kind.LISTEN, context, -1, context, address("0.0.0.0", 80), null, 100);
        }
        host.takeEvents();
        for (int i = 0; i < 6; i++) {
            host.accept(4000 + i);
        }
        assertThat(host.control.connections().stream().filter(c -> c.connection() >= 0).map(c -> c.context()))
                .containsExactlyInAnyOrder(0, 1, 2, 0, 1, 2);
    }

    @Test
    void noBuffersLeftIsReset() {
        host.maxConnections = 0;
        host.listen(80);
        host.deliver(linuxSyn());
        int iss = field(host.takeSent().getFirst(), "seq");
        host.deliver(from(4000, 80).seq(101).ack(iss + 1).timestamps(9, 1));
        assertThat(host.takeSent()).containsExactly("80>4000 RST,ACK seq=" + (iss + 1) + " ack=101 win=0");
        assertThat(host.takeDrops()).containsExactly("CONTEXT_FULL");
        assertThat(host.flows).isEmpty();
        assertThat(host.state()).isEmpty();
    }

    @Test
    void noFlowLeftFailsTheConnect() {
        host.maxFlows = 0;
        host.connect(5000, 80);
        int iss = field(host.takeSent().getFirst(), "seq");
        host.deliver(from(80, 5000).flags(SYN).seq(1).ack(iss + 1));
        assertThat(host.takeEvents()).containsExactly("connected ctx=0 conn=-1 opaque=88 NO_RESOURCES");
        assertThat(host.takeSent()).singleElement().asString().contains("RST");
    }

    @Test
    void twoLostSynAcksMeanASmallInitialWindow() {
        host.listen(80);
        host.deliver(linuxSyn());
        int iss = field(host.takeSent().getFirst(), "seq");
        host.pass(4 * SECOND);
        host.deliver(from(4000, 80).seq(101).ack(iss + 1).timestamps(9, 1));
        assertThat(host.program.states.get(1).congestionWindow).isEqualTo(1448);
        assertThat(host.control.connections().getLast().detail()).contains("rtt=- rto=3000ms");
    }

    @Test
    void sequenceNumbersDifferByPeerAndGrowInTime() {
        host.listen(80);
        HashSet<Integer> seen = new HashSet<>();
        for (int port = 1; port <= 50; port++) {
            host.deliver(from(port, 80).flags(SYN).seq(1));
            seen.add(field(host.takeSent().getFirst(), "seq"));
        }
        assertThat(seen).hasSize(50);
        host.deliver(from(1, 80).flags(RST | ACK).seq(2));
        host.now += 4_000_000;
        int before = seen.size();
        host.deliver(from(60, 80).flags(SYN).seq(1));
        int then = field(host.takeSent().getFirst(), "seq");
        host.deliver(from(60, 80).flags(RST).seq(2));
        host.now += 8_000_000;
        host.deliver(from(60, 80).flags(SYN).seq(1));
        assertThat(field(host.takeSent().getFirst(), "seq") - then).isEqualTo(2_000);
        assertThat(before).isEqualTo(50);
    }

    @Test
    void handshakesOfAContextAreBoundedOverAllItsListeners() {
        FakeHost h = new FakeHost(Map.of("context-half-open", "5"));
        h.request(ContextRequest.Kind.LISTEN, 0, -1, 1, address("10.0.0.1", 80), null, 100);
        h.request(ContextRequest.Kind.LISTEN, 0, -1, 2, address("10.0.0.1", 81), null, 100);
        h.request(ContextRequest.Kind.LISTEN, 1, -1, 3, address("10.0.0.1", 82), null, 100);
        for (int i = 0; i < 4; i++) {
            h.deliver(from(4000 + i, 80).flags(SYN).seq(i));
            h.deliver(from(4000 + i, 81).flags(SYN).seq(i));
        }
        assertThat(h.takeDrops()).containsExactly("BACKLOG_FULL", "BACKLOG_FULL", "BACKLOG_FULL");
        h.deliver(from(4000, 82).flags(SYN).seq(1));
        assertThat(h.takeDrops()).as("another context's").isEmpty();
        assertThat(h.takeSent()).as("who finds no room gets a cookie").hasSize(9);
        assertThat(h.control.limits()).contains(new Limit("tcp.context-half-open", 5, 5, 3));
    }

    @Test
    void handshakesAreBoundedOverAllListeners() {
        FakeHost h = new FakeHost(Map.of("half-open", "2"));
        h.listen(80);
        for (int i = 0; i < 3; i++) {
            h.deliver(from(4000 + i, 80).flags(SYN).seq(i));
        }
        assertThat(h.takeDrops()).containsExactly("BACKLOG_FULL");
        assertThat(h.control.limits()).contains(new Limit("tcp.half-open", 2, 2, 1));
    }
}

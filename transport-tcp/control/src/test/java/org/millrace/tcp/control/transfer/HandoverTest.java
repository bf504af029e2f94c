package org.millrace.tcp.control.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.millrace.tcp.control.FakeHost.MS;
import static org.millrace.tcp.control.FakeHost.SECOND;
import static org.millrace.tcp.control.FakeHost.field;
import static org.millrace.tcp.control.FakeHost.from;
import static org.millrace.wire.TcpHeader.FIN;
import static org.millrace.wire.TcpHeader.SYN;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.millrace.api.context.ContextRequest;
import org.millrace.api.transport.ConnectionInfo;
import org.millrace.api.transport.ControlPlane.Handover;
import org.millrace.tcp.control.FakeHost;
import org.millrace.tcp.control.FakeProgram;
import org.millrace.tcp.control.TcpControl;
import org.millrace.tcp.control.TestSegment;
import org.millrace.tcp.control.program.TcpConfig;
import org.millrace.tcp.control.program.TcpConnectionState;

/** A control plane and its program are replaced under connections in every state: nobody notices. */
class HandoverTest {
    private static final int VERSION_AT = 12;

    private final FakeHost host = new FakeHost();

    private TestSegment peer() {
        return from(4000, 80);
    }

    private void settle() {
        host.pass(5 * MS);
    }

    @Test
    void listenersStayAndTakeTurns() {
        host.listen(80);
        host.swap();
        host.deliver(peer().flags(SYN).seq(100));
        int iss = field(host.takeSent().getFirst(), "seq");
        host.deliver(peer().seq(101).ack(iss + 1));
        assertThat(host.takeEvents()).containsExactly("accepted ctx=0 conn=1 opaque=77");
    }

    @Test
    void handshakeAtAListenerGoesOn() {
        host.listen(80);
        host.deliver(peer().flags(SYN).seq(100).mss(1200).scale(3).timestamps(7, 0));
        int iss = field(host.takeSent().getFirst(), "seq");
        host.pass(400 * MS);
        host.swap();
        assertThat(host.takeSent()).isEmpty();
        host.pass(599 * MS);
        assertThat(host.takeSent()).isEmpty();
        host.pass(2 * MS);
        assertThat(host.takeSent()).as("its timer began before the swap").hasSize(1);
        host.swap();
        host.deliver(peer().seq(101).ack(iss + 1).timestamps(8, 0));
        assertThat(host.takeEvents()).containsExactly("accepted ctx=0 conn=1 opaque=77");
        TcpConnectionState s = host.program.states.get(1);
        assertThat(List.of(s.mss, s.sndShift, s.firstReceived)).containsExactly(1200 - 12, 3, 101);
        assertThat(s.timestamps).isTrue();
    }

    @Test
    void connectGoesOn() {
        host.connect(50_000, 22);
        int iss = field(host.takeSent().getFirst(), "seq");
        host.pass(500 * MS);
        host.swap();
        host.pass(501 * MS);
        assertThat(field(host.takeSent().getFirst(), "seq")).isEqualTo(iss);
        host.deliver(from(22, 50_000).flags(SYN).seq(100).ack(iss + 1));
        assertThat(host.takeEvents()).containsExactly("connected ctx=0 conn=1 opaque=88 OK");
    }

    @Test
    void connectStillGivesUpInTime() {
        host.connect(50_000, 22);
        host.pass(60 * SECOND);
        host.swap();
        host.pass(122 * SECOND);
        assertThat(host.takeEvents()).isEmpty();
        host.pass(2 * SECOND);
        assertThat(host.takeEvents()).containsExactly("connected ctx=0 conn=-1 opaque=88 TIMED_OUT");
    }

    @Test
    void cookieThatIsOutIsTaken() {
        FakeHost small = new FakeHost(Map.of("syn-backlog", "1"));
        small.listen(80);
        small.deliver(from(4000, 80).flags(SYN).seq(100));
        small.takeSent();
        small.deliver(from(4001, 80).flags(SYN).seq(100));
        int cookie = field(small.takeSent().getFirst(), "seq");
        small.swap();
        small.deliver(from(4001, 80).seq(101).ack(cookie + 1));
        assertThat(small.takeEvents()).hasSize(1).first().asString().startsWith("accepted ");
    }

    @Test
    void initialSequenceNumbersAndPortsGoOn() {
        FakeHost other = new FakeHost();
        for (FakeHost h : List.of(host, other)) {
            h.connect(0, 22);
            if (h == host) {
                h.swap();
            }
            h.connect(0, 22);
        }
        assertThat(host.takeSent()).isEqualTo(other.takeSent());
    }

    @Test
    void everyFlowIsKickedOnce() {
        host.accept();
        host.accept(4001);
        host.swap();
        assertThat(host.takeCalls()).containsExactlyInAnyOrder("KICK 1", "KICK 2");
        host.pass(SECOND);
        assertThat(host.takeCalls()).noneMatch(c -> c.startsWith("KICK"));
    }

    @Test
    void heldBackAcknowledgementIsSent() {
        int nxt = host.accept();
        host.deliver(peer().seq(101).ack(nxt).payload(100));
        host.swap();
        assertThat(host.takeCalls()).contains("ACK 1");
    }

    @Test
    void holeInTheStreamStays() {
        host.accept();
        TcpConnectionState s = host.program.states.get(1);
        s.oooStart = s.rcvNxt + 1000;
        s.oooLength = 2000;
        s.oooFin = true;
        host.swap();
        assertThat(host.program.states.get(1)).isNotSameAs(s).usingRecursiveComparison().isEqualTo(s);
    }

    @Test
    void retransmissionTimerRunsOn() {
        host.accept();
        host.append(1, 1000);
        host.pass(100 * MS);
        host.swap();
        host.takeCalls();
        host.pass(99 * MS);
        assertThat(host.takeCalls()).doesNotContain("RETRANSMIT 1");
        host.pass(3 * MS);
        assertThat(host.takeCalls()).contains("RETRANSMIT 1");
        host.swap();
        host.pass(395 * MS);
        assertThat(host.takeCalls()).as("backed off").doesNotContain("RETRANSMIT 1");
        host.pass(10 * MS);
        assertThat(host.takeCalls()).contains("RETRANSMIT 1");
    }

    @Test
    void givesUpAfterAsManyRetriesAsWithoutASwap() {
        FakeHost few = new FakeHost(Map.of("retries", "3"));
        few.accept();
        few.append(1, 1000);
        few.pass(700 * MS);
        few.swap();
        few.pass(5 * SECOND);
        assertThat(few.takeEvents()).containsExactly("failed ctx=0 conn=1 TIMED_OUT");
        assertThat(few.flows).isEmpty();
        few.swap();
        few.close(1);
        assertThat(few.takeEvents()).as("it is known without a flow").containsExactly("released ctx=0 conn=1");
    }

    @Test
    void windowOfRecoveryStays() {
        int nxt = host.accept();
        host.append(1, 14_000);
        host.pass(202 * MS);
        String before = host.control.connections().getLast().detail();
        host.swap();
        assertThat(host.control.connections().getLast().detail()).isEqualTo(before).contains("ssthresh=9800");
        host.takeCalls();
        host.deliver(peer().seq(101).ack(nxt + 1460));
        host.pass(12 * MS);
        assertThat(host.takeCalls()).contains("cwnd=2920 1", "KICK 1");
    }

    @Test
    void acknowledgedBytesNotLookedAtYetCount() {
        int nxt = host.accept();
        host.append(1, 14_600);
        host.deliver(peer().seq(101).ack(nxt + 14_600));
        host.swap();
        host.pass(5 * MS);
        assertThat(host.takeCalls()).contains("cwnd=29200 1");
    }

    @Test
    void anotherPolicyGoesOnFromTheWindow() {
        int nxt = host.accept();
        host.append(1, 14_600);
        host.deliver(peer().seq(101).ack(nxt + 14_600));
        host.pass(5 * MS);
        host.swap(Handover.ALL, new FakeProgram(), Map.of("congestion", "dctcp"));
        assertThat(host.program.states.get(1).congestionWindow).isEqualTo(29_200);
        assertThat(host.control.connections().getLast().detail()).contains("cwnd=29200");
    }

    @Test
    void zeroWindowIsProbedOn() {
        int nxt = host.accept();
        host.deliver(peer().seq(101).ack(nxt).window(0));
        host.append(1, 1000);
        host.pass(100 * MS);
        host.swap();
        host.takeCalls();
        host.pass(102 * MS);
        assertThat(host.takeCalls()).containsOnlyOnce("PROBE 1");
        host.swap();
        host.pass(350 * MS);
        assertThat(host.takeCalls()).doesNotContain("PROBE 1");
        host.pass(60 * MS);
        assertThat(host.takeCalls()).containsOnlyOnce("PROBE 1");
    }

    @Test
    void digestThatNobodyHasLookedAtIsNotLost() {
        int nxt = host.accept();
        host.deliver(peer().flags(FIN).seq(101).ack(nxt));
        host.swap();
        settle();
        assertThat(host.state()).isEqualTo("CLOSE-WAIT");
    }

    @Test
    void closesThroughEveryState() {
        int nxt = host.accept();
        host.close(1);
        host.swap();
        assertThat(host.state()).isEqualTo("FIN-WAIT-1");
        host.deliver(peer().seq(101).ack(nxt + 1));
        host.swap();
        settle();
        assertThat(host.state()).isEqualTo("FIN-WAIT-2");
        host.pass(30 * SECOND);
        host.swap();
        host.deliver(peer().flags(FIN).seq(101).ack(nxt + 1));
        settle();
        assertThat(host.state()).isEqualTo("TIME-WAIT");
        assertThat(host.takeEvents()).containsExactly("released ctx=0 conn=1");
        host.pass(50 * SECOND);
        host.swap();
        assertThat(host.state()).isEqualTo("TIME-WAIT");
        host.deliver(peer().flags(FIN).seq(101).ack(nxt + 1));
        assertThat(host.takeSent()).as("the last ACK again").hasSize(1);
        host.pass(61 * SECOND);
        assertThat(host.state()).isEmpty();
        assertThat(host.control.advance(host.now)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void finWait2EndsWhenItWouldHave() {
        int nxt = host.accept();
        host.close(1);
        host.deliver(peer().seq(101).ack(nxt + 1));
        settle();
        host.pass(40 * SECOND);
        host.swap();
        host.pass(19 * SECOND);
        assertThat(host.state()).isEqualTo("FIN-WAIT-2");
        host.pass(SECOND);
        assertThat(host.state()).isEmpty();
        assertThat(host.takeEvents()).containsExactly("released ctx=0 conn=1");
    }

    @Test
    void simultaneousCloseAndLastAck() {
        int nxt = host.accept();
        host.close(1);
        host.deliver(peer().flags(FIN).seq(101).ack(nxt));
        host.swap();
        settle();
        assertThat(host.state()).isEqualTo("CLOSING");
        host.swap();
        host.deliver(peer().seq(102).ack(nxt + 1));
        settle();
        assertThat(host.state()).isEqualTo("TIME-WAIT");
        int other = host.accept(4001);
        host.deliver(from(4001, 80).flags(FIN).seq(101).ack(other));
        settle();
        host.close(2);
        host.swap();
        assertThat(host.state()).contains("LAST-ACK");
        host.deliver(from(4001, 80).seq(102).ack(other + 1));
        settle();
        assertThat(host.takeEvents()).contains("released ctx=0 conn=2");
    }

    @Test
    void keepaliveRunsOn() {
        FakeHost kept = new FakeHost(Map.of("keepalive-s", "30"));
        kept.accept();
        kept.pass(20 * SECOND);
        kept.swap();
        kept.takeCalls();
        kept.pass(9 * SECOND);
        assertThat(kept.takeCalls()).doesNotContain("PROBE 1");
        kept.pass(2 * SECOND);
        assertThat(kept.takeCalls()).contains("PROBE 1");
    }

    @Test
    void countersBeginAnewForWhoExchangesRemembersThem() {
        host.accept();
        host.append(1, 1000);
        host.pass(202 * MS);
        host.swap();
        assertThat(host.control.counters()).containsEntry("retransmission timeouts", 0L);
    }

    @Test
    void nothingIsSentAndNobodyToldByTheOldOne() {
        host.accept();
        host.append(1, 1000);
        host.close(1);
        host.connect(50_000, 22);
        host.takeSent();
        TcpControl old = host.swap(Handover.ALL, new FakeProgram(), Map.of());
        assertThat(old.connections()).isEmpty();
        assertThat(old.advance(host.now + 1000 * SECOND)).isEqualTo(Long.MAX_VALUE);
        assertThat(host.takeSent()).isEmpty();
        assertThat(host.takeEvents()).isEmpty();
    }

    @Test
    void whatIsResetIsToldToBothSidesAndListenersGoOn() {
        int nxt = host.accept();
        host.control.reset(host.now);
        assertThat(host.takeSent()).hasSize(1).first().asString().startsWith("80>4000 RST").contains("seq=" + nxt);
        assertThat(host.takeEvents()).containsExactly("failed ctx=0 conn=1 RESET");
        host.control.reset(host.now);
        assertThat(host.takeSent()).as("once").isEmpty();
        host.swap();
        host.accept(4001);
        assertThat(host.control.connections()).filteredOn(c -> c.peer() != null && c.peer().getPort() == 4001).hasSize(1);
    }

    @Test
    void whatTheProgramCannotSayAnyMoreStopsNoOtherReset() {
        int[] broken = new int[1];
        host.swap(Handover.ALL, new FakeProgram() {
            @Override
            public void export(int flow, TcpConnectionState to) {
                if (flow == broken[0]) {
                    throw new IllegalStateException("its state is broken");
                }
                super.export(flow, to);
            }
        }, Map.of());
        host.accept();
        int nxt = host.accept(4001);
        broken[0] = 1;
        host.control.reset(host.now);
        assertThat(host.takeSent()).hasSize(1).first().asString().startsWith("80>4001 RST").contains("seq=" + nxt);
        assertThat(host.takeEvents()).containsExactlyInAnyOrder("failed ctx=0 conn=1 RESET", "failed ctx=0 conn=2 RESET");
        host.swap();
        assertThat(host.control.connections()).as("the listener, and two that their application has not let go of").hasSize(3);
    }

    @Test
    void onlyNewConnectionsAreTheSuccessors() {
        host.accept();
        FakeProgram first = host.program;
        host.connect(50_000, 22);
        int iss = field(host.takeSent().getFirst(), "seq");
        TcpControl old = host.swap(Handover.NEW_ONLY, new FakeProgram(), Map.of());
        assertThat(old.connections()).extracting(c -> c.state()).containsExactly("ESTABLISHED");
        assertThat(host.control.connections()).extracting(c -> c.state()).containsExactlyInAnyOrder("LISTEN", "SYN-SENT");
        assertThat(first.states).containsOnlyKeys(1);
        host.deliver(from(22, 50_000).flags(SYN).seq(100).ack(iss + 1));
        assertThat(host.takeEvents()).containsExactly("connected ctx=0 conn=2 opaque=88 OK");
        host.connect(80, 4000);
        assertThat(host.takeEvents()).as("ends of a connection that stayed")
                .containsExactly("connected ctx=0 conn=-1 opaque=88 ADDRESS_IN_USE");
    }

    @Test
    void whatAProgramCannotRepresentIsRefusedWithConnectionAndReason() {
        host.listen(80);
        host.deliver(peer().flags(SYN).seq(100).scale(9));
        host.deliver(peer().seq(101).ack(field(host.sent.getLast(), "seq") + 1));
        FakeProgram narrow = new FakeProgram();
        narrow.largestShift = 7;
        assertThatThrownBy(() -> host.swap(Handover.ALL, narrow, Map.of())).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("10.0.0.1:80-10.0.0.2:4000: tcp-fake cannot represent peer's window shift 9,"
                        + " it makes 7 of it");
        host.deliver(peer().flags(FIN).seq(101).ack(host.program.states.get(1).sndNxt));
        settle();
        assertThat(host.state()).as("the old one goes on").isEqualTo("CLOSE-WAIT");
    }

    @Test
    void unsoundStateIsRefused() {
        host.accept();
        Map<String, Consumer<TcpConnectionState>> faults = new HashMap<>();
        faults.put("SND.NXT is not between", s -> s.sndNxt--);
        faults.put("transmit buffer's 262144", s -> s.sndReady = 262_145);
        faults.put("receive buffer has 262145", s -> s.rcvBuffer = 262_145);
        faults.put("more than empty", s -> s.rcvFree = s.rcvBuffer + 1);
        faults.put("not in the window", s -> {
            s.oooStart = s.rcvNxt;
            s.oooLength = 1;
        });
        faults.put("window shift is 15, allowed is 0 to 14", s -> s.sndShift = 15);
        TcpConnectionState good = new TcpConnectionState();
        host.program.export(1, good);
        faults.forEach((reason, fault) -> {
            host.program.install(1, good);
            fault.accept(host.program.states.get(1));
            assertThatThrownBy(host::swap).as(reason).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("10.0.0.1:80-10.0.0.2:4000: ").hasMessageContaining(reason);
        });
    }

    @Test
    void otherVersionsHalvesAndNoiseAreRefusedInOneLine() {
        host.accept();
        host.append(1, 1000);
        byte[] good = host.exported(Handover.ALL);
        for (byte version : new byte[] {3, 6}) {
            byte[] other = good.clone();
            other[VERSION_AT] = version;
            assertThat(refusal(other)).isEqualTo("tcp-state version " + version + " is not known here, only 4 and 5");
        }
        for (int length = 0; length < good.length; length++) {
            assertThat(refusal(Arrays.copyOf(good, length))).as("%d bytes", length)
                    .isEqualTo("tcp-state is truncated");
        }
        for (int bit = 0; bit < good.length * 8; bit++) {
            byte[] bad = good.clone();
            bad[bit >> 3] ^= (byte) (1 << (bit & 7));
            assertThat(refusal(bad)).as("bit %d", bit).doesNotContain("\n")
                .contains(bad[VERSION_AT] == 4 && bad[VERSION_AT - 1] == 0 ? "" : "tcp-state"); // as version 4 it contradicts itself
        }
        Random random = new Random(5);
        for (int i = 0; i < 1000; i++) {
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            assertThat(refusal(noise)).contains("tcp-state");
        }
    }

    /**
     * Written by the last program that wrote version 4: a connection of which the timer has sent the first of 3,000 bytes again, and a handshake.
     */
    @Test
    void versionFourIsReadAndWhatItDoesNotHaveBeginsAnew() throws IOException {
        host.accept();
        try (InputStream old = HandoverTest.class.getResourceAsStream("version-4.state")) {
            host.swap(old.readAllBytes(), Handover.ALL, new FakeProgram(), Map.of());
        }
        TcpConnectionState s = host.program.states.get(1);
        int una = s.sndUna;
        assertThat(List.of(s.sndWindowMost, s.littleEnd, s.sndReady)).containsExactly(s.sndWindow, una, 3000 - 1460);
        assertThat(s.congestionWindow).as("after a timeout").isEqualTo(1460);
        assertThat(host.control.counters()).containsEntry("retransmission timeouts", 0L);
        host.swap();
        host.pass(401 * MS);
        assertThat(host.control.counters()).as("the timer goes on, backed off").containsEntry("retransmission timeouts", 1L);
        host.deliver(peer().seq(101).ack(una + 1460));
        host.pass(12 * MS);
        assertThat(host.program.states.get(1).congestionWindow).as("slow start").isEqualTo(2 * 1460);
        assertThat(host.control.connections()).extracting(ConnectionInfo::state).containsExactly("LISTEN", "SYN-RECEIVED", "ESTABLISHED");
    }

    private String refusal(byte[] state) {
        TcpControl fresh = new TcpControl(host, new FakeProgram(), TcpConfig.DEFAULT, List.of());
        try {
            fresh.importState(new DataInputStream(new ByteArrayInputStream(state)), host.now);
            throw new AssertionError("it was taken");
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void turnOfAListenerThatHasGoneIsNobodysAndStateIsStillTaken() {
        for (int context = 0; context < 3; context++) {
            host.request(ContextRequest.Kind.LISTEN, context, -1, context, FakeHost.address("10.0.0.1", 80), null, 100);
        }
        host.accept(4000);
        host.accept(4001);
        host.control.contextClosed(2, host.now);
        host.control.contextClosed(1, host.now);
        host.swap();
        host.takeSent();
        host.accept(4002);
        assertThat(host.control.connections()).filteredOn(c -> c.peer() != null && c.peer().getPort() == 4002)
            .extracting(ConnectionInfo::context).containsExactly(0);
    }
}

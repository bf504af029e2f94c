package org.millrace.tcp.control.established;

import static org.assertj.core.api.Assertions.assertThat;
import static org.millrace.tcp.control.FakeHost.MS;
import static org.millrace.tcp.control.FakeHost.SECOND;
import static org.millrace.tcp.control.FakeHost.field;
import static org.millrace.tcp.control.FakeHost.from;
import static org.millrace.wire.TcpHeader.FIN;
import static org.millrace.wire.TcpHeader.RST;
import static org.millrace.wire.TcpHeader.SYN;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.millrace.tcp.control.FakeHost;
import org.millrace.tcp.control.TestSegment;

/** RFC 9293 Figure 5 from ESTABLISHED on. */
class ClosingTest {
    private final FakeHost host = new FakeHost();

    private TestSegment peer() {
        return from(4000, 80);
    }

    private void settle() {
        host.pass(5 * MS);
    }

    @Test
    void closeFirst() {
        int nxt = host.accept();
        host.close(1);
        assertThat(host.takeCalls()).contains("CLOSE 1");
        assertThat(host.state()).isEqualTo("FIN-WAIT-1");
        host.deliver(peer().seq(101).ack(nxt + 1));
        settle();
        assertThat(host.state()).isEqualTo("FIN-WAIT-2");
        assertThat(host.takeEvents()).isEmpty();
        host.deliver(peer().flags(FIN).seq(101).ack(nxt + 1));
        settle();
        assertThat(host.state()).isEqualTo("TIME-WAIT");
        assertThat(host.takeEvents()).containsExactly("released ctx=0 conn=1");
        assertThat(host.flows).isEmpty();
        host.pass(59 * SECOND);
        assertThat(host.state()).isEqualTo("TIME-WAIT");
        host.pass(SECOND);
        assertThat(host.state()).isEmpty();
        assertThat(host.control.advance(host.now)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void closeSecond() {
        int nxt = host.accept();
        host.deliver(peer().flags(FIN).seq(101).ack(nxt));
        settle();
        assertThat(host.state()).isEqualTo("CLOSE-WAIT");
        host.close(1);
        assertThat(host.state()).isEqualTo("LAST-ACK");
        host.deliver(peer().seq(102).ack(nxt + 1));
        settle();
        assertThat(host.state()).isEmpty();
        assertThat(host.takeEvents()).containsExactly("released ctx=0 conn=1");
        assertThat(host.takeSent()).isEmpty();
    }

    @Test
    void closeInTheSameInstantAsThePeersFinIsSecond() {
        int nxt = host.accept();
        host.deliver(peer().flags(FIN).seq(101).ack(nxt));
        host.close(1);
        assertThat(host.state()).isEqualTo("LAST-ACK");
    }

    @Test
    void simultaneousClose() { // RFC 9293 Figure 13
        int nxt = host.accept();
        host.close(1);
        host.deliver(peer().flags(FIN).seq(101).ack(nxt));
        settle();
        assertThat(host.state()).isEqualTo("CLOSING");
        host.deliver(peer().seq(102).ack(nxt + 1));
        settle();
        assertThat(host.state()).isEqualTo("TIME-WAIT");
        assertThat(host.takeEvents()).containsExactly("released ctx=0 conn=1");
    }

    @Test
    void finAndAckOfOursInOneSegment() {
        int nxt = host.accept();
        host.close(1);
        host.deliver(peer().flags(FIN).seq(101).ack(nxt + 1));
        settle();
        assertThat(host.state()).isEqualTo("TIME-WAIT");
    }

    @Test
    void halfCloseByTheApplicationStillReceives() {
        int nxt = host.accept();
        host.shutdown(1);
        settle();
        assertThat(host.state()).isEqualTo("FIN-WAIT-1");
        host.deliver(peer().seq(101).ack(nxt + 1).payload(500));
        settle();
        assertThat(host.state()).isEqualTo("FIN-WAIT-2");
        assertThat(host.program.states.get(1).rcvNxt).isEqualTo(601);
        host.pass(3600 * SECOND);
        assertThat(host.state()).isEqualTo("FIN-WAIT-2");
        host.deliver(peer().flags(FIN).seq(601).ack(nxt + 1));
        settle();
        assertThat(host.state()).isEqualTo("TIME-WAIT");
        assertThat(host.takeEvents()).isEmpty();
        assertThat(host.flows).as("the application may still read").hasSize(1);
        host.program.consume(1, 500);
        host.close(1);
        assertThat(host.takeEvents()).containsExactly("released ctx=0 conn=1");
        assertThat(host.state()).isEqualTo("TIME-WAIT");
    }

    @Test
    void timeWaitMayEndBeforeTheApplicationCloses() {
        int nxt = host.accept();
        host.shutdown(1);
        host.deliver(peer().flags(FIN).seq(101).ack(nxt + 1));
        host.pass(61 * SECOND);
        assertThat(host.state()).isEqualTo("CLOSED");
        host.close(1);
        assertThat(host.takeEvents()).containsExactly("released ctx=0 conn=1");
        assertThat(host.state()).isEmpty();
    }

    @Test
    void closeAfterShutdownTellsTheDataPathAndStartsTheTimeout() {
        int nxt = host.accept();
        host.shutdown(1);
        host.deliver(peer().seq(101).ack(nxt + 1));
        settle();
        host.takeCalls();
        host.close(1);
        assertThat(host.takeCalls()).contains("CLOSE 1");
        host.pass(61 * SECOND);
        assertThat(host.state()).isEmpty();
        assertThat(host.takeEvents()).containsExactly("released ctx=0 conn=1");
    }

    @Test
    void finWait2EndsSomeTimeAfterClose() {
        int nxt = host.accept();
        host.close(1);
        host.deliver(peer().seq(101).ack(nxt + 1));
        settle();
        host.pass(59 * SECOND);
        assertThat(host.state()).isEqualTo("FIN-WAIT-2");
        host.pass(SECOND);
        assertThat(host.state()).isEmpty();
        assertThat(host.takeEvents()).containsExactly("released ctx=0 conn=1");
        host.deliver(peer().flags(FIN).seq(101).ack(nxt + 1));
        assertThat(host.takeSent()).containsExactly("80>4000 RST seq=" + (nxt + 1) + " ack=0 win=0");
    }

    @Test
    void closeWithUnreadDataResets() { // RFC 1122 §4.2.2.13
        int nxt = host.accept();
        host.deliver(peer().seq(101).ack(nxt).payload(10));
        host.close(1);
        assertThat(host.takeSent()).containsExactly("80>4000 RST,ACK seq=" + nxt + " ack=111 win=0");
        assertThat(host.takeEvents()).containsExactly("released ctx=0 conn=1");
        assertThat(host.flows).isEmpty();
    }

    @Test
    void dataAfterCloseResets() { // RFC 9293 §3.6.1
        int nxt = host.accept();
        host.close(1);
        host.deliver(peer().seq(101).ack(nxt + 1).payload(10));
        assertThat(host.takeSent()).containsExactly("80>4000 RST,ACK seq=" + (nxt + 1) + " ack=101 win=0");
        assertThat(host.takeEvents()).containsExactly("released ctx=0 conn=1");
        assertThat(host.state()).isEmpty();
    }

    @Test
    void abortResets() {
        int nxt = host.accept();
        host.append(1, 300);
        host.abort(1);
        assertThat(host.takeSent()).containsExactly("80>4000 RST,ACK seq=" + (nxt + 300) + " ack=101 win=0");
        assertThat(host.takeEvents()).containsExactly("released ctx=0 conn=1");
        assertThat(host.flows).isEmpty();
        assertThat(host.control.advance(host.now)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void resetByThePeerLeavesTheConnectionToTheApplication() {
        host.accept();
        host.deliver(peer().flags(RST).seq(101));
        assertThat(host.takeEvents()).containsExactly("failed ctx=0 conn=1 RESET");
        assertThat(host.flows).isEmpty();
        host.close(1);
        assertThat(host.takeEvents()).containsExactly("released ctx=0 conn=1");
        host.close(1);
        host.abort(1);
        assertThat(host.takeEvents()).isEmpty();
        assertThat(host.takeSent()).isEmpty();
    }

    @Test
    void resetAfterCloseReleases() {
        int nxt = host.accept();
        host.close(1);
        host.deliver(peer().flags(RST).seq(101).ack(nxt));
        assertThat(host.takeEvents()).containsExactly("released ctx=0 conn=1");
    }

    @Test
    void contextClosedResetsEverythingOfIt() {
        int nxt = host.accept();
        host.accept(4001);
        host.deliver(from(4002, 80).flags(SYN).seq(1));
        host.connect(6000, 22);
        host.takeSent();
        host.control.contextClosed(0, host.now);
        assertThat(host.takeSent()).hasSize(2).contains("80>4000 RST,ACK seq=" + nxt + " ack=101 win=0");
        assertThat(host.takeEvents())
                .containsExactlyInAnyOrder("released ctx=0 conn=1", "released ctx=0 conn=2");
        assertThat(host.control.connections()).isEmpty();
        assertThat(host.flows).isEmpty();
        host.deliver(from(4003, 80).flags(SYN).seq(1));
        assertThat(host.takeSent()).containsExactly("80>4003 RST,ACK seq=0 ack=2 win=0");
    }

    private static final int UNREAD = 1000;

    /** The peer has sent 1000 bytes that nobody reads; 300 are written, and the connection is closed. */
    private int closedWithUnreadInput() {
        int nxt = host.accept();
        host.deliver(peer().seq(101).ack(nxt).payload(UNREAD));
        host.append(1, 300);
        host.takeSent();
        host.close(1);
        return nxt;
    }

    @Test
    void whatWasWrittenGoesBeforeTheResetForUnreadInput() { // RFC 9293 §3.10.4, RFC 1122 §4.2.2.13
        int nxt = closedWithUnreadInput();
        settle();
        assertThat(host.takeSent()).isEmpty();
        assertThat(host.state()).isEqualTo("FIN-WAIT-1");
        host.deliver(peer().seq(101 + UNREAD).ack(nxt + 301));
        settle();
        assertThat(host.takeSent()).containsExactly("80>4000 RST,ACK seq=" + (nxt + 301) + " ack=1101 win=0");
        assertThat(host.takeEvents()).containsExactly("released ctx=0 conn=1");
    }

    @Test
    void unreadInputWithNothingWrittenResetsAtOnce() {
        int nxt = host.accept();
        host.deliver(peer().seq(101).ack(nxt).payload(UNREAD));
        host.close(1);
        assertThat(host.takeSent()).containsExactly("80>4000 RST,ACK seq=" + nxt + " ack=1101 win=0");
    }

    @Test
    void peerThatKeepsSendingGetsWhatWasWrittenAndThenTheReset() {
        int nxt = host.accept();
        host.append(1, 300);
        host.close(1);
        host.deliver(peer().seq(101).ack(nxt).payload(700));
        host.deliver(peer().seq(801).ack(nxt + 100).payload(700));
        settle();
        assertThat(host.takeSent()).isEmpty();
        host.deliver(peer().seq(1501).ack(nxt + 301).payload(700));
        settle();
        assertThat(host.takeSent()).containsExactly("80>4000 RST,ACK seq=" + (nxt + 301) + " ack=2201 win=0");
    }

    @Test
    void closedAndReadConnectionRefusesDataOnlyWhenAllIsAcknowledged() {
        int nxt = host.accept();
        host.append(1, 300);
        host.close(1);
        host.deliver(peer().seq(101).ack(nxt + 301));
        settle();
        assertThat(host.takeCalls()).contains("FINISH 1", "CLOSE 1");
        assertThat(host.state()).isEqualTo("FIN-WAIT-2");
        host.deliver(peer().seq(101).ack(nxt + 301).payload(10));
        assertThat(host.takeSent()).containsExactly("80>4000 RST,ACK seq=" + (nxt + 301) + " ack=101 win=0");
    }

    @Test
    void lingeringIsGivenUpWhenThePeerAcknowledgesNothingMore() {
        int nxt = closedWithUnreadInput();
        host.pass(100 * SECOND);
        host.deliver(peer().seq(101 + UNREAD).ack(nxt + 100));
        host.pass(119 * SECOND);
        assertThat(host.state()).as("there was progress").isEqualTo("FIN-WAIT-1");
        host.pass(2 * SECOND);
        assertThat(host.takeSent().getLast()).contains("RST");
        assertThat(host.takeEvents()).containsExactly("released ctx=0 conn=1");
        assertThat(host.control.counters()).containsEntry("lingering given up", 1L);
    }

    @Test
    void lingeringGoesOnAfterASwap() {
        int nxt = closedWithUnreadInput();
        host.swap();
        host.deliver(peer().seq(101 + UNREAD).ack(nxt + 301));
        settle();
        assertThat(host.takeSent()).containsExactly("80>4000 RST,ACK seq=" + (nxt + 301) + " ack=1101 win=0");
    }

    @Test
    void whatAnApplicationLeavesBehindIsSentAndEndsInOrderIfItHadClosed() {
        int nxt = host.accept();
        host.append(1, 300);
        host.close(1);
        host.control.contextLeft(0, host.now);
        assertThat(host.takeSent()).isEmpty();
        host.deliver(peer().seq(101).ack(nxt + 301));
        host.deliver(peer().flags(FIN).seq(101).ack(nxt + 301));
        settle();
        assertThat(host.takeSent()).isEmpty();
        assertThat(host.state()).isEqualTo("TIME-WAIT");
        assertThat(host.takeEvents()).containsExactly("released ctx=0 conn=1");
    }

    @Test
    void whatAnApplicationLeavesBehindIsSentAndThenResetIfItHadNotClosed() {
        int nxt = host.accept();
        host.accept(4001);
        host.append(1, 300);
        host.control.contextLeft(0, host.now);
        assertThat(host.takeSent()).as("nothing was written to the other").singleElement().asString()
                .startsWith("80>4001 RST");
        host.swap();
        host.deliver(peer().seq(101).ack(nxt + 200));
        settle();
        assertThat(host.takeSent()).isEmpty();
        assertThat(host.control.connections().getFirst().detail()).contains(" lingering");
        host.deliver(peer().seq(101).ack(nxt + 300));
        settle();
        assertThat(host.takeSent()).containsExactly("80>4000 RST,ACK seq=" + (nxt + 300) + " ack=101 win=0");
        assertThat(host.takeEvents()).contains("released ctx=0 conn=1");
    }

    @Test
    void aListenerThatIsLeftBehindRefuses() {
        host.listen(80);
        host.control.contextLeft(0, host.now);
        host.deliver(peer().flags(SYN).seq(1));
        assertThat(host.takeSent()).containsExactly("80>4000 RST,ACK seq=0 ack=2 win=0");
    }

    private int timeWait() {
        int nxt = host.accept();
        host.close(1);
        host.deliver(peer().flags(FIN).seq(101).ack(nxt + 1));
        settle();
        assertThat(host.state()).isEqualTo("TIME-WAIT");
        host.takeDrops();
        return nxt + 1;
    }

    @Test
    void finAgainInTimeWaitIsAcknowledgedAndRestartsTheWait() {
        int nxt = timeWait();
        host.pass(40 * SECOND);
        host.deliver(peer().flags(FIN).seq(101).ack(nxt));
        assertThat(host.takeSent()).containsExactly("80>4000 ACK seq=" + nxt + " ack=102 win=0");
        host.pass(40 * SECOND);
        assertThat(host.state()).isEqualTo("TIME-WAIT");
        host.pass(21 * SECOND);
        assertThat(host.state()).isEmpty();
    }

    @Test
    void resetAndBareAckDoNotMoveTimeWait() { // RFC 1337
        int nxt = timeWait();
        host.deliver(peer().flags(RST).seq(102));
        host.deliver(peer().seq(102).ack(nxt));
        assertThat(host.takeSent()).isEmpty();
        assertThat(host.state()).isEqualTo("TIME-WAIT");
    }

    @Test
    void newerSynReusesTimeWait() { // RFC 6191
        int nxt = timeWait();
        host.deliver(peer().flags(SYN).seq(50));
        assertThat(host.takeSent()).as("older").containsExactly("80>4000 ACK seq=" + nxt + " ack=102 win=0");
        host.deliver(peer().flags(SYN).seq(5000));
        String synAck = host.takeSent().getFirst();
        assertThat(synAck).contains("SYN,ACK").contains("ack=5001");
        assertThat(field(synAck, "seq") - nxt).isPositive();
        assertThat(host.state()).isEqualTo("SYN-RECEIVED");
    }

    @Test
    void timeWaitIsBounded() {
        FakeHost small = new FakeHost(Map.of("time-wait-max", "3"));
        small.listen(80);
        for (int i = 1; i <= 10; i++) {
            int nxt = small.accept(4000 + i);
            small.close(i);
            small.deliver(from(4000 + i, 80).flags(FIN).seq(101).ack(nxt + 1));
            small.pass(5 * MS);
        }
        assertThat(small.state()).isEqualTo("TIME-WAIT TIME-WAIT TIME-WAIT");
        assertThat(small.control.connections().getLast().peer().getPort()).isEqualTo(4010);
    }
}

package org.millrace.tcp.control.established;

import static org.assertj.core.api.Assertions.assertThat;
import static org.millrace.tcp.control.FakeHost.MS;
import static org.millrace.tcp.control.FakeHost.SECOND;
import static org.millrace.tcp.control.FakeHost.from;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.millrace.tcp.control.FakeHost;
import org.millrace.tcp.control.TestSegment;
import org.millrace.tcp.control.congestion.CongestionAlgorithm;
import org.millrace.tcp.control.congestion.CongestionPolicy;
import org.millrace.tcp.control.congestion.NewReno;
import org.millrace.tcp.control.program.TcpProgress;

/** Timers of established flows: RFC 6298, RFC 9293 §3.8, and the congestion window as it reaches the data path. */
class FlowWatchTest {
    private final FakeHost host = new FakeHost();

    private TestSegment peer() {
        return from(4000, 80);
    }

    /** Times, in ms from now and rounded down, at which an operation was asked for. */
    private List<Long> times(FakeHost h, String call, long forNs) {
        List<Long> at = new ArrayList<>();
        long start = h.now;
        h.takeCalls();
        while (h.now < start + forNs) {
            h.pass(MS);
            for (String c : h.takeCalls()) {
                if (c.equals(call)) {
                    at.add((h.now - start) / MS);
                }
            }
        }
        return at;
    }

    @Test
    void retransmissionBacksOff() {
        host.accept();
        host.append(1, 1000);
        List<Long> at = times(host, "RETRANSMIT 1", 15 * SECOND);
        assertThat(at).hasSize(6);
        assertThat(at.getFirst()).isBetween(200L, 202L);
        for (int i = 1; i < at.size(); i++) {
            assertThat(at.get(i) - at.get(i - 1)).as("gap %d", i).isBetween((200L << i) - 1, (200L << i) + 1);
        }
    }

    /** NewReno that waits for 7 ms, whatever the round trip. */
    private record Impatient(String name) implements CongestionAlgorithm {
        @Override
        public CongestionPolicy make(int mss, int initialWindow, int maxWindow) {
            return new NewReno(mss, initialWindow, maxWindow) {
                @Override
                public long timeoutNs() {
                    return 7 * MS;
                }
            };
        }
    }

    @Test
    void aPolicyMaySayHowLongToWaitAndThatDoesNotDouble() {
        FakeHost h = new FakeHost(Map.of("congestion", "plug-in:impatient"), List.of(new Impatient("impatient")));
        int nxt = h.accept();
        h.append(1, 1000);
        assertThat(times(h, "RETRANSMIT 1", 30 * MS)).as("from the first look, a millisecond later").containsExactly(8L, 15L, 22L, 29L);
        h.deliver(peer().seq(101).ack(nxt + 1000).window(0));
        h.append(1, 1000);
        assertThat(times(h, "PROBE 1", SECOND)).as("a closed window is probed as ever").hasSize(2);
    }

    @Test
    void aPolicysShortTimeoutsAreCountedUnlessThereIsAUserTimeout() {
        List<CongestionAlgorithm> plugged = List.of(new Impatient("impatient"));
        FakeHost counted = new FakeHost(Map.of("congestion", "plug-in:impatient"), plugged);
        counted.accept();
        counted.append(1, 1000);
        assertThat(times(counted, "RETRANSMIT 1", SECOND)).hasSize(15).last().isEqualTo(106L);
        assertThat(counted.takeEvents()).containsExactly("failed ctx=0 conn=1 TIMED_OUT");
        FakeHost timed = new FakeHost(Map.of("congestion", "plug-in:impatient", "user-timeout-ms", "2000"), plugged);
        timed.accept();
        timed.append(1, 1000);
        assertThat(times(timed, "RETRANSMIT 1", SECOND)).hasSizeGreaterThan(100);
        assertThat(timed.takeEvents()).isEmpty();
    }

    @Test
    void gapIsNeverMoreThanAMinuteAndRetriesAreLimited() {
        int nxt = host.accept();
        host.append(1, 1000);
        List<Long> at = times(host, "RETRANSMIT 1", 800 * SECOND);
        assertThat(at).hasSize(15);
        assertThat(at.getLast() - at.get(13)).isBetween(59_999L, 60_001L);
        assertThat(host.takeEvents()).containsExactly("failed ctx=0 conn=1 TIMED_OUT");
        assertThat(host.takeSent()).containsExactly("80>4000 RST,ACK seq=" + (nxt + 1000) + " ack=101 win=0");
        assertThat(host.flows).isEmpty();
    }

    @Test
    void acknowledgedProgressEndsTheBackOff() {
        int nxt = host.accept();
        host.append(1, 1000);
        times(host, "RETRANSMIT 1", 3 * SECOND);
        host.deliver(peer().seq(101).ack(nxt + 536));
        assertThat(times(host, "RETRANSMIT 1", SECOND).getFirst()).isBetween(200L, 212L);
    }

    @Test
    void acknowledgedDataStopsTheTimerAndTheFlowRests() {
        int nxt = host.accept();
        host.append(1, 1000);
        host.pass(50 * MS);
        host.deliver(peer().seq(101).ack(nxt + 1000));
        assertThat(times(host, "RETRANSMIT 1", 5 * SECOND)).isEmpty();
        assertThat(host.control.advance(host.now)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void finIsRetransmittedToo() {
        host.accept();
        host.close(1);
        assertThat(times(host, "RETRANSMIT 1", SECOND)).hasSize(2);
    }

    @Test
    void timeoutCollapsesTheWindowAndSlowStartBegins() {
        int nxt = host.accept();
        host.append(1, 14_000);
        host.pass(202 * MS);
        assertThat(host.takeCalls()).containsSubsequence("cwnd=1460 1", "RETRANSMIT 1");
        assertThat(host.control.connections().getLast().detail()).contains("ssthresh=9800");
        host.deliver(peer().seq(101).ack(nxt + 1460));
        host.pass(12 * MS);
        assertThat(host.takeCalls()).contains("cwnd=2920 1", "KICK 1");
    }

    @Test
    void windowGrowsByWhatIsAcknowledged() {
        int nxt = host.accept();
        host.append(1, 14_600);
        host.deliver(peer().seq(101).ack(nxt + 14_600));
        host.pass(5 * MS);
        assertThat(host.takeCalls()).contains("cwnd=29200 1");
    }

    @Test
    void windowThatIsNotUsedDoesNotGrow() {
        int nxt = host.accept();
        for (int i = 1; i <= 20; i++) {
            host.append(1, 100);
            host.deliver(peer().seq(101).ack(nxt + 100 * i));
            host.pass(2 * MS);
        }
        assertThat(host.takeCalls()).noneMatch(c -> c.startsWith("cwnd"));
    }

    @Test
    void idleFlowStartsAgainFromTheInitialWindow() { // RFC 5681 §4.1
        int nxt = host.accept();
        host.append(1, 14_600);
        host.deliver(peer().seq(101).ack(nxt + 14_600));
        host.pass(5 * MS);
        host.takeCalls();
        host.pass(SECOND);
        assertThat(host.takeCalls()).containsExactly("cwnd=14600 1");
    }

    @Test
    void marksCutTheWindowOnce() {
        int nxt = host.accept();
        host.append(1, 14_600);
        host.program.counters.get(1).ecnBytes = 1_460;
        host.deliver(peer().seq(101).ack(nxt + 1_460));
        host.pass(5 * MS);
        host.program.counters.get(1).ecnBytes = 2_920;
        host.deliver(peer().seq(101).ack(nxt + 2_920));
        host.pass(50 * MS);
        assertThat(host.takeCalls()).containsExactly("cwr 1", "cwnd=10220 1");
    }

    @Test
    void zeroWindowIsProbedForAsLongAsThePeerAnswers() { // RFC 9293 §3.8.6.1
        int nxt = host.accept();
        host.deliver(peer().seq(101).ack(nxt).window(0));
        host.append(1, 1000);
        long start = host.now;
        List<Long> probes = new ArrayList<>();
        while (probes.size() < 30) {
            host.pass(MS);
            if (host.takeCalls().contains("PROBE 1")) {
                probes.add((host.now - start) / MS);
                host.deliver(peer().seq(101).ack(nxt).window(0));
            }
        }
        assertThat(probes.get(1) - probes.get(0)).isBetween(400L, 401L);
        assertThat(probes.get(2) - probes.get(1)).isBetween(800L, 801L);
        assertThat(probes.get(29) - probes.get(28)).isBetween(60_000L, 60_001L);
        assertThat(host.state()).isEqualTo("ESTABLISHED");
        host.deliver(peer().seq(101).ack(nxt).window(5000));
        assertThat(times(host, "PROBE 1", 70 * SECOND)).isEmpty();
    }

    @Test
    void silentPeerWithZeroWindowIsGivenUp() {
        int nxt = host.accept();
        host.deliver(peer().seq(101).ack(nxt).window(0));
        host.append(1, 1000);
        assertThat(times(host, "PROBE 1", 900 * SECOND)).hasSize(15);
        assertThat(host.takeEvents()).containsExactly("failed ctx=0 conn=1 TIMED_OUT");
    }

    @Test
    void heldBackAckIsSentAfterFortyMilliseconds() {
        int nxt = host.accept();
        host.deliver(peer().seq(101).ack(nxt).payload(10));
        List<Long> at = times(host, "ACK 1", 200 * MS);
        assertThat(at).singleElement().satisfies(ms -> assertThat(ms).isBetween(40L, 42L));
    }

    @Test
    void ackThatWentWithDataIsNotSentAgain() {
        int nxt = host.accept();
        host.deliver(peer().seq(101).ack(nxt).payload(10));
        host.pass(10 * MS);
        host.program.counters.get(1).ackPending = false;
        assertThat(times(host, "ACK 1", 200 * MS)).isEmpty();
    }

    @Test
    void waitingDataWithAnOpenWindowGoesWhenTheOverrideTimerRunsOut() {
        host.accept();
        host.program.states.get(1).congestionWindow = 0;
        host.append(1, 100);
        host.program.states.get(1).congestionWindow = 1000;
        assertThat(times(host, "OVERRIDE 1", 300 * MS)).hasSize(1);
    }

    @Test
    void roundTripSamplesSetTheTimeout() {
        FakeHost h = new FakeHost(Map.of("rto-min-ms", "1"));
        int nxt = h.accept();
        h.append(1, 1000);
        TcpProgress counters = h.program.counters.get(1);
        counters.rttSamples = 1;
        counters.rttSumUs = 80_000;
        h.deliver(peer().seq(101).ack(nxt + 500));
        h.pass(MS);
        // the handshake's sample was 0: SRTT = 80 / 8, RTTVAR = 80 / 4
        assertThat(h.control.connections().getLast().detail()).contains("rtt=10000us").contains("rto=90ms");
    }

    @Test
    void rateFollowsTheRoundTripAndIsSetOnlyWhenItChanges() {
        FakeHost h = new FakeHost(Map.of("congestion", "timely"));
        int nxt = h.accept();
        h.append(1, 5000);
        h.takeCalls();
        TcpProgress counters = h.program.counters.get(1);
        counters.ackedBytes = 1000;
        counters.rttSamples = 1;
        counters.rttSumUs = 1000;
        h.deliver(peer().seq(101).ack(nxt + 1000));
        h.pass(20 * MS);
        assertThat(h.takeCalls()).filteredOn(call -> call.startsWith("rate")).as("ten segments a millisecond")
                .containsExactly("rate=14600000 1");
        assertThat(h.control.connections().getLast().detail()).contains("rate=14600000");
    }

    @Test
    void keepaliveProbesAnIdleConnectionAndGivesUp() {
        FakeHost h = new FakeHost(
                Map.of("keepalive-s", "10", "keepalive-interval-s", "2", "keepalive-probes", "3"));
        int nxt = h.accept();
        h.pass(9 * SECOND);
        h.deliver(peer().seq(101).ack(nxt));
        h.takeCalls();
        assertThat(times(h, "PROBE 1", 10 * SECOND)).isEmpty();
        h.deliver(peer().seq(101).ack(nxt));
        h.takeCalls();
        h.pass(11 * SECOND);
        assertThat(times(h, "PROBE 1", 7 * SECOND).size()).isBetween(2, 3);
        h.pass(10 * SECOND);
        assertThat(h.takeEvents()).containsExactly("failed ctx=0 conn=1 TIMED_OUT");
    }

    @Test
    void keepaliveIsOffUnlessAsked() {
        host.accept();
        assertThat(times(host, "PROBE 1", 10 * SECOND)).isEmpty();
        assertThat(host.control.advance(host.now)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void manyActiveFlowsAreWatchedLessOftenThanFew() {
        ActiveFlows few = new ActiveFlows();
        assertThat(few.nextNs()).isEqualTo(Long.MAX_VALUE);
        host.listen(80);
        for (int i = 0; i < 500; i++) {
            host.accept(4000 + i);
        }
        host.pass(SECOND);
        for (int flow = 1; flow <= 500; flow++) {
            host.append(flow, 100);
        }
        long next = host.control.advance(host.now);
        host.now = next;
        assertThat(host.control.advance(next) - next).isGreaterThanOrEqualTo(MS);
    }
}

package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.context.ContextSize;
import org.millrace.api.transport.ConnectionInfo;
import org.millrace.sim.port.FrameLink;
import org.millrace.tcp.laminar.LaminarFactory;
import org.millrace.testkit.Impairment;

/** Two hosts with Laminar under virtual time: both pacing models, and every option. */
class LaminarTwoHostsTest {
    private static final long SECOND_NS = TwoHosts.SECOND_NS;
    private static final String ALL = "pacing=push delayed-ack-segments=2 sack=on";

    private final TwoHosts.Choice choice = new TwoHosts.Choice();

    @BeforeEach
    void laminar() {
        choice.transport = new LaminarFactory();
    }

    private static Map<String, String> options(String text) {
        return Stream.of(text.split(" ")).map(option -> option.split("=")).collect(Collectors.toMap(o -> o[0], o -> o[1]));
    }

    private static long counter(VirtualHost host, String name) {
        return host.counter("tcp-laminar." + name);
    }

    @ParameterizedTest
    @CsvSource({"pacing=pull,1500,false", "pacing=push,1500,false", "pacing=push,9000,true", ALL + ",1500,true",
        "pacing=push congestion=timely,1500,false", "pacing=pull congestion=timely,1500,false"})
    void streamsBothWays(String options, int mtu, boolean superFrames) {
        choice.options = options(options);
        choice.link = new FrameLink(50_000, mtu, superFrames).bitsPerSecond(10_000_000_000L);
        TwoHosts hosts = new TwoHosts(choice);
        hosts.exchange(4 << 20, 16 << 10);
        assertThat(counter(hosts.client, "retransmitted bytes")).isZero();
        assertThat(hosts.client.status().contextsClosedForCause()).isZero();
        hosts.assertNothingLeft();
    }

    @ParameterizedTest
    @CsvSource({"pacing=pull,11", "pacing=push,12", ALL + ",13", "pacing=push congestion=timely,14"})
    void streamsOverABadWire(String options, long seed) {
        choice.options = options(options);
        choice.link = new FrameLink(100_000, 1500, false).bitsPerSecond(10_000_000_000L);
        choice.impairment = new Impairment(seed, 0.01, 0.01, 0.01, 0.005, Impairment.Side.BOTH);
        TwoHosts hosts = new TwoHosts(choice);
        long tookNs = hosts.exchange(2 << 20, 16 << 10);
        System.out.println(choice.impairment + " " + options + ": " + tookNs / 1_000_000 + " ms");
        assertThat(counter(hosts.client, "retransmitted bytes")).isPositive();
        hosts.assertNothingLeft();
    }

    /** With push the application keeps what it may not send yet; both find the window open again by a probe. */
    @ParameterizedTest
    @ValueSource(strings = {"pacing=pull", "pacing=push"})
    void closedWindowStallsAndOpensAgain(String options) {
        choice.options = options(options);
        choice.size = new ContextSize(16, 16 << 10, 64 << 10, 256);
        TwoHosts hosts = new TwoHosts(choice);
        TwoHosts.Pair pair = hosts.connect(200_000, 0, 4096);
        pair.server().reading = false;
        hosts.world.run(30 * SECOND_NS);
        assertThat(pair.server().socket.readable()).isEqualTo(16 << 10);
        assertThat(pair.client().socket.unacknowledged()).isEqualTo(64 << 10);
        assertThat(counter(hosts.client, "window probes")).isBetween(3L, 12L);
        pair.server().reading = true;
        long beginNs = hosts.world.clock.nowNs();
        hosts.world.until("the rest", pair::isDone, SECOND_NS);
        assertThat(hosts.world.clock.nowNs() - beginNs).as("no probe was waited for").isLessThan(20_000_000);
        pair.close();
        hosts.assertNothingLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {"pacing=pull", "pacing=push"})
    void lostWindowUpdateIsFoundByAProbe(String options) {
        choice.options = options(options);
        choice.size = new ContextSize(16, 4 << 10, 64 << 10, 256);
        choice.impairment = new Impairment(5, 0.1, 0, 0, 0, Impairment.Side.BOTH);
        TwoHosts hosts = new TwoHosts(choice);
        TwoHosts.Pair pair = hosts.connect(100_000, 0, 4096);
        for (int i = 0; i < 5; i++) {
            pair.server().reading = false;
            hosts.world.run(SECOND_NS);
            pair.server().reading = true;
            hosts.world.run(SECOND_NS);
        }
        hosts.world.until("the rest", pair::isDone, 600 * SECOND_NS);
        assertThat(counter(hosts.client, "window probes")).isPositive();
        pair.close();
        hosts.assertNothingLeft();
    }

    /** What waits, waits with the application: the data path has no more of it than the window and a segment. */
    @Test
    void pushedBytesAreWhatTheWindowHolds() {
        assertThat(mostQueuedBeyondTheWindow("push")).isBetween(0L, 1448L);
        assertThat(mostQueuedBeyondTheWindow("pull")).isGreaterThan(100_000L);
    }

    private long mostQueuedBeyondTheWindow(String pacing) {
        choice.options = Map.of("pacing", pacing, "initial-window", "2");
        choice.link = new FrameLink(2_000_000, 1500, false).bitsPerSecond(10_000_000_000L);
        TwoHosts hosts = new TwoHosts(choice);
        TwoHosts.Pair pair = hosts.connect(600_000, 0, 16 << 10);
        long most = 0;
        while (pair.server().received < 600_000) {
            hosts.world.step(hosts.world.clock.nowNs() + SECOND_NS);
            for (ConnectionInfo line : hosts.client.status().connections()) {
                if (line.peer() != null && line.state().equals("ESTABLISHED")) {
                    int window = Integer.parseInt(line.detail().replaceFirst(".* cwnd=([0-9]+) .*", "$1"));
                    most = Math.max(most, line.transmitQueued() - window);
                }
            }
        }
        hosts.world.until("the end", pair::isDone, SECOND_NS);
        pair.close();
        hosts.assertNothingLeft();
        return most;
    }

    /** A bottleneck of 1 Gbit/s with room for a whole buffer: a window fills the queue, a rate does not. */
    @ParameterizedTest
    @ValueSource(strings = {"pacing=pull", "pacing=push"})
    void timelyKeepsRoundTripsShort(String pacing) {
        long windowUs = slowestRoundTripUs(pacing + " congestion=newreno");
        long rateUs = slowestRoundTripUs(pacing + " congestion=timely");
        System.out.println(pacing + ": newreno " + windowUs + " us, timely " + rateUs + " us");
        assertThat(windowUs).isGreaterThan(1500);
        assertThat(rateUs).isLessThan(700);
    }

    /** {@return the slowest of the smoothed round trips seen while 8 MB stream, once the first have passed} */
    private long slowestRoundTripUs(String options) {
        choice.options = options(options);
        choice.link = new FrameLink(50_000, 1500, false).bitsPerSecond(1_000_000_000L);
        TwoHosts hosts = new TwoHosts(choice);
        TwoHosts.Pair pair = hosts.connect(8 << 20, 0, 16 << 10);
        long beginNs = hosts.world.clock.nowNs();
        long slowestUs = 0;
        hosts.world.until("a quarter", () -> pair.server().received > 2 << 20, 10 * SECOND_NS);
        while (pair.server().received < 8 << 20) {
            hosts.world.run(1_000_000);
            slowestUs = Math.max(slowestUs, hosts.client.status().connections().stream().map(ConnectionInfo::detail)
                .filter(detail -> detail.contains("us ")).mapToLong(detail -> Long.parseLong(
                    detail.replaceFirst(".* rtt=([0-9]+)us.*", "$1"))).max().orElse(0));
        }
        long tookNs = hosts.world.clock.nowNs() - beginNs;
        System.out.println(options + ": 8 MiB in " + tookNs / 1_000_000 + " ms");
        assertThat(tookNs).as("not much slower than the link").isLessThan(200_000_000);
        hosts.world.until("the end", pair::isDone, SECOND_NS);
        pair.close();
        hosts.assertNothingLeft();
        return slowestUs;
    }

    @Test
    void delayedAcksHalveTheAcknowledgements() {
        long prompt = acknowledgements("1");
        long delayed = acknowledgements("2");
        assertThat(delayed).isBetween(prompt / 3, prompt * 2 / 3);
    }

    private long acknowledgements(String segments) {
        choice.options = Map.of("delayed-ack-segments", segments);
        TwoHosts hosts = new TwoHosts(choice);
        TwoHosts.Pair pair = hosts.connect(1 << 20, 0, 16 << 10);
        hosts.world.until("a stream", pair::isDone, 10 * SECOND_NS);
        pair.close();
        long sent = counter(hosts.server, "sent segments");
        hosts.assertNothingLeft();
        return sent;
    }

    @Test
    void delayedAckOfASingleSegmentIsNotForgotten() {
        choice.options = Map.of("delayed-ack-segments", "2");
        TwoHosts hosts = new TwoHosts(choice);
        TwoHosts.Pair pair = hosts.connect(100, 0, 100);
        pair.client().finishing = false;
        long beginNs = hosts.world.clock.nowNs();
        hosts.world.until("acknowledged", () -> pair.client().sent == 100
            && pair.client().socket.unacknowledged() == 0, SECOND_NS);
        assertThat(hosts.world.clock.nowNs() - beginNs).isBetween(30_000_000L, 60_000_000L);
        pair.client().socket.abort();
        pair.server().socket.abort();
        hosts.assertNothingLeft();
    }
}

package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.millrace.api.context.ContextSize;
import org.millrace.sim.port.FrameLink;
import org.millrace.tcp.laminar.LaminarFactory;
import org.millrace.testkit.Impairment;
import org.millrace.tofino.TofinoBackend;
import org.millrace.wire.PcapngWriter;

/** Laminar on two Tofino2 models under virtual time. */
class LaminarOnTofinoTest {
    private static final long SECOND_NS = TwoHosts.SECOND_NS;

    private final TwoHosts.Choice choice = new TwoHosts.Choice();

    LaminarOnTofinoTest() {
        choice.hardware = TofinoBackend.onCallersClock();
        choice.transport = new LaminarFactory();
    }

    @ParameterizedTest
    @CsvSource({"10000,1500,10", "1000,1500,100", "100000,9000,100"})
    void streamsBothWays(long delayNs, int mtu, long gigabits) {
        choice.link = new FrameLink(delayNs, mtu, false).bitsPerSecond(gigabits * 1_000_000_000L);
        TwoHosts hosts = new TwoHosts(choice);
        hosts.exchange(2 << 20, 16 << 10);
        assertThat(hosts.client.counter("tcp-laminar.retransmitted bytes")).isZero();
        hosts.assertNothingLeft();
    }

    @ParameterizedTest
    @CsvSource({"1500,7", "1500,8", "9000,9"})
    void streamsOverABadWire(int mtu, long seed) {
        choice.link = new FrameLink(100_000, mtu, false).bitsPerSecond(10_000_000_000L);
        choice.impairment = new Impairment(seed, 0.01, 0.01, 0.01, 0.005, Impairment.Side.BOTH);
        TwoHosts hosts = new TwoHosts(choice);
        long tookNs = hosts.exchange(1 << 20, 16 << 10);
        System.out.println(choice.impairment + " mtu " + mtu + ": " + tookNs / 1_000_000 + " ms");
        hosts.assertNothingLeft();
    }

    /** All that was on the wire, with times, and all that the machines counted. */
    private byte[] trace(long seed) throws IOException {
        choice.impairment = new Impairment(seed, 0.01, 0.01, 0.01, 0.005, Impairment.Side.BOTH);
        ByteArrayOutputStream trace = new ByteArrayOutputStream();
        TwoHosts hosts = new TwoHosts(choice);
        hosts.world.fabric.trace(new PcapngWriter(Channels.newChannel(trace)));
        hosts.exchange(300_000, 16 << 10);
        hosts.assertNothingLeft();
        trace.writeBytes((hosts.client.status().counters() + "\n" + hosts.server.status().counters()).getBytes(
            StandardCharsets.UTF_8));
        return trace.toByteArray();
    }

    @Test
    void theSameSeedGivesTheSameTraceByteForByte() throws IOException {
        byte[] first = trace(5);
        assertThat(first.length).isGreaterThan(600_000);
        assertThat(trace(5)).isEqualTo(first);
        assertThat(trace(6)).isNotEqualTo(first);
    }

    /** The wire is faster than the machine's port: frames wait, and are marked, but none is lost. */
    @Test
    void aBurstIsQueuedAndMarkedNotLost() {
        choice.size = new ContextSize(16, 1 << 20, 1 << 20, 1024);
        choice.link = new FrameLink(20_000, 1500, false).bitsPerSecond(400_000_000_000L);
        choice.route = Map.of("congestion", "dctcp");
        TwoHosts hosts = new TwoHosts(choice);
        hosts.exchange(8 << 20, 16 << 10);
        assertThat(hosts.client.counter("tcp-laminar.queue 0 most cells")).isGreaterThan(1170);
        assertThat(hosts.client.counter("tcp-laminar.queue 0 marked")).isPositive();
        assertThat(hosts.client.counter("tcp-laminar.queue 0 refused")).isZero();
        assertThat(hosts.client.counter("tcp-laminar.retransmitted bytes")).isZero();
        hosts.assertNothingLeft();
    }

    @Test
    void halfCloseLeavesTheOtherWayOpen() {
        TwoHosts hosts = new TwoHosts(choice);
        TwoHosts.Pair pair = hosts.connect(1000, 300_000, 4096);
        pair.server().finishing = false;
        hosts.world.until("client's end", () -> pair.server().ended && pair.client().received == 300_000, SECOND_NS);
        assertThat(hosts.client.state(80)).isEqualTo("FIN-WAIT-2");
        pair.server().finishing = true;
        hosts.world.until("server's end", pair::isDone, SECOND_NS);
        pair.close();
        hosts.assertNothingLeft();
    }

    @Test
    void bothCloseAtOnce() {
        TwoHosts hosts = new TwoHosts(choice);
        TwoHosts.Pair pair = hosts.connect(0, 0, 1);
        hosts.world.until("both ends", pair::isDone, SECOND_NS);
        pair.close();
        hosts.assertNothingLeft();
    }

    @Test
    void closedWindowStallsAndOpensAgain() {
        choice.size = new ContextSize(16, 16 << 10, 64 << 10, 256);
        TwoHosts hosts = new TwoHosts(choice);
        TwoHosts.Pair pair = hosts.connect(200_000, 0, 4096);
        pair.server().reading = false;
        hosts.world.run(5 * SECOND_NS);
        assertThat(pair.server().socket.readable()).isEqualTo(16 << 10);
        pair.server().reading = true;
        hosts.world.until("the rest", pair::isDone, SECOND_NS);
        pair.close();
        hosts.assertNothingLeft();
    }
}

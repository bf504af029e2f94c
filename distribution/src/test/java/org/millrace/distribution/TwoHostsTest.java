package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.context.ContextSize;
import org.millrace.api.context.Status;
import org.millrace.sim.port.FrameLink;
import org.millrace.testkit.Impairment;
import org.millrace.toe.StreamSocket;
import org.millrace.wire.TcpHeader;

/** Two Millrace hosts under virtual time: right bytes over whatever the wire does, and nothing left afterwards. */
class TwoHostsTest {
    private static final long SECOND_NS = TwoHosts.SECOND_NS;
    private static final String RETRANSMITTED = "tcp-flextoe.retransmitted bytes";

    private final TwoHosts.Choice choice = new TwoHosts.Choice();

    @ParameterizedTest
    @CsvSource({"10000,1500,false", "100000,9000,false", "50000,1500,true", "1000000,9000,true"})
    void streamsBothWays(long delayNs, int mtu, boolean superFrames) {
        choice.link = new FrameLink(delayNs, mtu, superFrames).bitsPerSecond(10_000_000_000L);
        TwoHosts hosts = new TwoHosts(choice);
        hosts.exchange(4 << 20, 16 << 10);
        assertThat(hosts.client.counter(RETRANSMITTED)).isZero();
        hosts.assertNothingLeft();
    }

    @ParameterizedTest
    @CsvSource({"1500,false,7", "1500,true,8", "9000,false,9", "9000,true,10"})
    void streamsOverABadWire(int mtu, boolean superFrames, long seed) {
        choice.link = new FrameLink(100_000, mtu, superFrames).bitsPerSecond(10_000_000_000L);
        choice.impairment = new Impairment(seed, 0.01, 0.01, 0.01, 0.005, Impairment.Side.BOTH);
        TwoHosts hosts = new TwoHosts(choice);
        long tookNs = hosts.exchange(2 << 20, 16 << 10);
        System.out.println(choice.impairment + " mtu " + mtu + " super-frames " + superFrames + ": "
            + tookNs / 1_000_000 + " ms");
        assertThat(hosts.client.counter("drop.bad transport checksum") + hosts.client.counter("drop.bad IP checksum")
            + hosts.server.counter("drop.bad transport checksum")
            + hosts.server.counter("drop.bad IP checksum")).isPositive();
        hosts.assertNothingLeft();
    }

    @Test
    void narrowQueueDropsAndRecovers() {
        choice.link = new FrameLink(500_000, 1500, false).bitsPerSecond(100_000_000).queueFrames(40);
        TwoHosts hosts = new TwoHosts(choice);
        hosts.exchange(2 << 20, 16 << 10);
        assertThat(hosts.client.counter("port.transmit drops")).isPositive();
        hosts.assertNothingLeft();
    }

    @Test
    void halfCloseLeavesTheOtherWayOpen() {
        TwoHosts hosts = new TwoHosts(choice);
        TwoHosts.Pair pair = hosts.connect(1000, 300_000, 4096);
        pair.server().finishing = false;
        hosts.world.until("client's end", () -> pair.server().ended && pair.client().received == 300_000, SECOND_NS);
        assertThat(hosts.server.state(pair.client().socket.localAddress().getPort())).isEqualTo("CLOSE-WAIT");
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
        int port = pair.client().socket.localAddress().getPort();
        hosts.world.until("both ends", pair::isDone, SECOND_NS);
        pair.close();
        hosts.world.run(1_000_000);
        assertThat(hosts.client.state(80)).isEqualTo("TIME-WAIT");
        assertThat(hosts.server.state(port)).isEqualTo("TIME-WAIT");
        hosts.assertNothingLeft();
    }

    @Test
    void abortResetsThePeer() {
        TwoHosts hosts = new TwoHosts(choice);
        TwoHosts.Pair pair = hosts.connect(8 << 20, 8 << 20, 16 << 10);
        hosts.world.run(2_000_000);
        assertThat(pair.server().received).isBetween(1L, (8L << 20) - 1);
        pair.client().socket.abort();
        hosts.world.until("reset", () -> pair.server().failure != null, SECOND_NS);
        assertThat(pair.server().socket.status()).isEqualTo(Status.RESET);
        pair.close();
        hosts.assertNothingLeft();
    }

    @Test
    void refusedWhereNobodyListens() {
        TwoHosts hosts = new TwoHosts(choice);
        hosts.listener.close();
        hosts.world.run(1_000_000);
        StreamSocket socket = hosts.client.toe.connect(TwoHosts.SERVER);
        hosts.world.until("refused", () -> socket.status() != Status.OK, SECOND_NS);
        assertThat(socket.status()).isEqualTo(Status.REFUSED);
        socket.close();
        hosts.assertNothingLeft();
    }

    @Test
    void closedWindowStallsAndOpensAgain() {
        choice.size = new ContextSize(16, 16 << 10, 64 << 10, 256);
        TwoHosts hosts = new TwoHosts(choice);
        TwoHosts.Pair pair = hosts.connect(200_000, 0, 4096);
        pair.server().reading = false;
        hosts.world.run(30 * SECOND_NS);
        assertThat(pair.server().socket.readable()).isEqualTo(16 << 10);
        assertThat(pair.client().socket.unacknowledged()).isEqualTo(64 << 10);
        assertThat(hosts.client.counter("tcp-flextoe.window probes")).isBetween(3L, 12L);
        pair.server().reading = true;
        long beginNs = hosts.world.clock.nowNs();
        hosts.world.until("the rest", pair::isDone, SECOND_NS);
        assertThat(hosts.world.clock.nowNs() - beginNs).as("no probe was waited for").isLessThan(20_000_000);
        pair.close();
        hosts.assertNothingLeft();
    }

    /** The window update that would end the stall is lost: the next probe's answer ends it. */
    @Test
    void lostWindowUpdateIsFoundByAProbe() {
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
        assertThat(hosts.client.counter("tcp-flextoe.window probes")).isPositive();
        pair.close();
        hosts.assertNothingLeft();
    }

    /** A reader of single bytes does not make the sender send single bytes (silly window, RFC 9293 §3.8.6.2). */
    @Test
    void slowReaderGetsFewSegments() throws IOException {
        choice.size = new ContextSize(16, 16 << 10, 64 << 10, 256);
        TwoHosts hosts = new TwoHosts(choice);
        TwoHosts.Pair pair = hosts.connect(200_000, 0, 16 << 10);
        pair.server().reading = false;
        long before = hosts.client.counter("tcp-flextoe.sent segments");
        hosts.server.applications.add(() -> {
            pair.server().socket.release(Math.min(100, pair.server().socket.readable()));
            return false;
        });
        while (pair.client().socket.unacknowledged() > 0 || pair.client().sent < 200_000) {
            hosts.world.run(10_000);
        }
        long segments = hosts.client.counter("tcp-flextoe.sent segments") - before;
        assertThat(segments).isLessThan(400); // 137 full ones
        pair.client().socket.abort();
        pair.server().socket.abort();
        hosts.assertNothingLeft();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.01})
    void singleByteWrites(double loss) {
        choice.impairment = new Impairment(3, loss, 0, 0, 0, Impairment.Side.BOTH);
        TwoHosts hosts = new TwoHosts(choice);
        hosts.exchange(20_000, 1);
        hosts.assertNothingLeft();
    }

    @ParameterizedTest
    @CsvSource({"1500,0", "9000,0", "1500,0.02", "9000,0.02"})
    void smallestBuffers(int mtu, double loss) {
        choice.link = new FrameLink(20_000, mtu, false).bitsPerSecond(1_000_000_000);
        choice.size = new ContextSize(4, 4 << 10, 4 << 10, 64);
        choice.impairment = new Impairment(4, loss, loss, loss, 0, Impairment.Side.BOTH);
        TwoHosts hosts = new TwoHosts(choice);
        hosts.exchange(300_000, 5000);
        hosts.assertNothingLeft();
    }

    @Test
    void manyShortConnectionsReuseEverything() {
        choice.impairment = new Impairment(6, 0.02, 0, 0, 0, Impairment.Side.BOTH);
        TwoHosts hosts = new TwoHosts(choice);
        for (int i = 0; i < 200; i++) { // 64 flows, 16 slots
            hosts.exchange(2000 + i, 1000);
        }
        hosts.assertNothingLeft();
    }

    /** The ISN follows the clock (RFC 6528), so a clock can be found at which the stream passes 2^32. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void sequenceNumbersWrap(boolean atClient) {
        int distance = 300_000;
        int isn = initialSequence(atClient);
        choice.startNs += Integer.toUnsignedLong(-distance - isn) * 4_000;
        choice.impairment = new Impairment(12, 0.01, 0.01, 0.01, 0, Impairment.Side.BOTH);
        assertThat(initialSequence(atClient)).isEqualTo(-distance);
    }

    /** Streams 1 MB both ways. Answers the initial sequence number of one side. */
    private int initialSequence(boolean ofClient) {
        int[] isn = new int[1];
        boolean[] known = new boolean[1];
        choice.serverPort = port -> new TapPort(port, (ip, tcp) -> {
            if (tcp.has(TcpHeader.SYN)) {
                isn[0] = tcp.sequence();
            } else if (!ofClient && !known[0]) {
                isn[0] = tcp.acknowledgment() - 1; // nothing but the SYN-ACK is acknowledged yet
                known[0] = true;
            }
        });
        TwoHosts hosts = new TwoHosts(choice);
        hosts.exchange(1 << 20, 16 << 10);
        hosts.assertNothingLeft();
        return isn[0];
    }

    @Test
    void delayedAcksHalveTheAcknowledgements() {
        long prompt = acknowledgements(Map.of("delayed-ack-segments", "1"));
        long delayed = acknowledgements(Map.of("delayed-ack-segments", "2"));
        assertThat(delayed).isBetween(prompt / 3, prompt * 2 / 3);
    }

    private long acknowledgements(Map<String, String> options) {
        choice.options = options;
        TwoHosts hosts = new TwoHosts(choice);
        TwoHosts.Pair pair = hosts.connect(1 << 20, 0, 16 << 10);
        hosts.world.until("a stream", pair::isDone, 10 * SECOND_NS);
        pair.close();
        long sent = hosts.server.counter("tcp-flextoe.sent segments");
        hosts.assertNothingLeft();
        return sent;
    }

    /** One segment alone is acknowledged when the delayed-ACK timer says so, not before and not much later. */
    @Test
    void delayedAckOfASingleSegmentIsNotForgotten() {
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

    @ParameterizedTest
    @CsvSource({"newreno", "dctcp"})
    void congestionMarksSlowTheSenderWithoutLoss(String congestion) {
        choice.route = Map.of("congestion", congestion);
        long cleanNs = new TwoHosts(choice).exchange(2 << 20, 16 << 10);
        TapPort.Marker marker = new TapPort.Marker(20);
        choice.serverPort = port -> new TapPort(port, marker);
        TwoHosts hosts = new TwoHosts(choice);
        long markedNs = hosts.exchange(2 << 20, 16 << 10);
        System.out.println(congestion + ": " + marker.marked + " of " + marker.capable + " marked; "
            + cleanNs / 1000 + " us, marked " + markedNs / 1000 + " us");
        assertThat(marker.marked).isPositive();
        assertThat(markedNs).isGreaterThan(cleanNs * 3 / 2);
        assertThat(hosts.client.counter(RETRANSMITTED)).isZero();
        hosts.assertNothingLeft();
    }
}

package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.millrace.api.context.ContextSize;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.transport.TransportFactory;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;
import org.millrace.runtime.swap.Swap;
import org.millrace.runtime.swap.SwapException;
import org.millrace.runtime.swap.SwapRequest;
import org.millrace.sim.port.FrameLink;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;
import org.millrace.tofino.TofinoBackend;

/** Buffers grow as a long path needs them: 100 ms there and back, 200 Mbit/s, no loss. Virtual time. */
class LongPathTest {
    private static final long MS = 1_000_000;
    private static final long BITS_PER_SECOND = 200_000_000;
    private static final int BYTES = 60_000_000;
    /** What is on its way at full rate. */
    private static final long PATH_BYTES = BITS_PER_SECOND / 8 / 10;

    private final TwoHosts.Choice choice = new TwoHosts.Choice();

    static Stream<Arguments> stacks() {
        return Stream.of(Arguments.of(new BluefieldBackend(), new FlexToeFactory()),
            Arguments.of(new BluefieldBackend(), new LaminarFactory()),
            Arguments.of(new TofinoBackend(), new LaminarFactory()));
    }

    private TwoHosts hosts(HardwareBackend hardware, TransportFactory transport) {
        choice.hardware = hardware;
        choice.transport = transport;
        choice.size = new ContextSize(4, ContextSize.DEFAULT.receiveBytes(), ContextSize.DEFAULT.transmitBytes(), 4096);
        choice.link = new FrameLink(50 * MS, 1500, hardware.superFrames()).bitsPerSecond(BITS_PER_SECOND);
        return new TwoHosts(choice);
    }

    private static TwoHosts.Pair sending(TwoHosts hosts) {
        TwoHosts.Pair pair = hosts.connect(BYTES, 0, 16 << 10);
        pair.server().finishing = false;
        return pair;
    }

    private static void runOut(TwoHosts hosts, TwoHosts.Pair pair) {
        hosts.world.until("all", () -> pair.server().received == BYTES, 60_000 * MS);
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void pathIsFilledAfterSomeRoundTrips(HardwareBackend hardware, TransportFactory transport) {
        TwoHosts hosts = hosts(hardware, transport);
        long beginNs = hosts.world.clock.nowNs();
        TwoHosts.Pair pair = sending(hosts);
        runOut(hosts, pair);
        long tookMs = (hosts.world.clock.nowNs() - beginNs) / MS;
        System.out.println(transport.name() + " on " + hardware.name() + ": " + tookMs + " ms, " + BYTES / tookMs
            + " bytes a ms of " + BITS_PER_SECOND / 8000);
        assertThat(tookMs).isLessThan(3_700);
        assertThat(pair.server().socket.receiveBytes()).as("in use").isBetween((int) PATH_BYTES, 8 << 20);
        pair.close();
        hosts.assertNothingLeft();
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void streamStaysRightWhileItsBuffersGrowAndItIsSwapped(HardwareBackend hardware, TransportFactory transport)
        throws SwapException {
        TwoHosts hosts = hosts(hardware, transport);
        TwoHosts.Pair pair = sending(hosts);
        TransportFactory other = transport instanceof FlexToeFactory ? new LaminarFactory() : new FlexToeFactory();
        for (int i = 0; i < 6; i++) {
            hosts.world.run(300 * MS);
            SwapRequest to = hardware instanceof TofinoBackend
                ? SwapRequest.KEEP.hardware(i % 2 == 0 ? new BluefieldBackend() : hardware)
                : SwapRequest.KEEP.transport(0, new TransportChoice(i % 2 == 0 ? other : transport, choice.options));
            Swap.now(hosts.client.path, to.warmUp(0));
            Swap.now(hosts.server.path, to.warmUp(0));
        }
        runOut(hosts, pair);
        pair.close();
        hosts.assertNothingLeft();
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void buffersOfAShortPathStaySmall(HardwareBackend hardware, TransportFactory transport) {
        TwoHosts hosts = hosts(hardware, transport);
        choice.link = new FrameLink(50_000, 1500, hardware.superFrames()).bitsPerSecond(BITS_PER_SECOND);
        TwoHosts near = new TwoHosts(choice);
        TwoHosts.Pair pair = sending(near);
        near.world.run(1_000 * MS);
        assertThat(pair.server().socket.receiveBytes()).isEqualTo(256 << 10);
        assertThat(hosts.server.counter("contexts.closed for cause")).isZero();
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void slowReaderIsSentNoMoreThanItsWindowAsksFor(HardwareBackend hardware, TransportFactory transport) {
        TwoHosts hosts = hosts(hardware, transport);
        TwoHosts.Pair pair = sending(hosts);
        pair.server().reading = false;
        hosts.world.run(3_000 * MS);
        assertThat(pair.server().socket.readable()).isBetween((256 << 10) - 1448, 256 << 10);
        assertThat(pair.client().sent).isLessThanOrEqualTo((256 << 10) + (1 << 20));
        pair.server().reading = true;
        runOut(hosts, pair);
    }
}

package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.millrace.api.context.ContextSize;
import org.millrace.api.context.Status;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.transport.TransportFactory;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;
import org.millrace.runtime.swap.Swap;
import org.millrace.runtime.swap.SwapException;
import org.millrace.runtime.swap.SwapRequest;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;
import org.millrace.tofino.TofinoBackend;

/** What an application has written, and what has arrived for it, outlives its end and the peer's. Virtual time. */
class LingeringTest {
    private static final long SECOND_NS = TwoHosts.SECOND_NS;
    private static final int BYTES = 200_000;

    private final TwoHosts.Choice choice = new TwoHosts.Choice();

    static Stream<Arguments> stacks() {
        return Stream.of(Arguments.of(new BluefieldBackend(), new FlexToeFactory()),
            Arguments.of(new BluefieldBackend(), new LaminarFactory()),
            Arguments.of(new TofinoBackend(), new LaminarFactory()));
    }

    private TwoHosts hosts(HardwareBackend hardware, TransportFactory transport) {
        choice.hardware = hardware;
        choice.transport = transport;
        choice.size = new ContextSize(16, 8 << 10, 256 << 10, 1024);
        return new TwoHosts(choice);
    }

    /** The server has written all, and the client, which holds 8 KiB, does not read yet. */
    private static TwoHosts.Pair written(TwoHosts hosts) {
        TwoHosts.Pair pair = hosts.connect(0, BYTES, 16 << 10);
        pair.client().reading = false;
        pair.client().finishing = false;
        pair.server().finishing = false;
        hosts.world.until("written", () -> pair.server().sent == BYTES, SECOND_NS);
        return pair;
    }

    private static void readAfterAWhile(TwoHosts hosts, TwoHosts.Pair pair) {
        hosts.world.run(5 * SECOND_NS / 2);
        assertThat(hosts.server.counter("contexts.lingering")).isEqualTo(1);
        pair.client().reading = true;
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void whatWasWrittenAndClosedArrivesAfterItsContextHasEnded(HardwareBackend hardware, TransportFactory transport) {
        TwoHosts hosts = hosts(hardware, transport);
        TwoHosts.Pair pair = written(hosts);
        pair.server().socket.close();
        hosts.server.toe.close();
        readAfterAWhile(hosts, pair);
        hosts.world.until("the end", () -> pair.client().ended, 60 * SECOND_NS);
        assertThat(pair.client().received).isEqualTo(BYTES);
        assertThat(pair.client().failure).isNull();
        pair.client().socket.close();
        hosts.world.until("nothing left", () -> hosts.server.counter("contexts.open") == 0, 10 * SECOND_NS);
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void whatWasPushedArrivesAndThenAReset(HardwareBackend hardware, TransportFactory transport) {
        TwoHosts hosts = hosts(hardware, transport);
        TwoHosts.Pair pair = written(hosts);
        hosts.world.run(SECOND_NS); // the credits there are have been used
        long pushed = pushed(hosts);
        hosts.server.toe.close();
        readAfterAWhile(hosts, pair);
        hosts.world.until("the reset", () -> pair.client().failure != null, 60 * SECOND_NS);
        assertThat(pair.client().socket.status()).isEqualTo(Status.RESET);
        assertThat(pair.client().received).isEqualTo(pushed).isPositive();
        hosts.world.until("nothing left", () -> hosts.server.counter("contexts.open") == 0, 10 * SECOND_NS);
    }

    /** Bytes acknowledged, in the client's buffer, and queued with the server's data path. */
    private static long pushed(TwoHosts hosts) {
        return hosts.server.status().connections().stream().filter(line -> line.peer() != null)
            .mapToLong(line -> line.transmitQueued()).sum() + (8 << 10);
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void connectionsWithoutAnApplicationAreSwapped(HardwareBackend hardware, TransportFactory transport)
        throws SwapException {
        TwoHosts hosts = hosts(hardware, transport);
        TwoHosts.Pair pair = written(hosts);
        pair.server().socket.close();
        hosts.server.toe.close();
        hosts.world.run(SECOND_NS);
        TransportFactory other = transport instanceof FlexToeFactory ? new LaminarFactory() : new FlexToeFactory();
        SwapRequest request = SwapRequest.KEEP.warmUp(0);
        Swap.now(hosts.server.path, hardware instanceof TofinoBackend ? request.hardware(new BluefieldBackend())
            : request.transport(0, new TransportChoice(other, choice.options)));
        pair.client().reading = true;
        hosts.world.until("the end", () -> pair.client().ended, 60 * SECOND_NS);
        assertThat(pair.client().received).isEqualTo(BYTES);
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void peerThatNeverReadsIsGivenUp(HardwareBackend hardware, TransportFactory transport) {
        TwoHosts hosts = hosts(hardware, transport);
        TwoHosts.Pair pair = written(hosts);
        pair.server().socket.close();
        hosts.server.toe.close();
        hosts.world.until("given up", () -> hosts.server.counter("contexts.open") == 0, 130 * SECOND_NS);
        assertThat(hosts.server.counter(transport.name() + ".lingering given up")).isEqualTo(1);
        pair.client().reading = true;
        hosts.world.until("the reset", () -> pair.client().failure != null, 10 * SECOND_NS);
        assertThat(pair.client().received).as("what had arrived").isEqualTo(8 << 10);
    }

    /** A 413 in answer to a POST that goes on: the answer arrives whole, then the reset. */
    @ParameterizedTest
    @MethodSource("stacks")
    void answerToAPeerThatGoesOnSendingArrives(HardwareBackend hardware, TransportFactory transport) {
        choice.hardware = hardware;
        choice.transport = transport;
        choice.size = new ContextSize(16, 64 << 10, 64 << 10, 1024);
        TwoHosts hosts = new TwoHosts(choice);
        TwoHosts.Pair pair = hosts.connect(8 << 20, 3000, 16 << 10);
        pair.server().reading = false;
        pair.server().finishing = false;
        hosts.world.until("answered", () -> pair.server().sent == 3000, SECOND_NS);
        pair.server().socket.close();
        hosts.world.until("reset", () -> pair.client().socket.status() != Status.OK, 10 * SECOND_NS);
        assertThat(pair.client().socket.status()).isEqualTo(Status.RESET);
        assertThat(pair.client().received).isEqualTo(3000);
        assertThat(pair.client().ended).as("the answer ends in order").isTrue();
        pair.client().socket.close();
        hosts.assertNothingLeft();
    }
}

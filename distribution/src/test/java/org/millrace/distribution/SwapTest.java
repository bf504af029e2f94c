package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.agilio.AgilioBackend;
import org.millrace.agilio.machine.Machine;
import org.millrace.api.context.ContextSize;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.transport.TransportFactory;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;
import org.millrace.runtime.status.DataPathStatus;
import org.millrace.runtime.swap.Swap;
import org.millrace.runtime.swap.SwapException;
import org.millrace.runtime.swap.SwapReport;
import org.millrace.runtime.swap.SwapRequest;
import org.millrace.runtime.swap.SwapStep;
import org.millrace.sim.port.FrameLink;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;
import org.millrace.testkit.Impairment;
import org.millrace.tofino.TofinoBackend;

/** Transports and hardware replaced under live connections, under virtual time: right bytes, and nobody notices. */
class SwapTest {
    private static final long SECOND_NS = TwoHosts.SECOND_NS;
    private static final TransportFactory FLEXTOE = new FlexToeFactory();
    private static final TransportFactory LAMINAR = new LaminarFactory();
    private static final HardwareBackend BLUEFIELD = new BluefieldBackend();
    private static final HardwareBackend TOFINO = new TofinoBackend();

    private final TwoHosts.Choice choice = new TwoHosts.Choice();
    private final List<TwoHosts.Pair> pairs = new ArrayList<>();

    private static SwapRequest to(TransportFactory transport) {
        return SwapRequest.KEEP.transport(0, new TransportChoice(transport, Map.of())).warmUp(0);
    }

    private static SwapRequest to(HardwareBackend hardware) {
        return SwapRequest.KEEP.hardware(hardware).warmUp(0);
    }

    private static SwapReport swap(VirtualHost host, SwapRequest request) {
        try {
            return Swap.now(host.path, request);
        } catch (SwapException e) {
            throw new AssertionError(e.step() + ": " + e.getMessage(), e);
        }
    }

    private void connect(TwoHosts hosts, int count, long bytes, int writeBytes) {
        for (int i = 0; i < count; i++) {
            pairs.add(hosts.connect(bytes, bytes, writeBytes));
        }
    }

    private boolean allDone() {
        return pairs.stream().allMatch(TwoHosts.Pair::isDone);
    }

    private void finish(TwoHosts hosts) {
        hosts.world.until("all streams", this::allDone, 600 * SECOND_NS);
        pairs.forEach(TwoHosts.Pair::close);
        hosts.assertNothingLeft();
    }

    /** Runs on a little, swaps, and so on, each side in turn, until the streams are through or there were enough. */
    private void swapUnderWay(TwoHosts hosts, long everyNs, int most, SwapRequest... requests) {
        int swaps = 0;
        while (!allDone() && swaps < most) {
            hosts.world.run(everyNs);
            VirtualHost host = swaps % 2 == 0 ? hosts.client : hosts.server;
            SwapReport report = swap(host, requests[swaps++ / 2 % requests.length]);
            assertThat(report.connections()).isEqualTo(pairs.size());
            assertThat(report.retiring()).isZero();
        }
        assertThat(swaps).isGreaterThan(3);
    }

    @ParameterizedTest
    @CsvSource({"1500,false,0", "9000,true,0", "1500,false,0.01", "1500,true,0.01", "9000,true,0.02"})
    void transportsSwapUnderStreamsBothWays(int mtu, boolean superFrames, double fault) {
        choice.link = new FrameLink(100_000, mtu, superFrames).bitsPerSecond(10_000_000_000L);
        choice.impairment = fault == 0 ? Impairment.NONE
            : new Impairment(41, fault, fault, fault, fault / 2, Impairment.Side.BOTH);
        TwoHosts hosts = new TwoHosts(choice);
        connect(hosts, 5, 1 << 20, 5000);
        swapUnderWay(hosts, 400_000, 100, to(LAMINAR), to(FLEXTOE));
        finish(hosts);
    }

    @ParameterizedTest
    @CsvSource({"1500,false,0", "9000,true,0", "1500,true,0.01"})
    void hardwareSwapsUnderLaminar(int mtu, boolean superFrames, double fault) {
        choice.transport = LAMINAR;
        choice.link = new FrameLink(100_000, mtu, superFrames).bitsPerSecond(10_000_000_000L);
        choice.impairment = fault == 0 ? Impairment.NONE
            : new Impairment(43, fault, fault, fault, fault / 2, Impairment.Side.BOTH);
        TwoHosts hosts = new TwoHosts(choice);
        connect(hosts, 3, 1 << 20, 5000);
        swapUnderWay(hosts, 1_000_000, 20, to(TOFINO), to(BLUEFIELD));
        finish(hosts);
    }

    /** To the model of an Agilio and back, both programs on it, live and with its own time. */
    @ParameterizedTest
    @CsvSource({"true,0", "true,0.01", "false,0.01"})
    void agilioSwapsUnderStreamsBothWays(boolean isLive, double fault) {
        choice.link = new FrameLink(100_000, 1500, false).bitsPerSecond(10_000_000_000L);
        choice.impairment = fault == 0 ? Impairment.NONE
            : new Impairment(47, fault, fault, fault, fault / 2, Impairment.Side.BOTH);
        TwoHosts hosts = new TwoHosts(choice);
        connect(hosts, 3, 400_000, 5000);
        HardwareBackend agilio = isLive ? new AgilioBackend() : AgilioBackend.onCallersClock(Machine.nfp4000(), null, view -> { });
        swapUnderWay(hosts, 400_000, 30, to(agilio), to(LAMINAR), to(BLUEFIELD), to(FLEXTOE));
        finish(hosts);
    }

    /** Away and back again: what is counted is counted on, by control plane and machine, too. */
    @Test
    void countersGoOnAcrossSwaps() {
        choice.transport = LAMINAR;
        TwoHosts hosts = new TwoHosts(choice);
        connect(hosts, 3, 1 << 20, 5000);
        for (SwapRequest request : List.of(to(FLEXTOE), to(new AgilioBackend()), to(LAMINAR), to(TOFINO), to(BLUEFIELD))) {
            hosts.world.run(1_000_000);
            Map<String, Long> before = hosts.client.status().counters();
            swap(hosts.client, request);
            Map<String, Long> after = hosts.client.status().counters();
            before.forEach((name, count) -> {
                if (!DataPathStatus.isLevel(name) && !name.endsWith(".flows")) {
                    assertThat(after.getOrDefault(name, -1L)).as(name).isGreaterThanOrEqualTo(count);
                }
            });
        }
        assertThat(hosts.client.counter("tcp-flextoe.sent segments")).isPositive();
        assertThat(hosts.client.counter("tcp-laminar.passes")).as("of a machine that is gone").isPositive();
        finish(hosts);
    }

    /** On the caller's clock frames wait in the machine's queues; a swap does not wait for their time, and loses none. */
    @Test
    void framesThatWaitInTheMachineLeaveBeforeASwap() {
        choice.transport = LAMINAR;
        choice.hardware = TofinoBackend.onCallersClock();
        choice.size = new ContextSize(16, 1 << 20, 1 << 20, 1024);
        choice.link = new FrameLink(20_000, 1500, false).bitsPerSecond(400_000_000_000L);
        TwoHosts hosts = new TwoHosts(choice);
        connect(hosts, 3, 1 << 20, 5000);
        hosts.world.until("a long queue", () -> depthCells(hosts.client) > 1000, SECOND_NS);
        HardwareBackend other = TofinoBackend.onCallersClock();
        swap(hosts.client, to(other));
        assertThat(depthCells(hosts.client)).isZero();
        hosts.world.until("a long queue again", () -> depthCells(hosts.client) > 500, SECOND_NS);
        swap(hosts.client, to(BLUEFIELD));
        finish(hosts);
        assertThat(hosts.client.counter("tcp-laminar.retransmitted bytes")).isZero();
    }

    private static long depthCells(VirtualHost host) {
        return host.counter("tcp-laminar.queue 0 depth cells");
    }

    @Test
    void programThatDoesNotFitIsRefusedWithEveryReason() {
        TwoHosts hosts = new TwoHosts(choice);
        connect(hosts, 2, 256 << 10, 5000);
        hosts.world.run(300_000);
        assertThatThrownBy(() -> Swap.now(hosts.server.path, to(TOFINO)))
            .isInstanceOfSatisfying(SwapException.class, e -> {
                assertThat(e.step()).isEqualTo(SwapStep.ADMIT);
                assertThat(e.fit().refused()).hasSizeGreaterThan(1);
                assertThat(e.getMessage()).startsWith("program tcp-flextoe does not fit hw-tofino: ");
                e.fit().refused().forEach(reason -> assertThat(e.getMessage()).contains(reason.detail()));
            });
        assertThat(hosts.server.path.running().hardware().name()).isEqualTo("hw-bluefield");
        finish(hosts);
    }

    @Test
    void newSideIsRehearsedBeforehand() {
        TwoHosts hosts = new TwoHosts(choice);
        connect(hosts, 2, 256 << 10, 5000);
        hosts.world.run(300_000);
        swap(hosts.client, SwapRequest.KEEP.transport(0, new TransportChoice(LAMINAR, Map.of())).warmUp(1));
        finish(hosts);
    }

    @Test
    void handshakesGoOnAcrossASwap() {
        TwoHosts hosts = new TwoHosts(choice);
        for (int i = 0; i < 12; i++) {
            var socket = hosts.client.toe.connect(TwoHosts.SERVER);
            int rounds = i;
            for (int round = 0; round < rounds; round++) {
                hosts.world.step(hosts.world.clock.nowNs() + 20_000);
            }
            VirtualHost host = i % 2 == 0 ? hosts.client : hosts.server;
            swap(host, to(i % 4 < 2 ? LAMINAR : FLEXTOE));
            hosts.world.until("connected", socket::isConnected, 10 * SECOND_NS);
            hosts.world.until("accepted", () -> accept(hosts), SECOND_NS);
            socket.abort();
        }
        hosts.assertNothingLeft();
    }

    private static boolean accept(TwoHosts hosts) {
        try {
            var accepted = hosts.listener.accept();
            if (accepted != null) {
                accepted.abort();
            }
            return accepted != null;
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Swaps at every moment of a connection's end, on both sides in turn. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void closingGoesOnAcrossASwap(boolean atClient) {
        TwoHosts hosts = new TwoHosts(choice);
        for (int moment = 0; moment < 30; moment++) {
            TwoHosts.Pair pair = hosts.connect(3000, 2000, 3000);
            hosts.world.until("end", pair::isDone, 10 * SECOND_NS);
            pair.client().socket.close();
            if (moment % 3 != 0) {
                pair.server().socket.close();
            }
            hosts.world.run(moment * 7_000L);
            swap(atClient ? hosts.client : hosts.server, to(moment % 2 == 0 ? LAMINAR : FLEXTOE));
            pair.server().socket.close();
        }
        hosts.assertNothingLeft();
    }

    @Test
    void finIsCarriedWhereverItIs() {
        TwoHosts hosts = new TwoHosts(choice);
        for (int moment = 0; moment < 40; moment++) {
            TwoHosts.Pair pair = hosts.connect(20_000, 10_000, 5000);
            hosts.world.run(moment * 6_000L);
            swap(hosts.client, to(moment % 2 == 0 ? LAMINAR : FLEXTOE));
            swap(hosts.server, to(moment % 3 == 0 ? LAMINAR : FLEXTOE));
            hosts.world.until("end", pair::isDone, 10 * SECOND_NS);
            pair.close();
        }
        hosts.assertNothingLeft();
    }

    @Test
    void timeWaitIsHandedOver() {
        TwoHosts hosts = new TwoHosts(choice);
        TwoHosts.Pair pair = hosts.connect(0, 0, 1);
        hosts.world.until("both ends", pair::isDone, SECOND_NS);
        pair.close();
        hosts.world.run(1_000_000);
        assertThat(hosts.client.state(80)).isEqualTo("TIME-WAIT");
        swap(hosts.client, to(LAMINAR));
        assertThat(hosts.client.state(80)).isEqualTo("TIME-WAIT");
        hosts.assertNothingLeft();
    }

    @Test
    void onlyNewConnectionsMove() {
        TwoHosts hosts = new TwoHosts(choice);
        connect(hosts, 2, 1 << 20, 5000);
        hosts.world.run(200_000);
        SwapReport report = swap(hosts.server, to(LAMINAR).forNewOnly());
        assertThat(report.connections()).isZero();
        assertThat(report.retiring()).isEqualTo(2);
        connect(hosts, 2, 1 << 20, 5000);
        Map<String, Long> counters = hosts.server.status().counters();
        assertThat(counters.get("tcp-laminar.flows")).isEqualTo(2);
        assertThat(counters.get("tcp-flextoe retiring.flows")).isEqualTo(2);
        hosts.world.until("all streams", this::allDone, 600 * SECOND_NS);
        counters = hosts.server.status().counters();
        assertThat(counters.get("tcp-laminar.sent payload bytes")).isEqualTo(2 << 20);
        pairs.forEach(TwoHosts.Pair::close);
        hosts.assertNothingLeft();
        hosts.world.until("retired", () -> hosts.server.status().transports().size() == 1, SECOND_NS);
    }

    @Test
    void retiringOnesMoveWithTheHardware() {
        choice.transport = LAMINAR;
        TwoHosts hosts = new TwoHosts(choice);
        connect(hosts, 2, 1 << 20, 5000);
        hosts.world.run(200_000);
        swap(hosts.server, SwapRequest.KEEP.transport(0, new TransportChoice(LAMINAR,
            Map.of("delayed-ack-segments", "1"))).forNewOnly().warmUp(0));
        connect(hosts, 2, 1 << 20, 5000);
        SwapReport report = swap(hosts.server, to(TOFINO));
        assertThat(report.connections()).isEqualTo(4);
        assertThat(hosts.server.status().transports()).hasSize(2);
        finish(hosts);
        hosts.world.until("retired", () -> hosts.server.status().transports().size() == 1, SECOND_NS);
    }

    @Test
    void closedWindowStaysClosedAndOpensAgain() {
        TwoHosts hosts = new TwoHosts(choice);
        TwoHosts.Pair pair = hosts.connect(1 << 20, 0, 16 << 10);
        pair.server().reading = false;
        hosts.world.run(3 * SECOND_NS);
        swap(hosts.client, to(LAMINAR));
        swap(hosts.server, to(LAMINAR));
        hosts.world.run(3 * SECOND_NS);
        assertThat(pair.server().socket.readable()).isEqualTo(256 << 10);
        pair.server().reading = true;
        hosts.world.until("the rest", pair::isDone, 10 * SECOND_NS);
        pair.close();
        hosts.assertNothingLeft();
    }
}

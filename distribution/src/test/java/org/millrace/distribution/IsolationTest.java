package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.transport.TransportFactory;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.memory.Linux;
import org.millrace.net.Route;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;
import org.millrace.runtime.swap.Swap;
import org.millrace.runtime.swap.SwapRequest;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;
import org.millrace.tofino.TofinoBackend;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Prefix;

/** Who shares a data path with whom, and what each has of it: Fig. 5.19's 32 callers and 4 streams, in work (see {@link WorkPort}). */
class IsolationTest {
    private static final Map<Integer, Integer> ALL_ALIKE = Map.of(Linux.userId(), 1);
    private static final double MOST = 1.5;
    private static final long MEASURE_NS = 2_000_000;
    private static final long SETTLE_NS = 1_000_000;

    private static HardwareBackend hardware(String name) {
        return name.equals("hw-tofino") ? new TofinoBackend() : new BluefieldBackend();
    }

    private static TransportFactory transport(String name) {
        return name.equals("tcp-laminar") ? new LaminarFactory() : new FlexToeFactory();
    }

    private static Route to(int peer, int weight) {
        return new Route(Ipv4Prefix.parse("10.0.0." + peer + "/32"), Ipv4Address.ANY, 1500, Map.of("weight", "" + weight));
    }

    /** How many times as long as alone an answer takes beside bulk: median, 99 %. */
    private static double[] slowdown(SharedServer.Choice choice) {
        SharedServer server = new SharedServer(choice);
        server.run(MEASURE_NS / 5);
        long[] alone = quantilesNs(server);
        server.beginBulk();
        server.run(SETTLE_NS);
        long before = server.bulkBytes[0];
        long[] beside = quantilesNs(server);
        assertThat(server.bulkBytes[0] - before).isGreaterThan(100_000);
        System.out.println("alone " + Arrays.toString(alone) + " ns, beside " + Arrays.toString(beside) + " ns");
        return new double[] {(double) beside[0] / alone[0], (double) beside[1] / alone[1]};
    }

    private static long[] quantilesNs(SharedServer server) {
        server.latenciesNs.clear();
        server.run(MEASURE_NS);
        return server.quantilesNs(0.5, 0.99);
    }

    @ParameterizedTest
    @CsvSource({"hw-bluefield, tcp-flextoe, false", "hw-bluefield, tcp-flextoe, true", "hw-bluefield, tcp-laminar, false",
        "hw-bluefield, tcp-laminar, true", "hw-tofino, tcp-laminar, false", "hw-tofino, tcp-laminar, true"})
    void answersBesideBulkTakeNoMoreThanHalfAsLongAgain(String hardware, String transport, boolean inwards) {
        SharedServer.Choice choice = new SharedServer.Choice();
        choice.hardware = hardware(hardware);
        choice.transport = transport(transport);
        choice.inwards = inwards;
        double[] without = slowdown(choice);
        assertThat(without[0]).as("median, without").isGreaterThan(MOST);
        assertThat(without[1]).as("99 %%, without").isGreaterThan(MOST);
        choice.weights = ALL_ALIKE;
        double[] with = slowdown(choice);
        assertThat(with[0]).as("median").isLessThan(MOST);
        assertThat(with[1]).as("99 %%").isLessThan(MOST);
    }

    @Test
    void routesAreClassesOfTheirOwn() {
        SharedServer.Choice choice = new SharedServer.Choice();
        choice.routes = List.of(to(16, 8));
        double[] slowdown = slowdown(choice);
        assertThat(slowdown[0]).isLessThan(MOST);
        assertThat(slowdown[1]).isLessThan(MOST);
    }

    @Test
    void saturatedClassesGetWhatTheirWeightsSayAlsoAfterASwap() throws Exception {
        SharedServer.Choice choice = new SharedServer.Choice();
        choice.echoes = 0;
        choice.bulkClasses = 3;
        choice.streams = 2;
        choice.routes = List.of(to(17, 1), to(18, 2), to(19, 4));
        SharedServer server = new SharedServer(choice);
        server.beginBulk();
        server.run(SETTLE_NS);
        assertShares(server, 1, 2, 4);
        Swap.now(server.path, SwapRequest.KEEP.warmUp(0).transport(0, new TransportChoice(new LaminarFactory(), Map.of())));
        server.run(SETTLE_NS);
        assertShares(server, 1, 2, 4);
    }

    @Test
    void whatStagesOnLanesAskOfTheFlowQueueIsSharedTheSame() {
        SharedServer.Choice choice = new SharedServer.Choice();
        choice.hardware = new BluefieldBackend().pipelined("pre/protocol/post");
        choice.echoes = 0;
        choice.bulkClasses = 2;
        choice.streams = 2;
        choice.routes = List.of(to(17, 1), to(18, 3));
        SharedServer server = new SharedServer(choice);
        try {
            server.beginBulk();
            server.run(SETTLE_NS);
            assertShares(server, 1, 3);
        } finally {
            server.path.close();
        }
    }

    private static void assertShares(SharedServer server, int... weights) {
        long[] before = server.bulkBytes.clone();
        server.run(2 * MEASURE_NS);
        long[] got = IntStream.range(0, weights.length).mapToLong(i -> server.bulkBytes[i] - before[i]).toArray();
        long sum = Arrays.stream(got).sum();
        System.out.println("shares " + Arrays.toString(got));
        for (int i = 0; i < weights.length; i++) {
            assertThat((double) got[i]).isCloseTo((double) sum * weights[i] / Arrays.stream(weights).sum(), Percentage.withPercentage(3));
        }
    }
}

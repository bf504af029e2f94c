package org.millrace.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.millrace.benchmarks.figures.Figures;
import org.millrace.sim.Agenda;
import org.millrace.sim.fabric.Fabric;
import org.millrace.sim.fabric.FabricConfig;
import org.millrace.sim.fabric.Topology;
import org.millrace.sim.host.HomaHost;
import org.millrace.sim.host.HomaProfile;
import org.millrace.sim.host.MessageHost;
import org.millrace.sim.host.Messages;
import org.millrace.sim.workload.OpenLoop;
import org.millrace.sim.workload.Sizes;

/**
 * How many links packets cross in a second of this thread's CPU time in the simulated fabric: Homa's hosts, workload W4 at 80 % load, on Homa's 144
 * hosts and on a fat tree of 1,024.
 *
 * <p>Arguments: rounds (5), millions of hops in each (20).
 */
public final class FabricSpeed {
    private static final double GOODPUT = 0.898; // of what is on the wire, W4
    private static final double HOST_BYTES_PER_S = 10e9 / 8;

    private FabricSpeed() {
    }

    /**
     * Measures both.
     *
     * @param arguments as above
     */
    public static void main(String[] arguments) {
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5;
        int millions = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 20;
        for (Figures figures : compare(rounds, millions)) {
            System.out.printf(Locale.ROOT, "%s: median %.2f, least %.2f, most %.2f million hops a second%n", figures.subject(), figures.median(),
                figures.least(), figures.most());
        }
    }

    /**
     * {@return millions of hops a second of CPU time, of 144 hosts and of 1,024}
     *
     * @param rounds   how many figures of each
     * @param millions hops in each round
     */
    public static List<Figures> compare(int rounds, int millions) {
        return List.of(new Figures("144 hosts", "M hops/s", measure(Topology.homa144(), rounds, millions)),
            new Figures("1,024 hosts", "M hops/s", measure(Topology.fatTree(16, 10_000_000_000L, 0), rounds, millions)));
    }

    /** The first round warms up and does not count. */
    private static double[] measure(Topology topology, int rounds, int millions) {
        Agenda agenda = new Agenda();
        Sizes sizes = Sizes.homa(4);
        Fabric fabric = new Fabric(agenda, topology, FabricConfig.homa(), new SplittableRandom(1),
            HomaHost.maker(HomaProfile.sigcomm18(sizes), new Messages((nowPs, messages, message) -> { })));
        new OpenLoop(agenda, MessageHost.starter(fabric), topology.hosts(), sizes,
            0.8 * GOODPUT * HOST_BYTES_PER_S * topology.hosts() / sizes.mean(), new SplittableRandom(2)).begin();
        double[] figures = new double[rounds];
        for (int round = -1; round < rounds; round++) {
            long hops = fabric.counters().hops();
            long beforeNs = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            while (fabric.counters().hops() - hops < millions * 1_000_000L) {
                agenda.next();
            }
            long ns = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - beforeNs;
            if (round >= 0) {
                figures[round] = (fabric.counters().hops() - hops) * 1e3 / ns;
            }
        }
        return figures;
    }
}

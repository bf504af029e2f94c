package org.millrace.lab.fabric;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.millrace.lab.experiment.Run;
import org.millrace.sim.Agenda;
import org.millrace.sim.TrafficManager;
import org.millrace.sim.fabric.Fabric;
import org.millrace.sim.fabric.FabricConfig;
import org.millrace.sim.fabric.Topology;
import org.millrace.sim.host.MessageHost;
import org.millrace.sim.host.Messages;
import org.millrace.sim.host.WindowHost;
import org.millrace.sim.host.WindowProfile;
import org.millrace.sim.workload.OpenLoop;
import org.millrace.sim.workload.PartitionAggregate;
import org.millrace.sim.workload.Sizes;

/**
 * One run of the TLT simulator's workload on its fabric: web search between any two hosts, beside incasts of small messages, until the last background flow
 * begins; then until all are complete.
 */
final class CompletionRun {
    private static final long RATE = 40_000_000_000L;
    private static final long DELAY_PS = 10_000_000;
    private static final long MARK_BYTES = 134 * 1_500;
    private static final int FLOWS_A_HOST = 4;
    private static final double WIRE = 1_538.0 / 1_480;
    private static final long PS_PER_S = 1_000_000_000_000L;
    private static final double PS_PER_MS = 1e9;
    private static final long FOREGROUND = 1L << 40;

    private final Agenda agenda = new Agenda();
    private final Topology topology = Topology.leafSpine(12, 8, 4, RATE, RATE, DELAY_PS);
    private final Fabric fabric;
    private final OpenLoop background;
    private final PartitionAggregate foreground;
    private final Times backgroundTimes = new Times();
    private final Times foregroundTimes = new Times();
    private final long flows;

    /** Completion times, picoseconds. */
    private static final class Times {
        private long[] times = new long[1 << 10];
        private int count;

        void add(long timePs) {
            if (count == times.length) {
                times = Arrays.copyOf(times, 2 * count);
            }
            times[count++] = timePs;
        }

        double quantileMs(double part) {
            Arrays.sort(times, 0, count);
            return count == 0 ? Double.NaN : times[Math.clamp((int) Math.ceil(part * count) - 1, 0, count - 1)] / PS_PER_MS;
        }
    }

    CompletionRun(Run run, WindowProfile profile) {
        flows = run.whole("flows");
        TrafficManager.Limits limits = TrafficManager.Limits.shared(1, Transports.BUFFER_BYTES, 1).marking(MARK_BYTES);
        Messages messages = new Messages(this::complete);
        fabric = new Fabric(agenda, topology, new FabricConfig(limits, 0, 0, 0, false, 0), run.random(1), WindowHost.maker(profile, messages));
        Sizes sizes = Sizes.webSearch();
        double part = run.real("foreground");
        double half = RATE * run.real("load") / 2;
        background = new OpenLoop(agenda, MessageHost.starter(fabric), topology.hosts(), sizes,
            topology.hosts() * half * (1 - part) / (8 * sizes.mean() * WIRE), run.random(2));
        int bytes = (int) run.whole("bytes");
        double incasts = half * part / (8.0 * FLOWS_A_HOST * bytes * WIRE);
        foreground = part == 0 ? null : new PartitionAggregate(agenda, MessageHost.starter(fabric), topology.hosts(),
            new PartitionAggregate.Incasts(Math.round(PS_PER_S / incasts), FLOWS_A_HOST, bytes, FOREGROUND), run.random(3));
    }

    private void complete(long nowPs, Messages messages, int message) {
        (messages.tag(message) >= FOREGROUND ? foregroundTimes : backgroundTimes).add(nowPs - messages.startPs(message));
    }

    void run() {
        background.begin();
        if (foreground != null) {
            foreground.begin();
        }
        while (background.started() < flows) {
            agenda.next();
        }
        background.end();
        long messages = flows;
        if (foreground != null) {
            foreground.end();
            messages += foreground.started();
        }
        while (backgroundTimes.count + foregroundTimes.count < messages) {
            agenda.next();
        }
    }

    double foregroundMs(double part) {
        return foregroundTimes.quantileMs(part);
    }

    double backgroundMs(double part) {
        return backgroundTimes.quantileMs(part);
    }

    long dropped() {
        return fabric.counters().droppedFull();
    }

    long notKept() {
        return hosts().mapToLong(WindowHost::notKept).sum();
    }

    long timeouts() {
        return hosts().mapToLong(WindowHost::timeouts).sum();
    }

    private Stream<WindowHost> hosts() {
        return IntStream.range(0, topology.hosts()).mapToObj(host -> (WindowHost) fabric.host(host));
    }
}

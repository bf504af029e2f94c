package org.millrace.lab.cores;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.millrace.lab.cores.ShardedMachine.Load;
import org.millrace.lab.cores.ShardedMachine.Outcome;
import org.millrace.lab.experiment.Experiment;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Parameter;
import org.millrace.lab.experiment.Plot;
import org.millrace.lab.experiment.Result;
import org.millrace.lab.experiment.Run;
import org.millrace.sim.Agenda;

/**
 * Projects what shards do on 4, 8 and 16 cores from what they were measured to do on one and two ({@code millrace bench cores} prints
 * the settings).
 *
 * <p>How long an echo has what cores share to itself is calibrated: so that two cores are as slow as they were measured. It is at least
 * what its lines take from memory: a processor of the measured kind (AMD EPYC 9004) has 12 channels of DDR5-4800, 460.8 GB/s, for 12
 * groups of 8 cores with a cache each (AMD, EPYC 9004 Series Processors data sheet; 4th Gen AMD EPYC Processor Architecture, white
 * paper): 38.4 GB/s a group, 1.67 ns for 64 bytes.
 */
public final class CoresExperiment implements Experiment {
    private static final int[] PROJECTED = {4, 8, 16};
    private static final double LINE_PS = 1_667;
    /** Beyond, two cores would do no more than one and a tenth. */
    private static final double MOST_SLOWED = 1.8;
    private static final int BISECTIONS = 12;
    private static final long PS_PER_MS = 1_000_000 * Agenda.PS_PER_NS;

    /** The experiment. */
    public CoresExperiment() {
    }

    @Override
    public String name() {
        return "cores";
    }

    @Override
    public String reproduces() {
        return "nothing published: projects shards on 4, 8 and 16 cores from what one and two do (millrace bench cores)";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.real("echo-ns", 921.0, 1, 1_000_000, "CPU ns of an echo in a shard that no other core disturbs; measured"),
            Parameter.real("two-ns", 921.0, 1, 1_000_000, "the same while two shards work; measured"),
            Parameter.real("hand-over-ns", 104.0, 0, 1_000_000, "CPU ns of a frame that comes to the wrong shard, both sides; measured"),
            Parameter.real("strays", 0.0, 0, 1, "part of the frames that come to the wrong shard"),
            Parameter.whole("connections", 1_024, 1, 100_000, "a core"),
            Parameter.whole("cores-per-cache", 8, 1, 1_024, "cores that share a cache"),
            Parameter.whole("ms", 10, 1, 10_000, "measured, after as long to get going"));
    }

    @Override
    public Result run(Run run) throws LabException {
        double oneNs = run.real("echo-ns");
        double twoNs = run.real("two-ns");
        if (twoNs > MOST_SLOWED * oneNs) {
            throw new LabException("--set two-ns=" + twoNs + ": two shards that disturb each other so are slower than what contention explains; allowed is up to "
                + MOST_SLOWED + " x echo-ns, " + MOST_SLOWED * oneNs);
        }
        double sharedPs = calibrate(run, oneNs, twoNs);
        Result result = new Result("An echo in n shards, a core each", ">cores", "", ">CPU ns an echo", ">M echoes/s", ">of n times one",
            ">busiest shard, of the mean", ">M echoes/s, connections alike", ">shared part busy, %", ">M echoes/s at best");
        double one = 1e3 / oneNs;
        measured(result, 1, oneNs, one);
        Outcome first = machine(run, oneNs, sharedPs, 1);
        modelled(result, 1, "model", first, first, machine(run, oneNs, least(oneNs), 1));
        measured(result, 2, twoNs, one);
        Outcome second = machine(run, oneNs, sharedPs, 2);
        modelled(result, 2, "model", second, first, machine(run, oneNs, least(oneNs), 2));
        List<Double> across = new ArrayList<>(List.of(1.0, 2.0));
        List<Double> busy = new ArrayList<>(List.of(one, 2e3 / twoNs));
        List<Double> alike = new ArrayList<>(List.of(first.alike() / 1e6, second.alike() / 1e6));
        for (int i = 0; i < PROJECTED.length; i++) {
            run.progress(0.5 + 0.5 * i / PROJECTED.length, PROJECTED[i] + " cores");
            Outcome outcome = machine(run, oneNs, sharedPs, PROJECTED[i]);
            modelled(result, PROJECTED[i], "projection", outcome, first, machine(run, oneNs, least(oneNs), PROJECTED[i]));
            across.add((double) PROJECTED[i]);
            busy.add(outcome.echoesPerSecond() / 1e6);
            alike.add(outcome.alike() / 1e6);
        }
        return result.calibrated(String.format(Locale.ROOT, "%.0f ns of an echo are in what cores share, so that two shards take the measured %.0f ns an echo; at least %.0f, "
                + "its lines from memory", sharedPs / Agenda.PS_PER_NS, twoNs, ShardedMachine.LINES * LINE_PS / Agenda.PS_PER_NS))
            .note("measured: given by --set, as millrace bench cores prints it; load and peers are not in it. Rows of a projection were measured nowhere")
            .note("busiest shard: by the keyed hash over " + run.whole("connections") + " random tuples a core, seed " + run.seed()
                + "; connections alike: all send equally often, until that shard is full")
            .note("one figure decides how far the projection falls: by how much two are slower than one. At best: nothing is shared but memory")
            .plot(new Plot("Shards: 1 and 2 measured, from 4 on projected", "cores", "M echoes/s", true, true,
                List.of(new Plot.Series("all shards busy", true, across, busy), new Plot.Series("connections alike", true, across, alike))));
    }

    private static double least(double oneNs) {
        return Math.min(ShardedMachine.LINES * LINE_PS, oneNs * Agenda.PS_PER_NS);
    }

    /** Bisects: the more is shared, the slower are two. No frame strayed when they were measured. */
    private static double calibrate(Run run, double oneNs, double twoNs) {
        double low = least(oneNs);
        double high = oneNs * Agenda.PS_PER_NS;
        if (machine(run, oneNs, low, 2, 0).cpuNs() >= twoNs) {
            run.progress(0.5, "calibrated");
            return low;
        }
        for (int i = 0; i < BISECTIONS; i++) {
            run.progress(0.5 * i / BISECTIONS, "calibrating");
            double middle = (low + high) / 2;
            if (machine(run, oneNs, middle, 2, 0).cpuNs() < twoNs) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    private static Outcome machine(Run run, double oneNs, double sharedPs, int cores) {
        return machine(run, oneNs, sharedPs, cores, run.real("strays"));
    }

    private static Outcome machine(Run run, double oneNs, double sharedPs, int cores, double strays) {
        Load load = new Load(oneNs * Agenda.PS_PER_NS, sharedPs, run.real("hand-over-ns") * Agenda.PS_PER_NS, strays,
            (int) run.whole("connections"), (int) run.whole("cores-per-cache"));
        return new ShardedMachine(load, cores, run.random(cores)).run(run.whole("ms") * PS_PER_MS);
    }

    private static void measured(Result result, int cores, double ns, double one) {
        double rate = cores * 1e3 / ns;
        result.row(cores, "measured", ns, rate, rate / cores / one, "–", "–", "–", "–");
    }

    private static void modelled(Result result, int cores, String kind, Outcome outcome, Outcome first, Outcome best) {
        result.row(cores, kind, outcome.cpuNs(), outcome.echoesPerSecond() / 1e6,
            outcome.echoesPerSecond() / cores / first.echoesPerSecond(), outcome.busiest(), outcome.alike() / 1e6, 100 * outcome.cacheBusy(),
            best.echoesPerSecond() / 1e6);
    }
}

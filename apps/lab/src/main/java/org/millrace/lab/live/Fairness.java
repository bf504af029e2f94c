package org.millrace.lab.live;

import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.millrace.lab.experiment.Experiment;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Parameter;
import org.millrace.lab.experiment.Result;
import org.millrace.lab.experiment.Run;
import org.millrace.lab.experiment.Samples;

/** Connections of Millrace and of Linux through one bottleneck: what each gets of its fair share. */
final class Fairness implements Experiment {
    private static final int[] EACH = {1, 2, 4, 8};
    private static final long MS_NS = 1_000_000;

    @Override
    public String name() {
        return "fairness";
    }

    @Override
    public String reproduces() {
        return "nothing published: shares of Millrace's and Linux's connections at one bottleneck, live";
    }

    @Override
    public List<Parameter> parameters() {
        return Stream.concat(Stream.of(Parameter.whole("seeds", 3, 1, 100, "runs of a row"),
            Parameter.real("seconds", 20, 1, 600, "of a run; its first quarter does not count"),
            Parameter.whole("rate", 100, 1, 10_000, "of the bottleneck, Mbit/s"),
            Parameter.whole("round-trip", 20, 0, 1_000, "ms, without a queue")), Ground.parameters().stream()).toList();
    }

    @Override
    public Result run(Run run) throws LabException {
        Result result = new Result("Millrace and Linux at one bottleneck of " + run.whole("rate") + " Mbit/s, round trip " + run.whole("round-trip") + " ms",
            ">connections each", ">Millrace by fair share", ">Linux by fair share", ">Jain's index of all", ">used, %", ">longest queue, ms");
        try (Ground ground = Ground.open(name(), run)) {
            Transfers transfers = Transfers.warm(ground, run);
            for (int i = 0; i < EACH.length; i++) {
                row(result, ground, transfers, run, i);
            }
        }
        return result.note("median of " + run.whole("seeds") + " runs; " + Ground.settings(run) + "; goal 0.8 to 1.25 of the fair share");
    }

    private static void row(Result result, Ground ground, Transfers transfers, Run run, int row) {
        Samples ours = new Samples();
        Samples linux = new Samples();
        Samples jain = new Samples();
        Samples used = new Samples();
        Samples queue = new Samples();
        long rate = Transfers.rate(run);
        long untilNs = (long) (run.real("seconds") * 1e9);
        for (int seed = 0; seed < run.whole("seeds"); seed++) {
            run.progress((double) row / EACH.length, EACH[row] + " connections each");
            Conditions path = Conditions.of(0, 0, run.whole("round-trip") * MS_NS, rate, run.seed() * 1_000 + seed);
            Map<Pairing, double[]> rates = transfers.bulk(path, true, Map.of(Pairing.SENDING, EACH[row], Pairing.LINUX, EACH[row]),
                untilNs / 4, untilNs);
            Samples all = new Samples(rates.values().stream().flatMapToDouble(DoubleStream::of).toArray());
            double fair = all.mean();
            ours.add(new Samples(rates.get(Pairing.SENDING)).mean() / fair);
            linux.add(new Samples(rates.get(Pairing.LINUX)).mean() / fair);
            jain.add(all.jain());
            used.add(100 * fair * all.count() / rate);
            queue.add(ground.forwarder.figures().mostWaitingNs() / 1e6);
        }
        result.row(EACH[row], ours.median(), linux.median(), jain.median(), used.median(), queue.median());
    }
}

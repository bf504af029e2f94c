package org.millrace.lab.agilio;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.millrace.agilio.machine.Machine;
import org.millrace.agilio.machine.Mapping;
import org.millrace.lab.experiment.Cells;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Parameter;
import org.millrace.lab.experiment.Plot;
import org.millrace.lab.experiment.Result;
import org.millrace.lab.experiment.Run;
import org.millrace.lab.experiment.Samples;

/** Figure 4.17: what each of many bulk flows between two nodes gets of the line. */
final class Shares extends AgilioExperiment {
    private static final List<Integer> CONNECTIONS = List.of(64, 256, 1024, 2048);
    private static final int THREADS = 16;
    private static final int MESSAGE_BYTES = 16_384;
    private static final int BUFFER_BYTES = 16_384;
    private static final double MEDIAN = 1;
    private static final double TAIL = 0.67;
    private static final double JFI_AT_2K = 0.98;

    Shares() {
        super("fig-4.17", "FlexTOE connection throughput distribution at line rate on an Agilio CX40 (dissertation, Fig. 4.17)", 0);
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>(super.parameters());
        all.add(Parameter.whole("connections", 2_048, 64, 2_048, "connections at most"));
        all.add(Parameter.whole("ms", 20, 1, 60_000, "milliseconds that are counted for each number of connections; 60,000 in the text"));
        return all;
    }

    @Override
    public Result run(Run run) throws LabException {
        Machine machine = machine(run);
        Mapping mapping = mapping(run, Map.of());
        Result result = new Result("Fig. 4.17: bulk flows between two nodes", ">connections", ">Gb/s", ">fair share, Mb/s", ">median/fair published",
            ">ours", ">error", ">1 %/median published", ">ours", ">error", ">JFI published", ">ours", ">off by", "busiest of the sender");
        List<Integer> counts = CONNECTIONS.stream().filter(count -> count <= run.whole("connections")).toList();
        List<Double> medians = new ArrayList<>();
        List<Double> tails = new ArrayList<>();
        for (int count : counts) {
            run.progress((double) counts.indexOf(count) / counts.size(), count + " connections");
            StreamWorld.Outcome outcome = new StreamWorld(TwoHosts.Hardware.modelled(machine, mapping), TwoHosts.Hardware.modelled(machine, mapping),
                new StreamWorld.Load(count, THREADS, THREADS, MESSAGE_BYTES, 0, 0, 0, BUFFER_BYTES), BETWEEN, run.seed())
                .run(run.whole("ms") * 1_000_000 / 4, run.whole("ms") * 1_000_000);
            Samples shares = new Samples(outcome.bytes());
            double fair = shares.mean();
            double median = shares.median();
            double tail = shares.quantile(0.01);
            double jfi = shares.jain();
            double jfiPublished = count == 2_048 ? JFI_AT_2K : Double.NaN;
            medians.add(median / fair);
            tails.add(tail / fair);
            result.row(count, outcome.gbitPerSecond(), fair * 8e3 / outcome.tookNs(), MEDIAN, median / fair, Cells.error(MEDIAN, median / fair),
                TAIL, tail / median, Cells.error(TAIL, tail / median), jfiPublished, jfi, jfi - jfiPublished,
                outcome.pouring().utilisation().bottleneck());
        }
        List<Double> across = counts.stream().map(Integer::doubleValue).toList();
        return result.calibrated(FITTED)
            .note("both nodes are modelled, each with 16 threads. The text counts for 60 s, here it is " + run.whole("ms")
                + " ms: a flow of 2,048 gets a segment each 0.6 ms. Buffers of 16 KB are not stated")
            .note("nothing between the nodes is congested: what is shared is the sender's MAC, whose 256 buffers of CTM (64 an island, the source's "
                + "config.h) hold the scheduler back; no mark, no loss, and control by a window, so its round robin decides alone. The published control "
                + "sets a rate of each flow, from 10 Mb/s up, which would need far longer runs; whether that is what makes the published tail a third lower than "
                + "the median the text does not say")
            .plot(new Plot("Fig. 4.17", "connections", "of the fair share", true, false, List.of(
                new Plot.Series("median, ours", true, across, medians), new Plot.Series("1st percentile, ours", true, across, tails),
                new Plot.Series("median, published", false, across, across.stream().map(count -> MEDIAN).toList()),
                new Plot.Series("1st percentile, published", false, across, across.stream().map(count -> MEDIAN * TAIL).toList()))));
    }
}

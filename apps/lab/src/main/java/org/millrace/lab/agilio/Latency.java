package org.millrace.lab.agilio;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.millrace.lab.experiment.Cells;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Plot;
import org.millrace.lab.experiment.Result;
import org.millrace.lab.experiment.Run;

/** Figure 4.12: one connection, one call under way, messages from 16 B to 2 KB. */
final class Latency extends AgilioExperiment {
    private static final List<Integer> BYTES = List.of(16, 64, 128, 255, 1024, 2048);
    private static final int SMALL = 256;
    private static final double SMALL_MEDIAN_US = 20;

    Latency() {
        super("fig-4.12", "FlexTOE RPC round trips of one connection on an Agilio CX40 (dissertation, Fig. 4.12)", 2_000);
    }

    @Override
    public Result run(Run run) throws LabException {
        Result result = new Result("Fig. 4.12: one connection, one call", ">bytes", ">median us published", ">ours", ">error", ">99 %",
            ">99.99 %", "bottleneck");
        List<Double> medians = new ArrayList<>();
        for (int bytes : BYTES) {
            run.progress((double) BYTES.indexOf(bytes) / BYTES.size(), bytes + " B");
            EchoWorld.Outcome outcome = world(machine(run), mapping(run, Map.of()), new EchoWorld.Load(1, 1, bytes, bytes, 1, HOST_NS),
                LINK, run.seed()).run(calls(run));
            double published = bytes < SMALL ? SMALL_MEDIAN_US : Double.NaN;
            medians.add(outcome.latenciesUs().quantile(0.5));
            result.row(bytes, published, outcome.latenciesUs().quantile(0.5), Cells.error(published, outcome.latenciesUs().quantile(0.5)),
                outcome.latenciesUs().quantile(0.99), outcome.latenciesUs().quantile(0.9999), outcome.machine().utilisation().bottleneck());
        }
        return result.calibrated(FITTED)
            .note("the text gives 20 us for messages below 256 B and says that 2 KB is nearly unchanged; the tails are in the figure only, "
                + "and come from hosts and memories whose jitter is not modelled: the model is nearly deterministic")
            .plot(new Plot("Fig. 4.12", "bytes", "median, us", true, false, List.of(
                new Plot.Series("ours", true, BYTES.stream().map(Integer::doubleValue).toList(), medians),
                new Plot.Series("published", false, List.of(16.0, SMALL - 1.0), List.of(SMALL_MEDIAN_US, SMALL_MEDIAN_US)))));
    }
}

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

/** Figure 4.16: what random losses leave of the throughput of pipelined small calls (a), and of bulk (b). */
final class Losses extends AgilioExperiment {
    private static final List<Double> PERCENT = List.of(0.0, 0.01, 0.1, 0.5, 1.0, 2.0);
    private static final int FLOWS = 100;
    private static final int CALL_BYTES = 64;
    private static final int PIPELINED = 8;
    private static final int BULK_FLOWS = 8;
    private static final int BULK_BYTES = 1 << 20;
    private static final int ANSWER_BYTES = 32;
    private static final int BUFFER_BYTES = 1 << 18;

    Losses() {
        super("fig-4.16", "FlexTOE throughput under random loss on an Agilio CX40 (dissertation, Fig. 4.16)", 60_000);
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>(super.parameters());
        all.add(Parameter.whole("ms", 10, 1, 10_000, "milliseconds of bulk that are counted for each loss"));
        all.add(Parameter.real("loss", 2, 0, 2, "percent that are lost at most"));
        return all;
    }

    @Override
    public Result run(Run run) throws LabException {
        Result result = new Result("Fig. 4.16: throughput under loss", "case", ">loss, %", ">Gb/s published", ">ours", ">error", ">M calls/s", ">of none lost",
            "busiest");
        List<Double> calls = new ArrayList<>();
        List<Double> bulk = new ArrayList<>();
        Machine machine = machine(run);
        Mapping mapping = mapping(run, Map.of());
        List<Double> percents = PERCENT.stream().filter(percent -> percent <= run.real("loss")).toList();
        for (double percent : percents) {
            run.progress(percents.indexOf(percent) / (2.0 * percents.size()), "64 B calls, " + percent + " % lost");
            EchoWorld.Outcome outcome = world(machine, mapping, new EchoWorld.Load(FLOWS, 16, CALL_BYTES, CALL_BYTES, PIPELINED, HOST_NS),
                LINK.losing(percent / 100), run.seed(), new EchoWorld.Software(List.of(), StreamWorld.OPTIONS, StreamWorld.OPTIONS)).run(calls(run));
            calls.add(outcome.callsPerSecond() / 1e6);
            result.row("(a) 64 B echo", percent, Double.NaN, calls.getLast() * CALL_BYTES * 8 / 1e3, "–", calls.getLast(),
                calls.getLast() / calls.getFirst(), outcome.machine().utilisation().bottleneck());
        }
        long measureNs = run.whole("ms") * 1_000_000;
        for (double percent : percents) {
            run.progress(0.5 + percents.indexOf(percent) / (2.0 * percents.size()), "bulk, " + percent + " % lost");
            StreamWorld.Outcome outcome = new StreamWorld(TwoHosts.Hardware.modelled(machine, mapping), TwoHosts.Hardware.modelled(machine, mapping),
                new StreamWorld.Load(BULK_FLOWS, BULK_FLOWS, BULK_FLOWS, BULK_BYTES, ANSWER_BYTES, 0, 0, BUFFER_BYTES),
                BETWEEN.losing(percent / 100), run.seed()).run(measureNs / 4, measureNs);
            bulk.add(outcome.gbitPerSecond());
            double published = percent == 0 ? LINE_GBIT : Double.NaN;
            result.row("(b) bulk", percent, published, bulk.getLast(), Cells.error(published, bulk.getLast()), Double.NaN,
                bulk.getLast() / bulk.getFirst(), outcome.pouring().utilisation().bottleneck());
        }
        return result.calibrated(FITTED)
            .note("the text has no figure of FlexTOE's own but line rate without loss (b); at 2 % it is at least twice TAS's, of which there is no "
                + "model. Lost are frames both ways, each with the probability")
            .note("(a) 100 flows, 8 calls under way on each; the client's data path takes no time. (b) 8 flows, calls of 1 MiB with an answer of 32 B, both "
                + "nodes modelled; a run of " + run.whole("ms") + " ms has a loss at 0.01 % every 3 ms. At least 1 ms before a timeout, buffers of "
                + "256 KiB: not stated. Control is DCTCP by a window, the published one by a rate")
            .plot(plot("Fig. 4.16a: 100 flows, 64 B echo", "M calls/s", percents, calls))
            .plot(plot("Fig. 4.16b: 8 flows, bulk", "Gb/s", percents, bulk));
    }

    private static Plot plot(String title, String up, List<Double> percents, List<Double> ours) {
        return new Plot(title, "loss, %", up, false, false, List.of(new Plot.Series("ours", true, percents, ours)));
    }
}

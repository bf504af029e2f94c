package org.millrace.lab.agilio;

import java.util.ArrayList;
import java.util.Arrays;
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

/** Table 4.4: 64 connections echo 2 KB, one call under way on each, with ever more of the machine's parallelism. */
final class Parallelism extends AgilioExperiment {
    private static final int CONNECTIONS = 64;
    private static final int BYTES = 2048;
    private static final List<Row> ROWS = List.of(
        new Row("baseline: to completion", 79.32, 1_179, 6_929, List.of("pipelining"), 20),
        new Row("+ pipelining", 3_640.49, 183, 684, List.of("islands", "replication", "threads"), 3),
        new Row("+ 8 threads (fitted)", 8_194.34, 128, 148, List.of("islands", "replication"), 2),
        new Row("+ replicated pre/post", 11_086.93, 94, 106, List.of("islands"), 1),
        new Row("+ flow-group islands", 22_684.69, 46, 58, List.of(), 1));

    /** A row as published, what it is without, and what part of the calls is enough. */
    private record Row(String design, double mbit, double p50Us, double p9999Us, List<String> without, int part) {
    }

    Parallelism() {
        super("table-4.4", "FlexTOE data-path parallelism breakdown on an Agilio CX40 (dissertation, Table 4.4)", 6_000);
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>(super.parameters());
        all.add(Parameter.whole("warm-up", 200, 1, 1_000_000, "calls of a connection before those that are counted, until its rate has settled"));
        all.add(Parameter.text("control", RateControl.NAME, "the server's congestion control: " + RateControl.NAME
            + ", as FlexTOE's control plane has it, or dctcp: by a window, which paces nothing"));
        return all;
    }

    private static EchoWorld.Software software(Run run) throws LabException {
        return switch (run.text("control")) {
            case RateControl.NAME -> EchoWorld.Software.PUBLISHED;
            case "dctcp" -> EchoWorld.Software.UNPACED;
            default -> throw new LabException("--set control is '" + run.text("control") + "', allowed is " + RateControl.NAME + " or dctcp");
        };
    }

    @Override
    public Result run(Run run) throws LabException {
        Machine machine = machine(run);
        Result result = new Result("Table 4.4: 64 connections, 2 KB echo, one call each", "design", ">Mb/s published", ">ours", ">error",
            ">p50 us published", ">ours", ">p99.99 published", ">ours", ">64/rate published", ">64/rate ours", "bottleneck");
        double[] published = new double[ROWS.size()];
        double[] ours = new double[ROWS.size()];
        for (int i = 0; i < ROWS.size(); i++) {
            Row row = ROWS.get(i);
            run.progress((double) i / ROWS.size(), row.design);
            Mapping mapping = mapping(run, Map.of());
            for (String part : row.without) {
                mapping = mapping.without(part);
            }
            EchoWorld.Outcome outcome = world(machine, mapping, new EchoWorld.Load(CONNECTIONS, 16, BYTES, BYTES, 1, HOST_NS,
                (int) run.whole("warm-up")), LINK, run.seed(), software(run)).run(Math.max(calls(run) / row.part, 500));
            published[i] = row.mbit;
            ours[i] = outcome.callsPerSecond() * BYTES * 8 / 1e6;
            result.row(row.design, row.mbit, ours[i], Cells.error(row.mbit, ours[i]), row.p50Us, outcome.latenciesUs().quantile(0.5), row.p9999Us,
                outcome.latenciesUs().quantile(0.9999), CONNECTIONS * BYTES * 8 / row.mbit, CONNECTIONS * 1e6 / outcome.callsPerSecond(),
                outcome.machine().utilisation().bottleneck());
        }
        return result.calibrated("one factor, fpc.factor-percent, on the row \"+ Intra-FPC parallelism\" (8 threads); the others are predicted")
            .note("64/rate, microseconds, is the mean latency that 64 closed loops must have (Little's law): as published it is the median in "
                + "rows 3 to 5; in row 1 it is 13,221 where 99.99 % of calls took less than 6,929, and in row 2 288 beside a median "
                + "of 183. Those rows are no steady closed loop: they are predicted, and never fitted")
            .note("the text does not say what the clients acknowledge (here each segment), nor how long their own stacks take (here 6 us "
                + "round trip with the link, and 1.5 us of the server's application)")
            .plot(new Plot("Table 4.4", "row", "Mb/s", false, true, List.of(series("published", false, published), series("ours", true, ours))));
    }

    private static Plot.Series series(String name, boolean isLine, double[] up) {
        return new Plot.Series(name, isLine, List.of(1.0, 2.0, 3.0, 4.0, 5.0), Arrays.stream(up).boxed().toList());
    }
}

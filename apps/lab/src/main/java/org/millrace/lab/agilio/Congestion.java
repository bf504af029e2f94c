package org.millrace.lab.agilio;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.millrace.lab.experiment.Cells;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Parameter;
import org.millrace.lab.experiment.Plot;
import org.millrace.lab.experiment.Result;
import org.millrace.lab.experiment.Run;

/** Table 4.5: calls of 64 KB through a port shaped to a part of the link, with congestion control and without. */
final class Congestion extends AgilioExperiment {
    private static final int REQUEST_BYTES = 65_536;
    private static final int RESPONSE_BYTES = 32;
    private static final long LINK_MBIT = 40_000;
    private static final long MS_NS = 1_000_000;
    private static final int OUR_JFI = 9;
    private static final String OFF = "plug-in:" + ConstantRate.NAME;
    private static final List<Row> ROWS = List.of(new Row(4, 16, 9.51, 9.47, 5.98, 11.58, 0.98, 0.95),
        new Row(4, 64, 9.51, 9.23, 10.75, 44.39, 0.96, 0.73), new Row(4, 128, 9.48, 8.96, 13.74, 64.25, 0.99, 0.53),
        new Row(10, 10, 3.66, 1.04, 2.50, 18.26, 0.95, 0.78), new Row(20, 20, 1.76, 0.36, 7.35, 138.32, 0.95, 0.46));

    /** A row as published: with control, without. */
    private record Row(int degree, int connections, double on, double off, double onMs, double offMs, double onJfi, double offJfi) {
    }

    Congestion() {
        super("table-4.5", "FlexTOE congestion control under incast (dissertation, Table 4.5)", 0);
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>(super.parameters());
        all.add(Parameter.whole("buffer", 262_144, 10_000, 100_000_000, "of the shaped port, bytes; the text does not say"));
        all.add(Parameter.whole("marks", 100_000, 1_500, 100_000_000, "bytes that wait from which segments are marked; the text does not say"));
        all.add(Parameter.whole("ms", 200, 1, 60_000, "for so long calls are counted"));
        all.add(Parameter.whole("warm-up-ms", 100, 0, 60_000, "for so long before they are not: until rates have settled"));
        all.add(Parameter.whole("rows", ROWS.size(), 1, ROWS.size(), "of the table"));
        return all;
    }

    @Override
    public Result run(Run run) throws LabException {
        Result result = new Result("Table 4.5: 64 KB calls through a shaped port", ">degree", ">connections", "control", ">Gb/s published", ">ours",
            ">error", ">p99.99 ms published", ">ours", ">JFI published", ">ours", ">off by", ">dropped");
        List<Row> rows = ROWS.subList(0, (int) run.whole("rows"));
        List<String> wrong = new ArrayList<>();
        for (Row row : rows) {
            run.progress((double) rows.indexOf(row) / rows.size(), "degree " + row.degree + ", " + row.connections + " connections");
            EchoWorld.Outcome on = outcome(run, row, "plug-in:" + RateControl.NAME);
            EchoWorld.Outcome off = outcome(run, row, OFF);
            add(result, row, "on", on, row.on, row.onMs, row.onJfi);
            add(result, row, "off", off, row.off, row.offMs, row.offJfi);
            check(wrong, row.degree + "-" + row.connections + ": throughput", on.callsPerSecond() > off.callsPerSecond());
            check(wrong, row.degree + "-" + row.connections + ": latency", on.latenciesUs().quantile(0.9999) < off.latenciesUs().quantile(0.9999));
            check(wrong, row.degree + "-" + row.connections + ": fairness", on.fairness() > off.fairness());
        }
        return result.calibrated("nothing: buffer and marks are not published, and were set before the first run")
            .note(wrong.isEmpty() ? "on is better than off in every row" : "on is not better than off: " + wrong)
            .note("on: DCTCP by rate, as FlexTOE's control plane has it (cc.c). Off: the window is the receiver's, 64 KB at most. On and off, lost segments go "
                + "again (go-back-N), and what nobody has acknowledged at four looks of the control plane, without doubling (cc.c). The sender's data path "
                + "takes no time: the port is what holds up; the receiver is the modelled machine")
            .note("p99.99 is the maximum, nearly, where fewer than 10,000 calls are counted")
            .plot(plot(rows, result));
    }

    /** JFI of each row, on and off, published and ours. */
    private static Plot plot(List<Row> rows, Result result) {
        List<Double> across = IntStream.rangeClosed(1, rows.size()).mapToObj(Double::valueOf).toList();
        List<Double> on = new ArrayList<>();
        List<Double> off = new ArrayList<>();
        for (int i = 0; i < result.rows().size(); i++) {
            (i % 2 == 0 ? on : off).add((Double) result.rows().get(i).get(OUR_JFI));
        }
        return new Plot("Table 4.5", "row", "Jain's index", false, false, List.of(new Plot.Series("on, ours", true, across, on),
            new Plot.Series("off, ours", true, across, off),
            new Plot.Series("on, published", false, across, rows.stream().map(Row::onJfi).toList()),
            new Plot.Series("off, published", false, across, rows.stream().map(Row::offJfi).toList())));
    }

    private static void check(List<String> wrong, String what, boolean isRight) {
        if (!isRight) {
            wrong.add(what);
        }
    }

    private static EchoWorld.Outcome outcome(Run run, Row row, String control) throws LabException {
        Wire.Shape shape = new Wire.Shape(LINK_MBIT / row.degree, LINK.delayNs(), run.whole("buffer"), run.whole("marks"), 0);
        EchoWorld.Load load = new EchoWorld.Load(row.connections, Math.min(16, row.connections), REQUEST_BYTES, RESPONSE_BYTES, 1, HOST_NS);
        Map<String, String> options = Map.of("profile", "dissertation", "congestion", control, "retries", "100", "window-scaling", "off");
        return world(machine(run), mapping(run, Map.of()), load, shape, run.seed(), new EchoWorld.Software(List.of(), options, options))
            .runFor(run.whole("warm-up-ms") * MS_NS, run.whole("ms") * MS_NS);
    }

    private static void add(Result result, Row row, String control, EchoWorld.Outcome ours, double gbit, double ms, double jfi) {
        double ourGbit = ours.callsPerSecond() * REQUEST_BYTES * 8 / 1e9;
        result.row(row.degree, row.connections, control, gbit, ourGbit, Cells.error(gbit, ourGbit), ms, ours.latenciesUs().quantile(0.9999) / 1e3, jfi,
            ours.fairness(), ours.fairness() - jfi, ours.dropped());
    }
}

package org.millrace.lab.fabric;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.millrace.lab.experiment.Experiment;
import org.millrace.lab.experiment.Parameter;
import org.millrace.lab.experiment.Plot;
import org.millrace.lab.experiment.Result;
import org.millrace.lab.experiment.Run;
import org.millrace.sim.host.WindowProfile;

/** Table 5.3: how long flows take if receivers keep all that is out of order, nothing, or one or two intervals of it. */
final class ReassemblyExperiment implements Experiment {
    private static final List<String> FIGURES = List.of("foreground 90 %", "foreground 99.9 %", "background 90 %", "background 99.9 %");
    private static final List<Row> ROWS = List.of(
        new Row(false, WindowProfile.Repair.ALL, 4.97, 17.05, 68, 283), new Row(false, 0, 5.80, 18.49, 91, 317),
        new Row(false, 1, 5.03, 17.05, 84, 300), new Row(false, 2, 4.97, 17.05, 78, 295),
        new Row(true, WindowProfile.Repair.ALL, 4.69, 12.95, 62, 278), new Row(true, 0, 5.13, 28.52, 71, 283),
        new Row(true, 1, 4.70, 12.91, 62, 279), new Row(true, 2, 4.70, 12.98, 63, 275));

    /** A row as published: milliseconds. */
    private record Row(boolean isDctcp, int intervals, double... publishedMs) {
        String transport() {
            return isDctcp ? "DCTCP" : "NewReno";
        }

        String kept() {
            return intervals == WindowProfile.Repair.ALL ? "max" : Integer.toString(intervals);
        }
    }

    @Override
    public String name() {
        return "table-5.3";
    }

    @Override
    public String reproduces() {
        return "flow completion times by intervals of out-of-order data that receivers keep (dissertation, Table 5.3)";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.whole("flows", 2_000, 100, 1_000_000, "of the background; the simulator's default is 10,000, and completion times grow with them"),
            Parameter.real("load", 0.4, 0.01, 1, "of the hosts' links by the simulator's formula, which halves it; the text does not say"),
            Parameter.real("foreground", 0.1, 0, 0.9, "its part of the load"),
            Parameter.whole("bytes", 8_000, 1, 1_000_000, "of a foreground message"));
    }

    @Override
    public Result run(Run run) {
        List<String> headings = new ArrayList<>(List.of("transport", "intervals"));
        for (String figure : FIGURES) {
            headings.addAll(List.of('>' + figure + ", ms, published", ">ours", ">of max published", ">ours"));
        }
        headings.addAll(List.of(">dropped", ">not kept", ">timeouts"));
        Result result = new Result("Table 5.3: completion times, 96 hosts, " + run.whole("flows") + " background flows",
            headings.toArray(String[]::new));
        double[][] ours = new double[ROWS.size()][];
        int most = 0;
        for (int i = 0; i < ROWS.size(); i++) {
            Row row = ROWS.get(i);
            run.progress((double) i / ROWS.size(), row.transport() + ", " + row.kept() + " intervals");
            CompletionRun one = new CompletionRun(run, WindowProfile.tlt(row.isDctcp, row.intervals));
            one.run();
            ours[i] = new double[] {one.foregroundMs(0.9), one.foregroundMs(0.999), one.backgroundMs(0.9), one.backgroundMs(0.999)};
            most = row.intervals == WindowProfile.Repair.ALL ? i : most;
            result.row(cells(row, ours[i], ROWS.get(most), ours[most], one));
        }
        for (int figure = 0; figure < FIGURES.size(); figure += 2) {
            result.plot(plot(ours, figure));
        }
        return result.calibrated("nothing here. The load is not published: 0.4 was found with the public simulator (TLT, on ns-3), whose DCTCP foreground then agrees")
            .note("hosts are light models: a flow is open when it begins, and is complete when its last byte has arrived (published: when its connection has ended, 40 us and more later)")
            .note("the published number of background flows is not known either: compare what each row is of \"max\"; seed " + run.seed());
    }

    private static Object[] cells(Row row, double[] ours, Row most, double[] oursOfMost, CompletionRun run) {
        List<Object> cells = new ArrayList<>(List.of(row.transport(), row.kept()));
        for (int i = 0; i < ours.length; i++) {
            cells.addAll(List.of(row.publishedMs[i], ours[i], row.publishedMs[i] / most.publishedMs[i], ours[i] / oursOfMost[i]));
        }
        cells.addAll(List.of(run.dropped(), run.notKept(), run.timeouts()));
        return cells.toArray();
    }

    private static Plot plot(double[][] ours, int figure) {
        List<Plot.Series> series = new ArrayList<>();
        for (boolean isDctcp : new boolean[] {false, true}) {
            for (int which = figure; which < figure + 2; which++) {
                int at = which;
                int begin = isDctcp ? 5 : 1;
                List<Double> across = List.of(0.0, 1.0, 2.0);
                String name = (isDctcp ? "DCTCP " : "NewReno ") + FIGURES.get(which).replaceFirst(".* (?=9)", "");
                series.add(new Plot.Series(name + " published", false, across, IntStream.range(begin, begin + 3)
                    .mapToObj(i -> ROWS.get(i).publishedMs[at] / ROWS.get(begin - 1).publishedMs[at]).toList()));
                series.add(new Plot.Series(name + " ours", true, across, IntStream.range(begin, begin + 3)
                    .mapToObj(i -> ours[i][at] / ours[begin - 1][at]).toList()));
            }
        }
        return new Plot("Table 5.3: " + FIGURES.get(figure).replaceFirst(" .*", ""), "intervals", "completion time, of unlimited", false, false, series);
    }
}

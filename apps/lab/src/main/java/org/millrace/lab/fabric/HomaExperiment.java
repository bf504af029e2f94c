package org.millrace.lab.fabric;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import org.millrace.lab.experiment.Cells;
import org.millrace.lab.experiment.Experiment;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Parameter;
import org.millrace.lab.experiment.Plot;
import org.millrace.lab.experiment.Result;
import org.millrace.lab.experiment.Run;
import org.millrace.sim.host.HomaProfile;
import org.millrace.sim.workload.Sizes;

/** Slowdown by size of message at 144 hosts, Homa beside what its authors published, TCP and DCTCP on the same fabric. */
final class HomaExperiment implements Experiment {
    /** Fewer messages than these say nothing of a 99th percentile. */
    private static final int ENOUGH = 1_000;
    /** Nor does a group of which one in so many was not complete: the slowest are missing. */
    private static final int INCOMPLETE = 200;
    /** Data's part of what is on the wire, as published; and how many messages make a run of a minute or two. */
    private static final double[] GOODPUT = {0.657, 0.796, 0.887, 0.898, 0.898};
    private static final long[] MESSAGES = {10_000_000, 16_000_000, 10_000_000, 400_000, 30_000};

    private final int workload;

    HomaExperiment(int workload) {
        this.workload = workload;
    }

    @Override
    public String name() {
        return "homa-w" + workload;
    }

    @Override
    public String reproduces() {
        return "Homa (SIGCOMM 2018), Figures 12 and 13, W" + workload + ": slowdown by size of message, 144 hosts";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.whole("messages", MESSAGES[workload - 1], 1_000, 1_000_000_000, "messages of Homa that are measured"),
            Parameter.real("others", 0.1, 0, 1, "as many of them of TCP and of DCTCP; 0: without those"),
            Parameter.text("load", "0.8", "of the hosts' links: 0.5 or 0.8, as published"),
            Parameter.text("profile", "sigcomm18", "sigcomm18 or linux"),
            Parameter.whole("unscheduled-priorities", 0, 0, 7, "of 8; 0: by the workload's unscheduled bytes, as published"));
    }

    @Override
    public Result run(Run run) throws LabException {
        String load = run.text("load");
        if (!List.of("0.5", "0.8").contains(load)) {
            throw new LabException("--set load=" + load + ": allowed is 0.5 or 0.8, for which there are published figures");
        }
        Sizes sizes = Sizes.homa(workload);
        HomaProfile profile = profile(run, sizes);
        List<PublishedSlowdown.Row> rows = PublishedSlowdown.of(workload, "Homa", load);
        Result result = new Result("Homa, " + run.text("profile") + ", W" + workload + " at " + load + " load, 144 hosts: slowdown by size of message",
            "messages", ">sizes to", ">count", ">p50 published", ">ours", ">error", ">p99 published", ">ours", ">± (95 %)", ">error", ">TCP p99", ">DCTCP p99");
        Map<Transports, Slowdowns> all = new EnumMap<>(Transports.class);
        long others = Math.round(run.real("others") * run.whole("messages"));
        double homaPart = (double) run.whole("messages") / (run.whole("messages") + 2 * others);
        double at = 0;
        long incomplete = 0;
        for (Transports transport : Transports.values()) {
            long messages = transport == Transports.HOMA ? run.whole("messages") : others;
            double part = transport == Transports.HOMA ? homaPart : (1 - homaPart) / 2;
            if (messages > 0) {
                SlowdownRun one = new SlowdownRun(new SlowdownRun.Plan(sizes, GOODPUT[workload - 1], Double.parseDouble(load), messages), transport,
                    profile, rows, run);
                all.put(transport, one.run(run, transport.toString(), at, at + part));
                result.note(said(transport, one));
                incomplete = transport == Transports.HOMA ? one.incomplete() : incomplete;
            }
            at += part;
        }
        fill(result, rows, all, incomplete);
        return result.note("cut-offs " + Arrays.toString(profile.cuts()) + ", scheduled priorities " + profile.scheduled() + ", overcommitment "
                + profile.overcommit() + "; seed " + run.seed())
            .note("a group's figure is the mean of its rows' figures by their part of all messages; ± takes messages as independent; fewer than "
                + ENOUGH + " messages, or more than one in " + INCOMPLETE + " not complete: open");
    }

    private static HomaProfile profile(Run run, Sizes sizes) throws LabException {
        int levels = (int) run.whole("unscheduled-priorities");
        return switch (run.text("profile")) {
            case "sigcomm18" -> levels == 0 ? HomaProfile.sigcomm18(sizes) : HomaProfile.sigcomm18(sizes, levels);
            case "linux" -> HomaProfile.linux();
            default -> throw new LabException("--set profile=" + run.text("profile") + ": allowed is sigcomm18 or linux");
        };
    }

    private static String said(Transports transport, SlowdownRun run) {
        return String.format(Locale.ROOT, "%s: %.1f ms, hosts' links %.1f %% busy, %d packet hops, %d dropped, %d marked, %d messages not complete at the end",
            transport, run.milliseconds(), 100 * run.measuredLoad(), run.fabric().counters().hops(), run.fabric().counters().droppedFull(),
            run.fabric().counters().marked(), run.incomplete());
    }

    private void fill(Result result, List<PublishedSlowdown.Row> rows, Map<Transports, Slowdowns> all, long incomplete) {
        Slowdowns homa = all.get(Transports.HOMA);
        for (SizeGroup group : SizeGroup.of(rows)) {
            boolean isLast = group.rows().getLast() == rows.size() - 1; // what is not complete is long
            boolean isOpen = group.count(homa) < ENOUGH || isLast && incomplete * INCOMPLETE > group.count(homa);
            double p50 = group.published(rows, homa, false);
            double p99 = group.published(rows, homa, true);
            double our50 = group.ours(rows, homa, 0.5);
            double our99 = group.ours(rows, homa, 0.99);
            result.row(group.name(), rows.get(group.rows().getLast()).most(), group.count(homa), p50, our50, Cells.error(p50, our50), p99, our99,
                group.halfWidth(rows, homa, 0.99), isOpen ? "open" : Cells.error(p99, our99), other(group, rows, all.get(Transports.TCP)),
                other(group, rows, all.get(Transports.DCTCP)));
        }
        result.plot(plot("median", rows, all, 0.5)).plot(plot("99th percentile", rows, all, 0.99));
    }

    private static double other(SizeGroup group, List<PublishedSlowdown.Row> rows, Slowdowns slowdowns) {
        return slowdowns == null ? Double.NaN : group.ours(rows, slowdowns, 0.99);
    }

    private Plot plot(String what, List<PublishedSlowdown.Row> rows, Map<Transports, Slowdowns> all, double part) {
        List<Plot.Series> series = new ArrayList<>();
        series.add(series("Homa, published", rows, row -> part > 0.5 ? rows.get(row).p99() : rows.get(row).median()));
        all.forEach((transport, slowdowns) -> series.add(series(transport + ", ours", rows,
            row -> slowdowns.count(row) < ENOUGH / 20 ? Double.NaN : slowdowns.quantile(row, part))));
        return new Plot("W" + workload + ": " + what + " of the slowdown", "size of message, bytes", "slowdown", true, true, series);
    }

    private static Plot.Series series(String name, List<PublishedSlowdown.Row> rows, IntToDoubleFunction figure) {
        List<Double> sizes = new ArrayList<>();
        List<Double> figures = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            double value = figure.applyAsDouble(row);
            if (Double.isFinite(value)) {
                sizes.add((double) rows.get(row).most());
                figures.add(value);
            }
        }
        return new Plot.Series(name, true, sizes, figures);
    }
}

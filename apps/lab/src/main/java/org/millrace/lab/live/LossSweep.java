package org.millrace.lab.live;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.millrace.lab.experiment.Experiment;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Parameter;
import org.millrace.lab.experiment.Plot;
import org.millrace.lab.experiment.Result;
import org.millrace.lab.experiment.Run;
import org.millrace.lab.experiment.Samples;

/** Goodput and completion over lossy paths, beside Linux to Linux in the same run. */
final class LossSweep implements Experiment {
    private static final double[] LOSSES = {0, 0.001, 0.01, 0.03, 0.05};
    private static final double[] REORDERINGS = {0.01, 0.03};
    private static final int[] ROUND_TRIPS_MS = {0, 20, 100};
    private static final int[] ANSWER_BYTES = {10_000, 100_000};
    private static final int ANSWERS_AT_ONCE = 32;
    private static final double ANSWER_LOSS = 0.01;
    private static final int ANSWER_ROUND_TRIP_MS = 20;
    private static final long MS_NS = 1_000_000;
    /** A connection that loss limits to less, bytes a second, needs so little of this machine that many can run at a time. */
    private static final double LIMITED_RATE = 1.5e6;
    /** All of one kind, bytes a second. */
    private static final double TOGETHER_RATE = 12e6;
    private static final int LEAST_TOGETHER = 8;
    private static final int MOST_TOGETHER = 32;
    private static final double SEGMENT_BYTES = 1_448;

    @Override
    public String name() {
        return "loss-sweep";
    }

    @Override
    public String reproduces() {
        return "nothing published: goodput and completion times over lossy, reordering paths, live, beside Linux to Linux";
    }

    @Override
    public List<Parameter> parameters() {
        return Stream.concat(Stream.of(Parameter.whole("seeds", 3, 1, 100, "runs of a point, each with other dice"),
            Parameter.real("seconds", 3, 0.2, 600, "of a run; three times as long where many run at a time"),
            Parameter.whole("rate", 400, 1, 10_000, "of the bottleneck, Mbit/s"),
            Parameter.whole("answers", 600, 10, 100_000, "of each size")), Ground.parameters().stream()).toList();
    }

    @Override
    public Set<String> parts() {
        return Set.of("loss", "reordering", "answers", "0ms", "20ms", "100ms");
    }

    /** A point of the sweep. */
    private record Point(double loss, double reorder, int roundTripMs) {
        boolean runsTogether() {
            return roundTripMs > 0 && loss > 0 && limitedRate() < LIMITED_RATE;
        }

        int together() {
            return (int) Math.clamp(TOGETHER_RATE / limitedRate(), LEAST_TOGETHER, MOST_TOGETHER);
        }

        /** 1.2 segments a round trip by the root of the loss (Mathis et al. 1997). */
        private double limitedRate() {
            return 1.2 * SEGMENT_BYTES / (roundTripMs / 1e3 * Math.sqrt(loss));
        }
    }

    private static List<Point> points(Run run) {
        List<Point> points = new ArrayList<>();
        for (int roundTripMs : ROUND_TRIPS_MS) {
            if (run.isWithout(roundTripMs + "ms")) {
                continue;
            }
            for (double loss : run.isWithout("loss") ? new double[0] : LOSSES) {
                points.add(new Point(loss, 0, roundTripMs));
            }
            for (double reorder : run.isWithout("reordering") ? new double[0] : REORDERINGS) {
                points.add(new Point(0, reorder, roundTripMs));
            }
        }
        return points;
    }

    @Override
    public Result run(Run run) throws LabException {
        Result result = new Result("Goodput and completion over emulated paths of " + run.whole("rate") + " Mbit/s", "what", "way", ">round trip, ms",
            ">loss, %", ">reordering, %", ">Linux to Linux", ">Millrace", ">ratio");
        try (Ground ground = Ground.open(name(), run)) {
            Transfers transfers = Transfers.warm(ground, run);
            goodput(result, ground, transfers, run);
            if (!run.isWithout("answers")) {
                answers(result, transfers, run);
            }
        }
        return result.note("goodput: MB/s that an application has got since the connection was established; median of " + run.whole("seeds")
                + " runs, or of " + LEAST_TOGETHER + " to " + MOST_TOGETHER + " connections at a time where loss and round trip limit them to little. Answers: ms from the call of connect to the last byte")
            .note("ratio: Millrace by Linux, of times Linux by Millrace: more is better; goal 0.95")
            .note("loss and reordering of each frame either way, by the forwarder; " + Ground.settings(run) + "; MTU 1500, no offloads; seed " + run.seed());
    }

    private static Conditions conditions(Point point, Run run, long seed) {
        return Conditions.of(point.loss, point.reorder, point.roundTripMs * MS_NS, Transfers.rate(run), run.seed() * 1_000 + seed);
    }

    private static void goodput(Result result, Ground ground, Transfers transfers, Run run) {
        List<Point> points = points(run);
        Map<Integer, List<Row>> plots = new TreeMap<>();
        long overrun = 0;
        for (int i = 0; i < points.size(); i++) {
            Point point = points.get(i);
            Map<Pairing, Samples> measured = new EnumMap<>(Pairing.class);
            for (Pairing pairing : Pairing.values()) {
                measured.put(pairing, new Samples());
            }
            overrun += point.runsTogether() && isLimitedByLoss(run) ? together(ground, transfers, run, point, measured, (double) i / points.size())
                : alternated(ground, transfers, run, point, measured, (double) i / points.size());
            for (Pairing pairing : List.of(Pairing.SENDING, Pairing.RECEIVING)) {
                Row row = new Row(point, pairing, measured.get(Pairing.LINUX).median(), measured.get(pairing).median());
                plots.computeIfAbsent(point.roundTripMs, ms -> new ArrayList<>()).add(row);
                result.row("goodput, MB/s", pairing.people, point.roundTripMs, point.loss * 100, point.reorder * 100, row.linux, row.millrace,
                    row.millrace / row.linux);
            }
        }
        result.note("frames that the forwarder itself was too slow for: " + overrun);
        if (!run.isWithout("loss")) {
            plots.forEach((roundTripMs, rows) -> result.plot(plot(roundTripMs, rows)));
        }
    }

    /** Not so with a congestion control that bears losses. */
    private static boolean isLimitedByLoss(Run run) {
        return !run.text("linux").equals("bbr") && !run.under("tcp.").containsKey("congestion");
    }

    private record Row(Point point, Pairing pairing, double linux, double millrace) {
    }

    private static Plot plot(int roundTripMs, List<Row> rows) {
        List<Plot.Series> series = new ArrayList<>();
        for (Pairing pairing : Pairing.values()) {
            List<Row> own = rows.stream().filter(row -> row.point.reorder == 0
                && row.pairing == (pairing == Pairing.LINUX ? Pairing.SENDING : pairing)).toList();
            series.add(new Plot.Series(pairing.people, true, own.stream().map(row -> row.point.loss * 100).toList(),
                own.stream().map(row -> pairing == Pairing.LINUX ? row.linux : row.millrace).toList()));
        }
        return new Plot("Goodput, round trip " + roundTripMs + " ms", "loss, %", "MB/s", false, true, series);
    }

    /** Answers how many frames the forwarder has lost against its will. */
    private static long alternated(Ground ground, Transfers transfers, Run run, Point point, Map<Pairing, Samples> measured, double part) {
        long overrun = 0;
        int seeds = (int) run.whole("seeds");
        int kinds = Pairing.values().length;
        for (int seed = 0; seed < seeds; seed++) {
            for (int i = 0; i < kinds; i++) {
                Pairing pairing = Pairing.values()[(seed + i) % kinds];
                run.progress(part, text(point) + ", " + pairing.people);
                double[] rates = transfers.bulk(conditions(point, run, seed + 1), false, Map.of(pairing, 1), 0, (long) (run.real("seconds") * 1e9))
                    .get(pairing);
                measured.get(pairing).add(rates[0] / 1e6);
                overrun += ground.forwarder.figures().overrun();
            }
        }
        return overrun;
    }

    private static long together(Ground ground, Transfers transfers, Run run, Point point, Map<Pairing, Samples> measured, double part) {
        run.progress(part, text(point) + ", all together");
        Map<Pairing, Integer> each = Map.of(Pairing.LINUX, point.together(), Pairing.SENDING, point.together(), Pairing.RECEIVING,
            point.together());
        transfers.bulk(conditions(point, run, 1), false, each, 0, (long) (3 * run.real("seconds") * 1e9)).forEach((pairing, rates) -> {
            for (double rate : rates) {
                measured.get(pairing).add(rate / 1e6);
            }
        });
        return ground.forwarder.figures().overrun();
    }

    private static String text(Point point) {
        return point.roundTripMs + " ms, " + point.loss * 100 + " % loss, " + point.reorder * 100 + " % overtaken";
    }

    private static void answers(Result result, Transfers transfers, Run run) {
        Point point = new Point(ANSWER_LOSS, 0, ANSWER_ROUND_TRIP_MS);
        for (int bytes : ANSWER_BYTES) {
            Map<Pairing, Samples> measured = new EnumMap<>(Pairing.class);
            for (Pairing pairing : Pairing.values()) {
                run.progress(0.95, bytes + " B answers, " + pairing.people);
                measured.put(pairing, transfers.answers(conditions(point, run, 1), pairing, bytes, (int) run.whole("answers"), ANSWERS_AT_ONCE));
            }
            for (double part : new double[] {0.5, 0.99}) {
                double linux = measured.get(Pairing.LINUX).quantile(part);
                for (Pairing pairing : List.of(Pairing.SENDING, Pairing.RECEIVING)) {
                    double own = measured.get(pairing).quantile(part);
                    result.row("answer of " + bytes / 1_000 + " KB, p" + Math.round(part * 100) + ", ms", pairing.people, point.roundTripMs,
                        point.loss * 100, 0.0, linux, own, linux / own);
                }
            }
        }
    }
}

package org.millrace.benchmarks.bench;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures the table of docs/performance.md here, and says under which conditions. */
@Command(name = "bench", mixinStandardHelpOptions = true, description = {
    "Measure on this machine what docs/performance.md tells of another: medians of rounds taken in turn, beside the goals.",
    "Nothing else should run meanwhile; the load is shown. All rows take about half an hour."})
public final class Bench implements Callable<Integer> {
    private static final double BUSY = 1.5;

    @Parameters(paramLabel = "ROW", arity = "0..*", description = "What to measure, default all: ${COMPLETION-CANDIDATES}.")
    private final List<Rows> rows = new ArrayList<>();

    @Option(names = "--rounds", defaultValue = "9", description = "Rounds of each row (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(names = "--json", paramLabel = "FILE", description = "Write conditions and figures of all rounds.")
    private Path json;

    @Option(names = "--svg", paramLabel = "FILE", description = "Draw what was measured beside its goals.")
    private Path svg;

    @Option(names = "--no-network", paramLabel = "WHY", hidden = true, description = "No network namespace can be made here.")
    private String noNetwork;

    private final Map<Rows, List<Result>> measured = new LinkedHashMap<>();
    private final Map<Rows, String> leftOut = new LinkedHashMap<>();

    private Bench() {
    }

    /**
     * Measures and exits: 0 if every row was measured, whatever came out, else 1; 2 for a wrong command line.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Bench()).setCaseInsensitiveEnumValuesAllowed(true)
            .setExecutionExceptionHandler((e, line, result) -> {
                line.getErr().println("millrace: " + e.getMessage());
                return 1;
            }).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (rounds < 1) {
            System.err.println("millrace: --rounds is " + rounds + ": at least 1");
            return 2;
        }
        Map<String, String> conditions = Conditions.now();
        conditions.forEach((name, value) -> System.out.printf("%-13s %s%n", name, value));
        warnIfBusy();
        for (Rows row : rows.isEmpty() ? List.of(Rows.values()) : rows) {
            measure(row);
        }
        String load = Conditions.load();
        if (load != null) {
            conditions.put("load average after", load);
            System.out.printf("%nload average after: %s%n", load);
        }
        if (json != null) {
            write(json, JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asBytes(document(conditions)));
        }
        if (svg != null) {
            write(svg, Plot.svg(measured.values().stream().flatMap(List::stream).filter(line -> line.goal() != null).toList()));
        }
        return leftOut.isEmpty() ? 0 : 1;
    }

    private static void warnIfBusy() {
        String load = Conditions.load();
        if (load != null && Double.parseDouble(load.substring(0, load.indexOf(' '))) > BUSY) {
            System.out.println("millrace: the machine is busy: only ratios of one row mean something");
        }
    }

    private void measure(Rows row) throws InterruptedException {
        System.out.printf("%n%s: %s, %d rounds%n", name(row), row.title(), rounds);
        try {
            if (row.needsNetwork() && noNetwork != null) {
                throw new IOException("no network namespace can be made here: " + noNetwork);
            }
            List<Result> results = row.measure(rounds);
            measured.put(row, results);
            System.out.printf("  %-56s %10s %10s %10s%n", "", "median", "least", "most");
            for (Result line : results) {
                System.out.printf("  %-56s %10s %10s %10s %-6s %s%n", line.metric(), Result.number(line.figures().median()),
                    Result.number(line.figures().least()), Result.number(line.figures().most()), line.figures().unit(),
                    line.verdict());
            }
        } catch (IOException e) {
            leftOut.put(row, e.getMessage());
            System.out.println("  left out: " + e.getMessage());
        }
    }

    private static String name(Rows row) {
        return row.name().toLowerCase(Locale.ROOT);
    }

    private Map<String, Object> document(Map<String, String> conditions) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("conditions", conditions);
        document.put("rounds", rounds);
        Map<String, Object> all = new LinkedHashMap<>();
        measured.forEach((row, results) -> all.put(name(row), results.stream().map(Bench::line).toList()));
        document.put("rows", all);
        Map<String, String> without = new LinkedHashMap<>();
        leftOut.forEach((row, why) -> without.put(name(row), why));
        document.put("left_out", without);
        return document;
    }

    private static Map<String, Object> line(Result result) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("metric", result.metric());
        line.put("unit", result.figures().unit());
        line.put("median", result.figures().median());
        line.put("rounds", result.figures().rounds());
        if (result.goal() != null) {
            line.put("bound", result.goal().bound().name().toLowerCase(Locale.ROOT));
            line.put("goal", result.goal().limit());
            line.put("judged", result.judged());
            line.put("met", result.met());
        }
        return line;
    }

    /** The file is whole or not there. */
    private static void write(Path file, byte[] content) throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        Files.write(beside, content);
        Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING);
        System.out.println("written: " + file);
    }
}

package org.millrace.fuzz;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs targets under libFuzzer, one after the other, each in a process of its own, and says what was reached. */
@Command(name = "fuzz", mixinStandardHelpOptions = true,
    description = "Fuzz targets for a number of runs each, or for a time. What fails is written to the corpus directory's parent.")
public final class Fuzz implements Callable<Integer> {
    private static final Pattern PROGRESS = Pattern.compile("#(\\d+)\\s+\\w+ +cov: (\\d+) ft: (\\d+) corp: (\\d+)/");
    private static final List<String> FLAGS = List.of("--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow", "--add-opens=java.base/java.lang=ALL-UNNAMED",
        "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED", "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
        "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED", "-XX:+EnableDynamicAgentLoading", "-XX:+UseSerialGC", "-Xmx1g");

    @Parameters(paramLabel = "TARGET", arity = "0..*", description = "Default all: ${COMPLETION-CANDIDATES}.")
    private final List<Target> targets = new ArrayList<>();

    @Option(names = "--runs", defaultValue = "100",
        description = "Runs of each that makes a data path, more of the others (default: ${DEFAULT-VALUE}).")
    private long runs;

    @Option(names = "--seconds", description = "Time of each, instead of a number of runs.")
    private Long seconds;

    @Option(names = "--corpus", paramLabel = "DIR", description = "Where inputs that reach something new are kept, a directory "
        + "for each target; default: a temporary one.")
    private Path corpus;

    @Option(names = "--seed", defaultValue = "1", description = "Of the fuzzer (default: ${DEFAULT-VALUE}).")
    private int seed;

    private Fuzz() {
    }

    /**
     * Fuzzes and exits: 0 if nothing was found, 1 if something was, 2 for a wrong command line.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Fuzz()).setCaseInsensitiveEnumValuesAllowed(true).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path directory = corpus == null ? Temporary.directory() : corpus;
        boolean found = false;
        System.out.printf("%-12s %12s %8s %8s %8s %8s%n", "target", "runs", "cpu s", "edges", "features", "inputs");
        for (Target target : targets.isEmpty() ? List.of(Target.values()) : targets) {
            found |= !fuzz(target, directory);
        }
        if (corpus == null && !found) {
            Temporary.delete(directory);
        }
        return found ? 1 : 0;
    }

    /** Answers whether nothing was found. */
    private boolean fuzz(Target target, Path directory) throws IOException, InterruptedException {
        Path inputs = Files.createDirectories(directory.resolve(target.name().toLowerCase(Locale.ROOT)));
        Seeds.write(target, inputs);
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(FLAGS);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "com.code_intelligence.jazzer.Jazzer",
            "--target_class=" + target.type().getName(), "--instrumentation_includes=org.millrace.**",
            "--instrumentation_excludes=org.millrace.fuzz.**:org.millrace.code.**", "--disabled_hooks=com.code_intelligence.jazzer.sanitizers.*",
            "--reproducer_path=" + directory, "-artifact_prefix=" + directory + "/" + target.name().toLowerCase(Locale.ROOT) + "-",
            "-seed=" + seed, "-timeout=60", "-rss_limit_mb=4096",
            seconds == null ? "-runs=" + runs * target.weight() : "-max_total_time=" + seconds, inputs.toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> said = new ArrayList<>();
        Matcher last = null;
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream()))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher progress = PROGRESS.matcher(line);
                if (progress.find()) {
                    last = progress;
                } else {
                    said.add(line);
                }
            }
        }
        double cpu = process.info().totalCpuDuration().map(d -> d.toMillis() / 1e3).orElse(Double.NaN);
        boolean well = process.waitFor() == 0;
        System.out.printf("%-12s %12s %8.1f %8s %8s %8s%n", target.name().toLowerCase(Locale.ROOT), last == null ? "?" : last.group(1), cpu,
            last == null ? "?" : last.group(2), last == null ? "?" : last.group(3), last == null ? "?" : last.group(4));
        if (!well) {
            System.out.println("found, the input is in " + directory + ":");
            said.stream().dropWhile(line -> !line.startsWith("==")).limit(40).forEach(line -> System.out.println("  " + line));
        }
        return well;
    }
}

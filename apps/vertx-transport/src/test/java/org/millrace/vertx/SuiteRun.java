package org.millrace.vertx;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Tests of Vert.x in a {@link SuiteProcess}. */
final class SuiteRun {
    private static final int LAST_LINES = 1000;

    private final Deque<String> last = new ArrayDeque<>();
    private final SortedMap<String, String> failed = new TreeMap<>();
    private final Set<String> heardOf = new HashSet<>();
    private String current = "the first";
    private int passed;
    private int leftOut;

    private SuiteRun() {
    }

    /**
     * What became of the tests.
     *
     * @param passed  how many passed
     * @param failed  those that failed, as {@code class#method}, and why
     * @param leftOut how many found that they cannot run here
     */
    record Outcome(int passed, SortedMap<String, String> failed, int leftOut) {
        Outcome and(Outcome other) {
            SortedMap<String, String> all = new TreeMap<>(failed);
            all.putAll(other.failed);
            return new Outcome(passed + other.passed, all, leftOut + other.leftOut);
        }

        int run() {
            return passed + failed.size() + leftOut;
        }

        @Override
        public String toString() {
            return passed + " passed, " + failed.size() + " failed, " + leftOut + " left out";
        }
    }

    /** Runs them to their end; a process that has not ended after the limit shows its threads and is killed. */
    static Outcome of(Path temporary, Collection<String> tests, Duration limit, String... flags) throws IOException {
        List<String> all = new ArrayList<>(List.of(flags));
        Collections.addAll(all, "-Djava.net.preferIPv4Stack=true", "-Xmx512m");
        SuiteRun run = new SuiteRun();
        try (Child child = Child.suite(temporary, tests, all, limit)) {
            for (String line = child.line(); line != null; line = child.line()) {
                if (line.startsWith(SuiteProcess.MARK + "end")) {
                    return run.outcome(tests);
                }
                run.hear(line);
            }
        }
        throw new AssertionError("the tests ended before their time, in " + run.current + ":\n" + String.join("\n", run.last));
    }

    private Outcome outcome(Collection<String> tests) {
        List<String> missing = tests.stream().filter(test -> !heardOf.contains(test)).toList();
        if (!missing.isEmpty()) {
            throw new AssertionError("the tests are not there: " + missing);
        }
        return new Outcome(passed, failed, leftOut);
    }

    private void hear(String line) {
        if (!line.startsWith(SuiteProcess.MARK)) {
            last.add(line);
            if (last.size() > LAST_LINES) {
                last.remove();
            }
            return;
        }
        String[] parts = line.substring(SuiteProcess.MARK.length()).split(" ", 3);
        heardOf.add(parts[1]);
        heardOf.add(parts[1].replaceAll("#.*", ""));
        switch (parts[0]) {
            case "began" -> {
                current = parts[1];
                last.clear();
            }
            case "passed" -> passed++;
            case "left" -> leftOut++;
            default -> failed.put(parts[1], parts[2]);
        }
    }
}

package org.millrace.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Writes docs/conformance.md: the clauses of docs/conformance.csv, and the tests and packet scripts that show them. A script names
 * clauses in a line {@code # shows: 9293 MUST-13, 1337 3}. From the repository's root:
 *
 * <pre>java distribution/src/test/java/org/millrace/distribution/ConformanceTable.java</pre>
 */
public final class ConformanceTable {
    private static final String SCRIPTS = "apps/cli/src/test/scripts";
    private static final String TAG = "# shows:";

    /**
     * A clause and what shows it.
     *
     * @param rfc   number, or {@code attack}
     * @param id    the clause
     * @param text  what it asks
     * @param shown tests as {@code Class#method}; or one text with a colon, why there is none
     */
    record Clause(String rfc, String id, String text, List<String> shown) {
        String key() {
            return rfc + ' ' + id;
        }

        boolean isLimit() {
            return shown.stream().anyMatch(one -> one.startsWith("limit: "));
        }
    }

    private ConformanceTable() {
    }

    /** Writes the page below the working directory. */
    public static void main(String... arguments) throws IOException {
        Files.writeString(Path.of("docs/conformance.md"), page(Path.of("")));
    }

    static List<Clause> clauses(Path root) throws IOException {
        List<Clause> clauses = new ArrayList<>();
        for (String line : Files.readAllLines(root.resolve("docs/conformance.csv"))) {
            if (!line.isBlank() && !line.startsWith("#")) {
                String[] fields = line.split(";", 4);
                boolean reason = fields[3].contains(": ");
                clauses.add(new Clause(fields[0], fields[1], fields[2], fields[3].isEmpty() ? List.of()
                    : reason ? List.of(fields[3]) : List.of(fields[3].split(", "))));
            }
        }
        return clauses;
    }

    /** {@return the scripts that show each clause, by its key} */
    static Map<String, List<String>> scripts(Path root) throws IOException {
        Map<String, List<String>> byClause = new TreeMap<>();
        Path home = root.resolve(SCRIPTS);
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".pkt")).sorted().toList()) {
                String name = home.relativize(file).toString().replace(".pkt", "");
                for (String line : Files.readAllLines(file)) {
                    if (line.startsWith(TAG)) {
                        Stream.of(line.substring(TAG.length()).split(",")).map(String::strip)
                            .forEach(clause -> byClause.computeIfAbsent(clause, key -> new ArrayList<>()).add(name));
                    }
                }
            }
        }
        return byClause;
    }

    static String page(Path root) throws IOException {
        List<Clause> clauses = clauses(root);
        Map<String, List<String>> scripts = scripts(root);
        long limits = clauses.stream().filter(Clause::isLimit).count();
        long open = clauses.stream().filter(c -> c.shown.isEmpty() && !scripts.containsKey(c.key())).count();
        StringBuilder text = new StringBuilder("""
            # Conformance of TCP

            Clauses of RFC 9293 by their numbers in its appendix B, others by section, and what shows them: tests, and packet scripts
            ([packet-scripts.md](packet-scripts.md)). Made from docs/conformance.csv and the scripts' lines `# shows:` by `ConformanceTable` in
            distribution; do not edit. What a program or hardware does not do says the script (`only`).

            """);
        text.append(clauses.size()).append(" clauses: ").append(clauses.size() - limits - open).append(" shown, ").append(limits)
            .append(" limits, ").append(open).append(" open.\n\n| RFC | clause | asks | shown by |\n|---|---|---|---|\n");
        String rfc = "";
        for (Clause c : clauses) {
            List<String> shown = new ArrayList<>();
            c.shown.forEach(one -> shown.add(one.contains(": ") ? one : '`' + one + '`'));
            scripts.getOrDefault(c.key(), List.of()).forEach(shown::add);
            text.append("| ").append(c.rfc.equals(rfc) ? "" : c.rfc).append(" | ").append(c.id).append(" | ").append(c.text).append(" | ")
                .append(shown.isEmpty() ? "**open**" : String.join(", ", shown)).append(" |\n");
            rfc = c.rfc;
        }
        return text.toString();
    }
}

package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The page of conformance claims nothing that no test shows. */
class ConformanceTableTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    @Test
    void pageIsCurrent() throws IOException {
        assertThat(Files.readString(ROOT.resolve("docs/conformance.md"))).isEqualTo(ConformanceTable.page(ROOT));
    }

    @Test
    void everyTestThatIsNamedIsThere() throws IOException {
        Map<String, String> sources = TestSources.byClass(ROOT, ConformanceTableTest::isOfTcp);
        for (ConformanceTable.Clause clause : ConformanceTable.clauses(ROOT)) {
            for (String test : clause.shown().stream().filter(one -> !one.contains(": ")).toList()) {
                String[] parts = test.split("#");
                assertThat(sources.get(parts[0])).as(clause.key() + " names " + test).isNotNull().contains("void " + parts[1] + "(");
            }
        }
    }

    /** Homa's tests, and those of the lab's own hosts, have classes of the same names. */
    private static boolean isOfTcp(String file) {
        return !file.contains("/transport-homa/") && !file.contains("/apps/lab/");
    }

    @Test
    void everyClauseThatAScriptNamesIsListedOnce() throws IOException {
        List<String> keys = ConformanceTable.clauses(ROOT).stream().map(ConformanceTable.Clause::key).toList();
        assertThat(keys).doesNotHaveDuplicates().containsAll(ConformanceTable.scripts(ROOT).keySet());
    }
}

package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The list of features claims nothing that no test shows, and the page lists what it lists. */
class FeatureTableTest {
    private static final Path ROOT = root();

    @Test
    void everyFeatureHasATest() throws IOException {
        Map<String, String> sources = TestSources.byClass(ROOT, path -> true);
        for (FeatureTable.Feature feature : FeatureTable.features(ROOT)) {
            assertThat(sources).as(feature.name()).containsKey(feature.type());
            assertThat(sources.get(feature.type())).as(feature.name()).containsPattern("(void|List<DynamicTest>) " + feature.method() + "\\(");
        }
    }

    @Test
    void pageListsEveryFeature() throws IOException {
        List<String> features = FeatureTable.features(ROOT).stream()
            .map(f -> "| " + f.name() + " | ").toList();
        assertThat(Files.readString(ROOT.resolve("docs/features.md"))).contains(features);
    }

    private static Path root() {
        Path path = Path.of("").toAbsolutePath();
        while (!Files.exists(path.resolve("docs/features.csv"))) {
            path = path.getParent();
        }
        return path;
    }
}

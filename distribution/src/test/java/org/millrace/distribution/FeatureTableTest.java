package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The list of features claims nothing that no test shows, and the page lists what it lists. */
class FeatureTableTest {
    private static final Path ROOT = root();

    @Test
    void everyFeatureHasATest() throws IOException {
        Map<String, String> sources = testSources();
        for (FeatureTable.Feature feature : FeatureTable.features(ROOT)) {
            assertThat(sources).as(feature.name()).containsKey(feature.type() + ".java");
            assertThat(sources.get(feature.type() + ".java")).as(feature.name()).contains("void " + feature.method() + "(");
        }
    }

    @Test
    void pageListsEveryFeature() throws IOException {
        List<String> features = FeatureTable.features(ROOT).stream()
            .map(f -> "| " + f.name() + " | ").toList();
        assertThat(Files.readString(ROOT.resolve("docs/features.md"))).contains(features);
    }

    /** {@return text by file name, of all files of that name} */
    private static Map<String, String> testSources() throws IOException {
        try (Stream<Path> files = Files.find(ROOT, 12, (path, attributes) ->
            path.toString().contains("src/test/java") && path.toString().endsWith("Test.java"))) {
            return files.collect(Collectors.toMap(path -> path.getFileName().toString(), FeatureTableTest::text, String::concat));
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path root() {
        Path path = Path.of("").toAbsolutePath();
        while (!Files.exists(path.resolve("docs/features.csv"))) {
            path = path.getParent();
        }
        return path;
    }
}

package org.millrace.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Writes the table of features, docs/features.md: what docs/features.csv claims, and what the last
 * run's test reports say of it. From the repository's root, after {@code mvn verify}:
 *
 * <pre>java distribution/src/test/java/org/millrace/distribution/FeatureTable.java</pre>
 */
public final class FeatureTable {
    private static final String PASSED = "✔";
    private static final String FAILED = "✘";
    private static final String SKIPPED = "skipped";

    /**
     * What the table claims.
     *
     * @param area   heading
     * @param name   of the feature
     * @param type   simple name of the test class
     * @param method of the test
     */
    record Feature(String area, String name, String type, String method) {
    }

    private FeatureTable() {
    }

    /** Writes the table below the working directory. */
    public static void main(String... arguments) throws Exception {
        Path root = Path.of("");
        String table = table(features(root), outcomes(root));
        Files.writeString(root.resolve("docs/features.md"), """
            # Features

            Made from docs/features.csv and the reports of the last `mvn verify` by `FeatureTable` in distribution; do \
            not edit.

            """ + table);
        System.out.print(table);
    }

    static List<Feature> features(Path root) throws IOException {
        List<Feature> features = new ArrayList<>();
        for (String line : Files.readAllLines(root.resolve("docs/features.csv"))) {
            if (!line.isBlank() && !line.startsWith("#")) {
                String[] fields = line.split(";");
                if (fields.length != 3) {
                    throw new IOException("docs/features.csv: '" + line + "' has " + fields.length + " fields, allowed are 3");
                }
                String[] test = fields[2].split("#");
                features.add(new Feature(fields[0], fields[1], test[0], test[1]));
            }
        }
        return features;
    }

    private static String table(List<Feature> features, Map<String, String> outcomes) {
        StringBuilder text = new StringBuilder("| area | feature | status | shown by |\n|---|---|---|---|\n");
        String area = "";
        for (Feature f : features) {
            String test = f.type + '#' + f.method;
            text.append("| ").append(f.area.equals(area) ? "" : f.area).append(" | ").append(f.name).append(" | ")
                .append(outcomes.getOrDefault(test, "not run")).append(" | `").append(test).append("` |\n");
            area = f.area;
        }
        return text.toString();
    }

    /** {@return the outcome by class and method; of several runs of a method a failure counts, then a success} */
    private static Map<String, String> outcomes(Path root) throws Exception {
        Map<String, String> outcomes = new TreeMap<>();
        try (Stream<Path> files = Files.find(root.toAbsolutePath(), 6, (path, attributes) ->
            path.getParent().endsWith("target/surefire-reports") && path.toString().endsWith(".xml"))) {
            for (Path file : files.toList()) {
                read(file, outcomes);
            }
        }
        return outcomes;
    }

    private static void read(Path file, Map<String, String> outcomes) throws Exception {
        NodeList cases = DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().parse(file.toFile())
            .getElementsByTagName("testcase");
        for (int i = 0; i < cases.getLength(); i++) {
            Element test = (Element) cases.item(i);
            String type = test.getAttribute("classname");
            String method = test.getAttribute("name").split("\\W", 2)[0];
            outcomes.merge(type.substring(type.lastIndexOf('.') + 1) + '#' + method, outcome(test),
                (a, b) -> a.equals(FAILED) || b.equals(SKIPPED) ? a : b);
        }
    }

    private static String outcome(Element test) {
        boolean failed = test.getElementsByTagName("failure").getLength() + test.getElementsByTagName("error")
            .getLength() > 0;
        return failed ? FAILED : test.getElementsByTagName("skipped").getLength() > 0 ? SKIPPED : PASSED;
    }
}

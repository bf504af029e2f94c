package org.millrace.vertx;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The Vert.x on the class path, by its own word. Its transport interface is no promise of Vert.x and differs between minor
 * versions, so a version that nobody has tried is refused in words and not by a missing method later.
 */
final class VertxVersion {
    /** The first that was tried of each minor version; docs/vertx.md says which more. */
    private static final Map<String, Integer> FIRST_PATCH = Map.of("5.0", 12, "5.1", 0, "5.2", 0);
    private static final String TRIED = "5.0 from 5.0.12 on, 5.1 and 5.2";
    private static final Pattern VERSION = Pattern.compile("(\\d+\\.\\d+)\\.(\\d{1,9})\\b.*");
    private static final String RESOURCE = "META-INF/vertx/vertx-version.txt";

    private VertxVersion() {
    }

    /** {@return as Vert.x has it in its jar, such as 5.1.5; empty if it does not say} */
    static String found() {
        ClassLoader loader = Vertx.class.getClassLoader();
        try (InputStream in = loader.getResourceAsStream(RESOURCE)) {
            return in == null ? "" : new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip();
        } catch (IOException e) {
            return "";
        }
    }

    /**
     * Refuses a version that was not tried; one that does not say what it is passes.
     *
     * @param version such as 5.1.5
     * @throws IllegalStateException naming it and those that were
     */
    static void check(String version) {
        Matcher parts = VERSION.matcher(version);
        boolean tried = version.isEmpty() || parts.matches() && FIRST_PATCH.containsKey(parts.group(1))
            && Integer.parseInt(parts.group(2)) >= FIRST_PATCH.get(parts.group(1));
        if (!tried) {
            throw new IllegalStateException("Millrace was not tried with Vert.x " + version + ", only with " + TRIED
                + "; put the newest vertx-core of one of these on the class path");
        }
    }
}

package org.millrace.testkit.script;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is written so often that it has a word: both handshakes. */
final class Shorthand {
    private static final Pattern TIMESTAMP = Pattern.compile("TS (\\S+) \\S+");
    private static final Pattern WINDOW = Pattern.compile("win (\\S+)");

    private Shorthand() {
    }

    /** {@return the lines that a line is short for; itself if it is not short} */
    static List<String> expand(String line) {
        String word = line.split("\\s+", 2)[0];
        String rest = line.substring(word.length()).strip();
        Matcher ts = TIMESTAMP.matcher(rest);
        String stamp = ts.find() ? " <TS " + ts.group(1) + " *>" : "";
        return switch (word) {
            case "passive" -> List.of("listening", "< S 0 " + rest, "> S. 0 ack 1", "< . 1 ack 1 " + window(rest) + stamp,
                "accept");
            case "active" -> List.of("connect", "> S 0", "< S. 0 ack 1 " + rest, "> . 1 ack 1");
            default -> List.of(line);
        };
    }

    private static String window(String rest) {
        Matcher window = WINDOW.matcher(rest);
        return window.find() ? window.group() : "";
    }
}

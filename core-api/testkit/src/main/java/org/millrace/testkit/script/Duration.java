package org.millrace.testkit.script;

import java.util.Locale;

/** Durations as scripts write them: {@code 0}, {@code 10ms}, {@code 1.5s}, {@code 200us}. */
final class Duration {
    private Duration() {
    }

    static long parse(String text) {
        String number = text.replaceFirst("(ns|us|ms|s)$", "");
        long unit = switch (text.substring(number.length())) {
            case "ns" -> 1;
            case "us" -> 1_000;
            case "ms" -> 1_000_000;
            case "s" -> 1_000_000_000;
            default -> 0; // no unit: only 0 needs none
        };
        if (!number.matches("[0-9]{1,9}(\\.[0-9]{1,9})?") || unit == 0 && !text.equals("0")) {
            throw new IllegalArgumentException("time is " + text + ", allowed is a number with ns, us, ms or s");
        }
        return Math.round(Double.parseDouble(number) * unit);
    }

    static String text(long ns) {
        return String.format(Locale.ROOT, "%.6f s", ns / 1e9);
    }
}

package org.millrace.context;

import java.util.Map;

/** Settings of Chronicle that have to stand before its first class is loaded. */
final class Chronicle {
    private static final Map<String, String> SETTINGS = Map.of(
        "chronicle.analytics.disable", "true",
        "chronicle.announcer.disable", "true",
        "chronicle.disk.monitor.disable", "true");

    private Chronicle() {
    }

    /** Sets what the command line has not set. To be called first in every class that uses Chronicle. */
    static void prepare() {
        SETTINGS.forEach((key, value) -> {
            if (System.getProperty(key) == null) {
                System.setProperty(key, value);
            }
        });
    }
}

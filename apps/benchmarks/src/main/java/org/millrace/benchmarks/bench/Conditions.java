package org.millrace.benchmarks.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the machine is and how busy it was: figures without it mean nothing. Linux; what cannot be read is left out. */
final class Conditions {
    private Conditions() {
    }

    /** {@return names and values, in the order in which they are shown} */
    static Map<String, String> now() {
        Map<String, String> conditions = new LinkedHashMap<>();
        put(conditions, "processor", field(Path.of("/proc/cpuinfo"), "model name"));
        conditions.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        put(conditions, "memory", field(Path.of("/proc/meminfo"), "MemTotal"));
        put(conditions, "kernel", text(Path.of("/proc/sys/kernel/osrelease")));
        put(conditions, "governor", text(Path.of("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")));
        put(conditions, "huge pages", text(Path.of("/sys/kernel/mm/transparent_hugepage/enabled")));
        conditions.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        put(conditions, "load average", load());
        return conditions;
    }

    /** {@return the load averages of 1, 5 and 15 minutes, or null} */
    static String load() {
        String line = text(Path.of("/proc/loadavg"));
        return line == null ? null : line.substring(0, line.indexOf(' ', line.indexOf(' ', line.indexOf(' ') + 1) + 1));
    }

    private static void put(Map<String, String> conditions, String name, String value) {
        if (value != null) {
            conditions.put(name, value);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            return null;
        }
    }

    private static String field(Path file, String name) {
        String all = text(file);
        return all == null ? null : all.lines().filter(line -> line.startsWith(name)).findFirst()
            .map(line -> line.substring(line.indexOf(':') + 1).strip()).orElse(null);
    }
}

package org.millrace.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the kernel's TCP counts in this process's network namespace: proc(5), {@code /proc/net/snmp}. */
final class KernelTcp {
    private static final Map<String, String> NAMES = Map.of("InSegs", "linux.received segments", "OutSegs",
        "linux.sent segments", "RetransSegs", "linux.retransmitted segments", "InErrs", "linux.bad segments");

    private KernelTcp() {
    }

    /** {@return the counters by name} The file has a line of names and a line of values for each protocol. */
    static Map<String, Long> counters() throws IOException {
        Map<String, Long> counters = new TreeMap<>();
        List<String> lines = Files.readAllLines(Path.of("/proc/self/net/snmp"));
        for (int i = 0; i + 1 < lines.size(); i += 2) {
            if (lines.get(i).startsWith("Tcp:")) {
                String[] names = lines.get(i).split(" ");
                String[] values = lines.get(i + 1).split(" ");
                for (int k = 1; k < names.length; k++) {
                    if (NAMES.containsKey(names[k])) {
                        counters.put(NAMES.get(names[k]), Long.parseLong(values[k]));
                    }
                }
            }
        }
        return counters;
    }
}

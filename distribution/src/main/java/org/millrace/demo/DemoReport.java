package org.millrace.demo;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What the demonstration showed.
 *
 * @param peer      who talked to Millrace
 * @param transfers what crossed
 * @param counters  the runtime's, by name
 * @param cpu       by process, and of the machine
 */
record DemoReport(String peer, List<Transfer> transfers, Map<String, Long> counters, Map<String, CpuTimes> cpu) {
    /** {@return whether every file arrived as it was sent} */
    boolean held() {
        return transfers.stream().allMatch(Transfer::isIntact);
    }

    String text() {
        StringBuilder text = new StringBuilder();
        for (Transfer transfer : transfers) {
            text.append(String.format("%n%-4s %,d bytes in %.2f s, %.2f Gbit/s; SHA-256 %s%n     sent    %s%n     arrived %s%n",
                transfer.direction(), transfer.bytes(), transfer.elapsedNs() / 1e9, transfer.gigabitsPerSecond(),
                transfer.isIntact() ? "equal" : "DIFFERENT", transfer.sentHash(), transfer.arrivedHash()));
        }
        text.append(String.format("%nCounters of the runtime%n"));
        new TreeMap<>(counters).forEach((name, value) -> text.append(String.format("  %-36s %,15d%n", name, value)));
        text.append(String.format("%nCPU seconds            user  system%n"));
        new TreeMap<>(cpu).forEach((name, used) -> text.append(String.format("  %-18s %6.2f  %6.2f%n", name,
            used.userMs() / 1e3, used.systemMs() / 1e3)));
        text.append(String.format("%n%s", held() ? "All of it held." : "NOT all of it held."));
        return text.toString();
    }

    String json() {
        String crossed = transfers.stream().map(t -> "{\"direction\":\"" + t.direction() + "\",\"bytes\":" + t.bytes()
            + ",\"elapsed_ns\":" + t.elapsedNs() + ",\"sent_sha256\":\"" + t.sentHash() + "\",\"arrived_sha256\":\""
            + t.arrivedHash() + "\"}").collect(Collectors.joining(","));
        String counted = new TreeMap<>(counters).entrySet().stream().map(e -> "\"" + e.getKey() + "\":" + e.getValue())
            .collect(Collectors.joining(","));
        String used = new TreeMap<>(cpu).entrySet().stream().map(e -> "\"" + e.getKey() + "\":{\"user_ms\":"
            + e.getValue().userMs() + ",\"system_ms\":" + e.getValue().systemMs() + "}")
            .collect(Collectors.joining(","));
        return "{\"held\":" + held() + ",\"peer\":\"" + peer + "\",\"transfers\":[" + crossed + "],\"counters\":{"
            + counted + "},\"cpu\":{" + used + "}}";
    }
}

package org.millrace.demo;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What the demonstration showed.
 *
 * @param peer      who talked to Millrace
 * @param transport Millrace's
 * @param transfers what crossed
 * @param counters  the runtime's and the peer's, by name
 * @param cpu       by process, and of the machine
 */
record DemoReport(String peer, String transport, List<Transfer> transfers, Map<String, Long> counters, Map<String, CpuTimes> cpu) {
    private static final String DROP = "drop.";

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
        text.append(String.format("%nSegments (a super-frame counts once)      received            sent   retransmitted%n"));
        segments(text, "Millrace", tcp("received segments"), tcp("sent segments"),
            tcp("fast retransmits") + tcp("retransmission timeouts"));
        if (counters.containsKey("linux.sent segments")) {
            segments(text, "Linux", count("linux.received segments"), count("linux.sent segments"),
                count("linux.retransmitted segments"));
        }
        text.append(String.format("  Millrace retransmitted %,d bytes: %,d fast retransmits, %,d timeouts%n",
            tcp("retransmitted bytes"), tcp("fast retransmits"),
            tcp("retransmission timeouts")));
        drops(text);
        text.append(String.format("%nCPU seconds while they transferred           user          system%n"));
        cpu.forEach((name, used) -> text.append(String.format("  %-34s %12.2f    %12.2f%n", name, used.userMs() / 1e3,
            used.systemMs() / 1e3)));
        text.append(String.format("%n%s", held() ? "All of it held." : "NOT all of it held."));
        return text.toString();
    }

    private static void segments(StringBuilder text, String who, long received, long sent, long retransmitted) {
        text.append(String.format("  %-34s %,14d  %,14d  %,14d%n", who, received, sent, retransmitted));
    }

    private void drops(StringBuilder text) {
        Map<String, Long> drops = new TreeMap<>();
        counters.forEach((name, count) -> {
            if (name.startsWith(DROP) || name.startsWith("port.") && name.endsWith(" drops")) {
                drops.put(name.startsWith(DROP) ? name.substring(DROP.length()) : name.replace('.', ' '), count);
            }
        });
        text.append(String.format("%nDrops by reason%n"));
        drops.forEach((reason, count) -> text.append(String.format("  %-34s %,14d%n", reason, count)));
    }

    private long tcp(String name) {
        return count(transport + "." + name);
    }

    private long count(String name) {
        return counters.getOrDefault(name, 0L);
    }

    String json() {
        String crossed = transfers.stream().map(t -> "{\"direction\":\"" + t.direction() + "\",\"bytes\":" + t.bytes()
            + ",\"elapsed_ns\":" + t.elapsedNs() + ",\"sent_sha256\":\"" + t.sentHash() + "\",\"arrived_sha256\":\""
            + t.arrivedHash() + "\"}").collect(Collectors.joining(","));
        String counted = counters.entrySet().stream().map(e -> "\"" + e.getKey() + "\":" + e.getValue())
            .collect(Collectors.joining(","));
        String used = cpu.entrySet().stream().map(e -> "\"" + e.getKey() + "\":{\"user_ms\":" + e.getValue().userMs()
            + ",\"system_ms\":" + e.getValue().systemMs() + "}").collect(Collectors.joining(","));
        return "{\"held\":" + held() + ",\"peer\":\"" + peer + "\",\"transfers\":[" + crossed + "],\"counters\":{"
            + counted + "},\"cpu\":{" + used + "}}";
    }
}

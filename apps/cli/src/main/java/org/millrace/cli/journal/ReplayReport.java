package org.millrace.cli.journal;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a replay came to.
 *
 * @param recording   what was replayed
 * @param requests    replayed
 * @param events      that the recording expected
 * @param connections replayed
 * @param bytesIn     that peers sent and the context was told of
 * @param bytesOut    that the context appended and peers received
 * @param notes       what could not be compared, and why
 * @param differences what came out otherwise than recorded
 */
record ReplayReport(JournalPlace.Recording recording, long requests, long events, int connections, long bytesIn, long bytesOut,
                    List<String> notes, List<String> differences) {
    boolean isEqual() {
        return differences.isEmpty();
    }

    String text() {
        StringBuilder text = new StringBuilder(String.format("%s: %d requests, %d events, %d connections, "
            + "%d bytes in, %d bytes out: %s", recording, requests, events, connections, bytesIn, bytesOut,
            isEqual() ? "the same came out" : "DIFFERENT"));
        notes.forEach(note -> text.append(System.lineSeparator()).append("  not compared: ").append(note));
        differences.forEach(difference -> text.append(System.lineSeparator()).append("  ").append(difference));
        return text.toString();
    }

    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("journal", recording.journal().toString());
        fields.put("context", recording.context());
        fields.put("life", recording.life());
        fields.put("equal", isEqual());
        fields.put("requests", requests);
        fields.put("events", events);
        fields.put("connections", connections);
        fields.put("bytes_in", bytesIn);
        fields.put("bytes_out", bytesOut);
        fields.put("not_compared", notes);
        fields.put("differences", differences);
        return fields;
    }
}

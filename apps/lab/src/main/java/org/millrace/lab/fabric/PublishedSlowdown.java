package org.millrace.lab.fabric;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The published series of slowdowns by size of message. */
final class PublishedSlowdown {
    /**
     * Messages of one size.
     *
     * @param most   largest, bytes; the row before ends where this begins
     * @param part   of all messages, 0 to 1
     * @param median of their slowdown
     * @param p99    of their slowdown
     */
    record Row(int most, double part, double median, double p99) {
    }

    private PublishedSlowdown() {
    }

    /**
     * {@return the rows of a series, smallest messages first}
     *
     * @param workload  1 to 5
     * @param transport {@code Homa}, {@code pFabric}, …
     * @param load      {@code 0.5} or {@code 0.8}
     */
    static List<Row> of(int workload, String transport, String load) {
        String prefix = "W" + workload + "," + load + "," + transport + ",";
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
            PublishedSlowdown.class.getResourceAsStream("homa_sigcomm18_slowdown.csv"), StandardCharsets.US_ASCII))) {
            return lines.lines().filter(line -> line.startsWith(prefix)).map(line -> {
                String[] words = line.split(",");
                return new Row((int) Double.parseDouble(words[3]), Double.parseDouble(words[4]) / 100, Double.parseDouble(words[8]),
                    Double.parseDouble(words[9]));
            }).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

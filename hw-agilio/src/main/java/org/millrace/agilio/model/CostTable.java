package org.millrace.agilio.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.millrace.agilio.machine.CostFile;
import org.millrace.api.pipeline.Workflow;

/**
 * What shipped stages cost, from a data file that explains itself. A stage that does more operations than the version that its row
 * was made for costs more in proportion; one without a row costs what its operations cost in the rows together.
 */
public final class CostTable {
    private static final String ALL = "all";

    private final Map<String, Row> rows = new HashMap<>();
    private final double perOperation;

    /**
     * A row.
     *
     * @param instructions of the NFP
     * @param operations   counted in the version of the stage that it was made for
     * @param waits        what its thread waits for
     */
    public record Row(int instructions, int operations, List<Memory> waits) {
    }

    /** Reads the shipped table. */
    public CostTable() {
        long instructions = 0;
        long operations = 0;
        Map<String, Memory> memories = Arrays.stream(Memory.values()).collect(Collectors.toMap(Memory::word, m -> m));
        for (CostFile.Line line : CostFile.read(memories.keySet())) {
            List<Memory> waits = new ArrayList<>();
            line.waits().forEach(word -> waits.add(memories.get(word)));
            rows.put(line.key(), new Row(line.instructions(), line.operations(), List.copyOf(waits)));
            if (!line.key().startsWith("header.")) {
                instructions += line.instructions();
                operations += line.operations();
            }
        }
        perOperation = (double) instructions / operations;
    }

    /**
     * {@return the key of a stage's row}
     *
     * @param stage      its name
     * @param workflow   which
     * @param hasPayload of RX, whether the segment has
     */
    public static String key(String stage, Workflow workflow, boolean hasPayload) {
        return stage + '.' + workflow + '.' + (workflow != Workflow.RX ? ALL : hasPayload ? "data" : "ack");
    }

    /**
     * {@return a row; null: there is none}
     *
     * @param key its key
     */
    public Row row(String key) {
        return rows.get(key);
    }

    /**
     * {@return the row of the codec's work}
     *
     * @param isWrite whether of writing, else of parsing
     */
    public Row header(boolean isWrite) {
        return rows.get("header." + (isWrite ? "write" : "parse") + '.' + ALL);
    }

    /** {@return instructions an operation of a stage without a row} */
    public double perOperation() {
        return perOperation;
    }

    /** {@return the rows by key} */
    public Map<String, Row> rows() {
        return Map.copyOf(rows);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d rows, %.2f instructions an operation", rows.size(), perOperation);
    }
}

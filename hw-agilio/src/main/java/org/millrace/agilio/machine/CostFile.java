package org.millrace.agilio.machine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.millrace.execution.machine.MachineFile;
import org.millrace.execution.machine.MachineText;

/** The file of what work items cost; its head explains the lines. */
public final class CostFile {
    private static final String FILE = "nfp4000.costs";

    private CostFile() {
    }

    /**
     * A line.
     *
     * @param key          stage, workflow and kind
     * @param instructions of the NFP
     * @param operations   counted
     * @param waits        words
     */
    public record Line(String key, int instructions, int operations, List<String> waits) {
    }

    /**
     * {@return the shipped file's lines}
     *
     * @param words what may be waited for
     */
    public static List<Line> read(Collection<String> words) {
        MachineFile f = new MachineFile(MachineText.shipped(CostFile.class, FILE), Map.of());
        List<Line> lines = new ArrayList<>();
        for (String key : f.keys()) {
            List<String> value = f.words(key);
            List<String> waits = value.subList(Math.min(2, value.size()), value.size());
            if (value.size() < 2 || !value.get(0).matches("[0-9]{1,6}") || !value.get(1).matches("[1-9][0-9]{0,5}")
                || !words.containsAll(waits)) {
                throw f.contradiction(key, "'" + String.join(" ", value) + "', allowed are instructions, operations and any of "
                    + String.join(", ", words));
            }
            lines.add(new Line(key, Integer.parseInt(value.get(0)), Integer.parseInt(value.get(1)), List.copyOf(waits)));
        }
        f.end();
        return lines;
    }
}

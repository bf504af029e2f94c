package org.millrace.tofino.machine;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a machine file: lines {@code key = value | source}, comments from {@code #} at a line's start. Every key is
 * taken exactly once; what is left over is an error too.
 */
final class MachineFile {
    private record Entry(int line, int value) {
    }

    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final int lines;

    MachineFile(String text) {
        List<String> all = text.lines().toList();
        lines = all.size();
        for (int i = 0; i < lines; i++) {
            String line = all.get(i).strip();
            if (!line.isEmpty() && line.charAt(0) != '#') {
                read(i + 1, line);
            }
        }
    }

    private void read(int number, String line) {
        int equals = line.indexOf('=');
        if (equals < 0) {
            throw new MachineFileException(number, line, "no '=': a line is key = value | source");
        }
        String key = line.substring(0, equals).strip();
        int bar = line.indexOf('|', equals);
        if (bar < 0 || line.substring(bar + 1).isBlank()) {
            throw new MachineFileException(number, key, "no source after '|'");
        }
        String value = line.substring(equals + 1, bar).strip();
        Entry before;
        try {
            before = entries.put(key, new Entry(number, Integer.parseInt(value)));
        } catch (NumberFormatException e) {
            throw new MachineFileException(number, key, "not a number: '" + value + "'");
        }
        if (before != null) {
            throw new MachineFileException(number, key, "given before, on line " + before.line);
        }
    }

    /** Takes a number that is at least {@code min}. */
    int number(String key, int min) {
        Entry entry = entries.remove(key);
        if (entry == null) {
            throw new MachineFileException(lines + 1, key, "missing");
        }
        if (entry.value < min) {
            throw new MachineFileException(entry.line, key, entry.value + " is less than " + min);
        }
        return entry.value;
    }

    int positive(String key) {
        return number(key, 1);
    }

    int any(String key) {
        return number(key, Integer.MIN_VALUE);
    }

    /** Call last. */
    void end() {
        entries.forEach((key, entry) -> {
            throw new MachineFileException(entry.line, key, "unknown key");
        });
    }
}

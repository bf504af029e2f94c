package org.millrace.execution.machine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a file of lines {@code key = value | source}, comments from {@code #} at a line's start. Every key is taken exactly
 * once; what is left over is an error too. Values set from elsewhere stand in place of the file's.
 *
 * <p>Every error names the file, the line, the key, and what is allowed.
 */
public final class MachineFile {
    /** The largest number that {@link #positive} takes. */
    public static final int MOST = 1 << 30;

    private record Entry(String place, String value) {
    }

    private final String name;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final List<String> taken = new ArrayList<>();
    private final Map<String, String> places = new LinkedHashMap<>();
    private final int lines;

    /**
     * Reads a file.
     *
     * @param file its name and text
     * @param set  values by key that stand in place of its own
     * @throws MachineFileException if a line is not one, or a key stands there twice
     */
    public MachineFile(MachineText file, Map<String, String> set) {
        name = file.name();
        List<String> all = file.text().lines().toList();
        lines = all.size();
        for (int i = 0; i < lines; i++) {
            String line = all.get(i).strip();
            if (!line.isEmpty() && line.charAt(0) != '#') {
                read(i + 1, line);
            }
        }
        set.forEach((key, value) -> {
            String place = "set " + key;
            if (!entries.containsKey(key)) {
                throw new MachineFileException(place, "unknown, allowed is one of " + String.join(", ", entries.keySet()));
            }
            entries.put(key, new Entry(place, value.strip()));
        });
    }

    private String place(int line, String key) {
        return name + ", line " + line + ", " + key;
    }

    private void read(int number, String line) {
        int equals = line.indexOf('=');
        if (equals < 0) {
            throw new MachineFileException(place(number, line), "no '=': a line is key = value | source");
        }
        String key = line.substring(0, equals).strip();
        int bar = line.indexOf('|', equals);
        if (bar < 0 || line.substring(bar + 1).isBlank()) {
            throw new MachineFileException(place(number, key), "no source: a line is key = value | source");
        }
        Entry entry = new Entry(place(number, key), line.substring(equals + 1, bar).strip());
        Entry before = entries.put(key, entry);
        if (before != null) {
            throw new MachineFileException(entry.place, "given before, at " + before.place);
        }
    }

    /** {@return the keys that are not taken yet, in the file's order} */
    public List<String> keys() {
        return List.copyOf(entries.keySet());
    }

    private Entry take(String key, String allowed) {
        Entry entry = entries.remove(key);
        if (entry == null) {
            throw new MachineFileException(place(lines + 1, key), "missing, allowed is " + allowed);
        }
        taken.add(key);
        places.put(key, entry.place);
        return entry;
    }

    /**
     * Takes a whole number.
     *
     * @param key its key
     * @return the number, at least 1
     */
    public int positive(String key) {
        return number(key, 1, MOST);
    }

    /**
     * Takes a whole number, which may be negative.
     *
     * @param key its key
     * @return the number
     */
    public int any(String key) {
        return number(key, -MOST, MOST);
    }

    /**
     * Takes a whole number within limits.
     *
     * @param key its key
     * @param min the least that is allowed
     * @param max the most
     * @return the number
     */
    public int number(String key, int min, int max) {
        String allowed = "a whole number from " + min + " to " + max;
        Entry entry = take(key, allowed);
        long value = entry.value.matches("-?[0-9]{1,10}") ? Long.parseLong(entry.value) : Long.MIN_VALUE;
        if (value < min || value > max) {
            throw new MachineFileException(entry.place, "'" + entry.value + "', allowed is " + allowed);
        }
        return (int) value;
    }

    /**
     * Takes one of several words.
     *
     * @param key     its key
     * @param allowed the words, and what each means
     * @param <E>     what they mean
     * @return what the word means
     */
    public <E> E oneOf(String key, Map<String, E> allowed) {
        String words = String.join(", ", allowed.keySet());
        Entry entry = take(key, words);
        E value = allowed.get(entry.value);
        if (value == null) {
            throw new MachineFileException(entry.place, "'" + entry.value + "', allowed is " + words);
        }
        return value;
    }

    /**
     * Takes words, at least one.
     *
     * @param key their key
     * @return the words
     */
    public List<String> words(String key) {
        Entry entry = take(key, "words");
        if (entry.value.isEmpty()) {
            throw new MachineFileException(entry.place, "empty, allowed are words");
        }
        return List.of(entry.value.split("\\s+"));
    }

    /**
     * {@return the error of a key that was taken, for what contradicts others}
     *
     * @param key     the key
     * @param problem what is wrong
     */
    public MachineFileException contradiction(String key, String problem) {
        return new MachineFileException(places.get(key), problem);
    }

    /** Nothing may be left; call last. */
    public void end() {
        entries.values().forEach(entry -> {
            throw new MachineFileException(entry.place, "unknown key, allowed are " + String.join(", ", taken));
        });
    }
}

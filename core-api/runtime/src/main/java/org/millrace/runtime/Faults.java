package org.millrace.runtime;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** What is wanted of an instance and not in force, a line each. Any thread. */
final class Faults {
    private final Map<String, String> lines = new ConcurrentSkipListMap<>();

    /**
     * Notes one.
     *
     * @param what what it is about; it has one reason at a time
     * @param why  a line for people
     */
    void degrade(String what, String why) {
        lines.put(what, why);
    }

    /** It is in force, or no longer wanted. */
    void restore(String what) {
        lines.remove(what);
    }

    boolean has(String what) {
        return lines.containsKey(what);
    }

    List<String> reasons() {
        return List.copyOf(lines.values());
    }
}

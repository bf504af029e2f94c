package org.millrace.tofino.p4;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a control plane must know of the program: as JSON. */
final class Manifest {
    /** A table: its keys, what an entry holds, and how many there are. */
    record Entry(String name, List<String> keys, List<String> holds, int size) {
    }

    private Manifest() {
    }

    static Map<String, Object> tables(String control, List<Entry> entries) {
        Map<String, Object> tables = new LinkedHashMap<>();
        entries.forEach(e -> tables.put(control + "." + e.name(), Map.of("keys", e.keys(), "holds", e.holds(), "size", e.size())));
        return tables;
    }

    static String json(Map<String, Object> fields) {
        return write(fields, "") + "\n";
    }

    private static String write(Object value, String indent) {
        return switch (value) {
            case Map<?, ?> map when map.isEmpty() -> "{}";
            case Map<?, ?> map -> {
                List<String> lines = new ArrayList<>();
                map.entrySet().stream().sorted(java.util.Comparator.comparing(e -> map instanceof LinkedHashMap ? ""
                    : String.valueOf(e.getKey()))).forEach(e -> lines.add(indent + "  " + quoted(String.valueOf(e.getKey()))
                    + ": " + write(e.getValue(), indent + "  ")));
                yield "{\n" + String.join(",\n", lines) + "\n" + indent + "}";
            }
            case Collection<?> list -> "[" + String.join(", ", list.stream().map(v -> write(v, indent)).toList()) + "]";
            case Number n -> n.toString();
            case Boolean b -> b.toString();
            default -> quoted(String.valueOf(value));
        };
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}

package org.millrace.cli.tool;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Parts of an answer, which is JSON: a part that is missing or of another kind is empty. */
public final class Values {
    private Values() {
    }

    public static Map<String, Object> map(Object value) {
        Map<String, Object> map = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> given) {
            given.forEach((key, part) -> map.put(String.valueOf(key), part));
        }
        return map;
    }

    public static List<Object> list(Object value) {
        return value instanceof List<?> given ? List.copyOf(given) : List.of();
    }

    public static List<Map<String, Object>> maps(Object value) {
        return list(value).stream().map(Values::map).toList();
    }

    public static long number(Object value) {
        return value instanceof Number number ? number.longValue() : 0;
    }

    public static boolean flag(Object value) {
        return Boolean.TRUE.equals(value);
    }

    /** {@return the parts of a list as text, with commas} */
    public static String words(Object value) {
        return String.join(", ", list(value).stream().map(String::valueOf).toList());
    }
}

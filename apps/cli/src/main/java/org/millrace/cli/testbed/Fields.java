package org.millrace.cli.testbed;

import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The fields of a request. What is missing, of another kind or out of range is refused with its name. */
final class Fields {
    private final Map<String, ?> values;

    Fields(Map<String, ?> values) {
        this.values = values;
    }

    /** Refuses fields that the request does not have. */
    void only(Set<String> known) throws TestbedException {
        for (String name : values.keySet()) {
            if (!known.contains(name)) {
                throw new TestbedException("there is no field " + name + " in this request, allowed are "
                    + String.join(", ", new TreeSet<>(known)));
            }
        }
    }

    boolean has(String name) {
        return values.get(name) != null;
    }

    String text(String name) throws TestbedException {
        if (values.get(name) instanceof String text) {
            return text;
        }
        throw wrong(name, "a text");
    }

    String text(String name, String standard) throws TestbedException {
        return has(name) ? text(name) : standard;
    }

    long number(String name, long min, long max) throws TestbedException {
        Object value = values.get(name);
        boolean whole = value instanceof Integer || value instanceof Long;
        if (whole && ((Number) value).longValue() >= min && ((Number) value).longValue() <= max) {
            return ((Number) value).longValue();
        }
        throw wrong(name, "a whole number from " + min + " to " + max);
    }

    long number(String name, long standard, long min, long max) throws TestbedException {
        return has(name) ? number(name, min, max) : standard;
    }

    int integer(String name, int standard, int min, int max) throws TestbedException {
        return (int) number(name, standard, min, max);
    }

    boolean flag(String name, boolean standard) throws TestbedException {
        if (!has(name)) {
            return standard;
        }
        if (values.get(name) instanceof Boolean flag) {
            return flag;
        }
        throw wrong(name, "true or false");
    }

    byte[] hex(String name) throws TestbedException {
        try {
            return HexFormat.of().parseHex(text(name));
        } catch (IllegalArgumentException e) {
            throw wrong(name, "bytes in hexadecimal, two digits each");
        }
    }

    /** {@return an object of texts, numbers and flags, each as a text; empty if there is none} */
    Map<String, String> texts(String name) throws TestbedException {
        if (!has(name)) {
            return Map.of();
        }
        if (!(values.get(name) instanceof Map<?, ?> map)) {
            throw wrong(name, "an object of keys and values");
        }
        Map<String, String> texts = new TreeMap<>();
        map.forEach((key, value) -> texts.put(String.valueOf(key), String.valueOf(value)));
        return texts;
    }

    private TestbedException wrong(String name, String allowed) {
        Object value = values.get(name);
        return new TestbedException(name + " is " + (value == null ? "missing" : value) + ", allowed is " + allowed);
    }
}

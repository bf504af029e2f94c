package org.millrace.cli;

import java.util.Map;
import java.util.stream.Collectors;

/** JSON (RFC 8259) of maps, lists, strings, numbers, booleans and null. */
final class Json {
    private Json() {
    }

    static String of(Object value) {
        return switch (value) {
            case null -> "null";
            case Map<?, ?> map -> map.entrySet().stream().map(e -> text(e.getKey().toString()) + ":" + of(e.getValue()))
                .collect(Collectors.joining(",", "{", "}"));
            case Iterable<?> list -> {
                StringBuilder items = new StringBuilder();
                list.forEach(item -> items.append(items.isEmpty() ? "" : ",").append(of(item)));
                yield "[" + items + "]";
            }
            case Number number -> number.toString();
            case Boolean truth -> truth.toString();
            default -> text(value.toString());
        };
    }

    private static String text(String string) {
        StringBuilder quoted = new StringBuilder("\"");
        string.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append((char) c);
            } else if (c < ' ') {
                quoted.append(String.format("\\u%04x", c)); // RFC 8259 §7
            } else {
                quoted.append((char) c);
            }
        });
        return quoted.append('"').toString();
    }
}

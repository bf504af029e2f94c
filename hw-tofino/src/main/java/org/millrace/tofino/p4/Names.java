package org.millrace.tofino.p4;

import java.util.Locale;
import java.util.Set;

/** Names of fields and stages, as P4 has them. */
final class Names {
    private static final Set<String> RESERVED = Set.of("abstract", "action", "actions", "apply", "bit", "bool", "const",
        "control", "default", "else", "entries", "enum", "error", "exit", "extern", "false", "header", "if", "in", "inout",
        "int", "key", "list", "main", "match_kind", "out", "package", "parser", "priority", "return", "select", "state",
        "string", "struct", "switch", "table", "this", "transition", "true", "tuple", "type", "typedef", "value_set",
        "varbit", "void");

    private Names() {
    }

    /** {@return snake_case: {@code payloadLength} is payload_length, {@code $rx-next.row} is rx_next_row} */
    static String of(String name) {
        String snake = name.replaceFirst("^\\$", "").replaceAll("([a-z0-9])([A-Z])", "$1_$2").replaceAll("[^A-Za-z0-9]+", "_")
            .toLowerCase(Locale.ROOT);
        String safe = Character.isDigit(snake.charAt(0)) ? "f" + snake : snake;
        return RESERVED.contains(safe) ? safe + "_" : safe;
    }
}

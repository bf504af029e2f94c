package org.millrace.runtime.control;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.millrace.runtime.operate.OperationException;
import org.millrace.runtime.operate.OperationException.Fault;

/** What an operator asks for: an operation and its arguments. A member that nobody knows is refused. */
final class Request {
    private final String operation;
    private final Map<String, Object> members;

    private Request(String operation, Map<String, Object> members) {
        this.operation = operation;
        this.members = members;
    }

    static Request parse(String line) throws OperationException {
        Map<String, Object> members;
        try {
            members = JSON.std.mapFrom(line);
        } catch (IOException e) {
            throw bad("the request is not a JSON object: " + e.getMessage().lines().findFirst().orElse(""));
        }
        if (members == null || !(members.get("op") instanceof String operation)) {
            throw bad("the request has no member op, a string");
        }
        return new Request(operation, members);
    }

    static OperationException bad(String message) {
        return new OperationException(Fault.REQUEST, message);
    }

    String operation() {
        return operation;
    }

    /** Refuses every member beside these. */
    void allow(String... names) throws OperationException {
        Set<String> more = new TreeSet<>(members.keySet());
        more.remove("op");
        more.removeAll(Set.of(names));
        if (!more.isEmpty()) {
            throw bad(operation + " knows no " + String.join(", ", more) + (names.length == 0 ? ""
                : ", allowed is " + String.join(", ", names)));
        }
    }

    /** {@return a text, or null if it is not given} */
    String text(String name) throws OperationException {
        Object value = members.get(name);
        if (value != null && !(value instanceof String)) {
            throw bad(name + " is " + value + ", allowed is a string");
        }
        return (String) value;
    }

    /** {@return a list of texts, or the standard alone if none is given} */
    Set<String> texts(String name, String standard) throws OperationException {
        Object value = members.getOrDefault(name, List.of(standard));
        if (!(value instanceof List<?> list) || list.isEmpty() || !list.stream().allMatch(String.class::isInstance)) {
            throw bad(name + " is " + value + ", allowed is a list of strings");
        }
        return list.stream().map(String::valueOf).collect(Collectors.toCollection(TreeSet::new));
    }

    boolean flag(String name) throws OperationException {
        Object value = members.getOrDefault(name, false);
        if (!(value instanceof Boolean flag)) {
            throw bad(name + " is " + value + ", allowed is true or false");
        }
        return flag;
    }

    long number(String name, long standard, long min, long max) throws OperationException {
        Object value = members.getOrDefault(name, standard);
        boolean whole = value instanceof Integer || value instanceof Long;
        if (!whole || ((Number) value).longValue() < min || ((Number) value).longValue() > max) {
            throw bad(name + " is " + value + ", allowed is a number from " + min + " to " + max);
        }
        return ((Number) value).longValue();
    }
}

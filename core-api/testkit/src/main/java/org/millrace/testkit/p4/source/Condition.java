package org.millrace.testkit.p4.source;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An expression of #if, its names replaced: integers, comparisons, logic, sums. */
final class Condition {
    private static final Pattern TOKEN = Pattern.compile("\\s*(0[xX][0-9a-fA-F]+|\\d+|&&|\\|\\||[=!<>]=|[()!<>+*-])");
    /** Operators, the weakest first. */
    private static final List<List<String>> LEVELS = List.of(List.of("||"), List.of("&&"), List.of("==", "!="),
        List.of("<", ">", "<=", ">="), List.of("+", "-"), List.of("*"));

    private final Matcher tokens;
    private final String place;
    private String token;

    Condition(String text, String place) {
        tokens = TOKEN.matcher(text.strip());
        this.place = place;
    }

    long value() {
        next();
        long value = binary(0);
        if (token != null) {
            throw wrong();
        }
        return value;
    }

    private long binary(int level) {
        if (level == LEVELS.size()) {
            return unary();
        }
        long left = binary(level + 1);
        while (token != null && LEVELS.get(level).contains(token)) {
            String operator = token;
            next();
            left = apply(operator, left, binary(level + 1));
        }
        return left;
    }

    private static long apply(String operator, long a, long b) {
        return switch (operator) {
            case "||" -> a != 0 || b != 0 ? 1 : 0;
            case "&&" -> a != 0 && b != 0 ? 1 : 0;
            case "==" -> a == b ? 1 : 0;
            case "!=" -> a != b ? 1 : 0;
            case "<" -> a < b ? 1 : 0;
            case ">" -> a > b ? 1 : 0;
            case "<=" -> a <= b ? 1 : 0;
            case ">=" -> a >= b ? 1 : 0;
            case "+" -> a + b;
            case "-" -> a - b;
            default -> a * b;
        };
    }

    private long unary() {
        if (token == null) {
            throw wrong();
        }
        String first = token;
        next();
        switch (first) {
            case "!":
                return unary() == 0 ? 1 : 0;
            case "-":
                return -unary();
            case "(":
                long inner = binary(0);
                if (!")".equals(token)) {
                    throw wrong();
                }
                next();
                return inner;
            default:
                if (!Character.isDigit(first.charAt(0))) {
                    throw wrong();
                }
                return Long.decode(first.matches("0\\d+") ? first.replaceFirst("^0+", "") : first);
        }
    }

    private void next() {
        if (tokens.lookingAt()) {
            token = tokens.group(1);
            tokens.region(tokens.end(), tokens.regionEnd());
        } else if (tokens.regionStart() == tokens.regionEnd()) {
            token = null;
        } else {
            throw wrong();
        }
    }

    private P4Exception wrong() {
        return new P4Exception(place + ":1: #if needs an expression of integers, comparisons and logic");
    }
}

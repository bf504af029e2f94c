package org.millrace.testkit.p4.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The part of the C preprocessor that P4_16 asks for (§6.2): include, define and undef without parameters, conditionals. Files in
 * angle brackets are the architectures' declarations that this package has; others lie beside the including one.
 */
public final class Preprocessor {
    private static final Pattern DIRECTIVE = Pattern.compile("\\s*#\\s*(\\w+)\\s*(.*)");
    private static final Pattern INCLUDED = Pattern.compile("<([^>]+)>.*|\"([^\"]+)\".*");
    private static final Pattern WORD = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"|//.*|\\b[A-Za-z_]\\w*");
    private static final int MAX_DEPTH = 32;

    private final Map<String, String> macros = new HashMap<>();
    private final List<String> lines = new ArrayList<>();
    private final List<String> origins = new ArrayList<>();

    private Preprocessor() {
    }

    /**
     * Reads a text.
     *
     * @param name of it, for messages; what it includes in quotes lies beside it
     * @throws P4Exception a directive is wrong, or a file is not there
     */
    public static SourceText read(String name, String text) {
        Preprocessor preprocessor = new Preprocessor();
        preprocessor.file(name, text, 0);
        return new SourceText(preprocessor.lines, preprocessor.origins);
    }

    private void file(String name, String text, int depth) {
        Deque<Boolean> taken = new ArrayDeque<>();
        Deque<Boolean> active = new ArrayDeque<>(List.of(true));
        String[] all = text.replace("\\\n", " ").split("\n", -1);
        for (int i = 0; i < all.length; i++) {
            String place = name + ":" + (i + 1);
            Matcher directive = DIRECTIVE.matcher(all[i]);
            if (!directive.matches()) {
                line(active.peek() ? expand(all[i], 0) : "", place);
                continue;
            }
            String rest = directive.group(2).replaceFirst("//.*|/\\*.*", "").strip();
            switch (directive.group(1)) {
                case "if" -> open(active, taken, condition(rest, place));
                case "ifdef" -> open(active, taken, macros.containsKey(rest));
                case "ifndef" -> open(active, taken, !macros.containsKey(rest));
                case "elif", "else" -> {
                    close(active, taken, place);
                    boolean before = taken.pop();
                    boolean now = !before && active.peek()
                        && (directive.group(1).equals("else") || condition(rest, place));
                    active.push(now);
                    taken.push(before || now);
                }
                case "endif" -> {
                    close(active, taken, place);
                    taken.pop();
                }
                default -> {
                    if (active.peek()) {
                        plain(directive.group(1), rest, name, place, depth);
                    }
                }
            }
            line("", place);
        }
        if (active.size() > 1) {
            throw new P4Exception(name + ":" + all.length + ":1: a conditional is not ended by #endif");
        }
    }

    private static void open(Deque<Boolean> active, Deque<Boolean> taken, boolean holds) {
        boolean now = active.peek() && holds;
        active.push(now);
        taken.push(now);
    }

    private static void close(Deque<Boolean> active, Deque<Boolean> taken, String place) {
        if (taken.isEmpty()) {
            throw new P4Exception(place + ":1: there is no #if for this");
        }
        active.pop();
    }

    private void plain(String directive, String rest, String name, String place, int depth) {
        switch (directive) {
            case "define" -> {
                String[] parts = rest.split("\\s+", 2);
                if (parts[0].contains("(")) {
                    throw new P4Exception(place + ":1: macros with parameters are not part of P4_16 (§6.2)");
                }
                macros.put(parts[0], parts.length > 1 ? parts[1] : "");
            }
            case "undef" -> macros.remove(rest);
            case "include" -> include(rest, name, place, depth);
            case "pragma", "line" -> { }
            case "error" -> throw new P4Exception(place + ":1: #error " + rest);
            default -> throw new P4Exception(place + ":1: #" + directive + " is not known");
        }
    }

    private void include(String what, String from, String place, int depth) {
        Matcher named = INCLUDED.matcher(what);
        if (!named.matches() || depth == MAX_DEPTH) {
            throw new P4Exception(place + ":1: " + (depth == MAX_DEPTH ? "files include each other" : "what is to be included?"));
        }
        String file = named.group(1) != null ? named.group(1) : named.group(2);
        try {
            Path beside = Path.of(from).resolveSibling(file);
            if (named.group(2) != null && Files.exists(beside)) {
                file(beside.toString(), Files.readString(beside), depth + 1);
                return;
            }
            try (InputStream in = Preprocessor.class.getResourceAsStream("/org/millrace/testkit/p4/include/" + file)) {
                if (in == null) {
                    throw new P4Exception(place + ":1: there is no file " + file);
                }
                file(file, new String(in.readAllBytes(), StandardCharsets.UTF_8), depth + 1);
            }
        } catch (IOException e) {
            throw new P4Exception(place + ":1: " + file + " cannot be read: " + e.getMessage());
        }
    }

    private void line(String line, String origin) {
        lines.add(line);
        origins.add(origin);
    }

    private String expand(String line, int depth) {
        if (macros.isEmpty() || depth == MAX_DEPTH) {
            return line;
        }
        String expanded = WORD.matcher(line).replaceAll(found -> Matcher.quoteReplacement(
            macros.getOrDefault(found.group(), found.group())));
        return expanded.equals(line) ? line : expand(expanded, depth + 1);
    }

    private boolean condition(String expression, String place) {
        String defined = Pattern.compile("defined\\s*\\(?\\s*(\\w+)\\s*\\)?").matcher(expression)
            .replaceAll(found -> macros.containsKey(found.group(1)) ? "1" : "0");
        String known = Pattern.compile("\\b[A-Za-z_]\\w*").matcher(expand(defined, 0)).replaceAll("0");
        return new Condition(known, place).value() != 0;
    }
}

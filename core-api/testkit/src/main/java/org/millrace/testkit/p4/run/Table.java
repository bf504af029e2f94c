package org.millrace.testkit.p4.run;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.millrace.testkit.p4.value.Type;
import org.millrace.testkit.p4.value.Values;

/** A table as a control plane sees it (§14.2). One thread. */
public final class Table {
    /** An entry's or the default action: its name, and what runs it. */
    public record Chosen(String action, Exec run) {
    }

    /** An action that the table may run. */
    public record Option(List<String> names, List<Type> types, Binding binding) {
    }

    /** Makes of a control plane's arguments what runs the action with them. */
    @FunctionalInterface
    public interface Binding {
        /** @return what runs the action */
        Exec bind(List<Object> arguments);
    }

    /** What a lookup gave. */
    public record Outcome(Chosen chosen, boolean hit) {
    }

    private record Entry(List<Match> matches, int priority, Chosen chosen) {
        boolean holds(List<Object> key) {
            for (int i = 0; i < matches.size(); i++) {
                if (!matches.get(i).holds(key.get(i))) {
                    return false;
                }
            }
            return true;
        }

        int prefixes() {
            return matches.stream().mapToInt(m -> Math.max(0, m.prefix())).sum();
        }
    }

    private final String name;
    private final List<String> kinds;
    private final int size;
    private final Map<String, Option> options = new LinkedHashMap<>();
    private final Map<List<Object>, Entry> exact = new HashMap<>();
    private final List<Entry> entries = new ArrayList<>();
    private final Map<Chosen, Long> hits = new HashMap<>();
    private Chosen byDefault;
    private boolean constantEntries;
    private boolean constantDefault;

    /** @param kinds match kinds of the keys */
    public Table(String name, List<String> kinds, int size) {
        this.name = name;
        this.kinds = List.copyOf(kinds);
        this.size = size;
    }

    public String name() {
        return name;
    }

    public int size() {
        return size;
    }

    /** @return what an entry with an action holds, in order */
    public List<String> parameters(String action) {
        return options.get(action).names();
    }

    /** @return the names of its actions */
    public List<String> actions() {
        return List.copyOf(options.keySet());
    }

    /** Allows an action. */
    public void option(String action, Option option) {
        options.put(action, option);
    }

    /** No further entries, as the program says "const entries". */
    public void constant(boolean entriesToo) {
        if (entriesToo) {
            constantEntries = true;
        } else {
            constantDefault = true;
        }
    }

    /** Sets what a miss runs. */
    public void byDefault(Chosen chosen) {
        byDefault = chosen;
    }

    /** Sets what a miss runs, as a control plane. */
    public void byDefault(String action, Object... arguments) {
        if (constantDefault) {
            throw new IllegalArgumentException("table " + name + ": its default action is constant");
        }
        byDefault = chosen(action, arguments);
    }

    /**
     * Adds an entry.
     *
     * @param matches one a key
     * @throws IllegalArgumentException the table has no such action or key, is full or constant
     */
    public void add(List<Match> matches, String action, Object... arguments) {
        add(0, matches, action, arguments);
    }

    /** Adds an entry; of those that match, the one with the highest priority counts. */
    public void add(int priority, List<Match> matches, String action, Object... arguments) {
        if (constantEntries) {
            throw new IllegalArgumentException("table " + name + ": its entries are constant");
        }
        if (count() >= size) {
            throw new IllegalArgumentException("table " + name + " is full: " + size + " entries");
        }
        add(priority, matches, chosen(action, arguments));
    }

    /** Adds an entry of the program. */
    public void add(int priority, List<Match> matches, Chosen chosen) {
        if (matches.size() != kinds.size()) {
            throw new IllegalArgumentException("table " + name + " has " + kinds.size() + " keys, not " + matches.size());
        }
        Entry entry = new Entry(matches, priority, chosen);
        if (plain()) {
            exact.putIfAbsent(matches.stream().map(Match::value).toList(), entry);
        } else {
            entries.add(entry);
        }
    }

    /** Removes what a control plane or the program added. */
    public void clear() {
        exact.clear();
        entries.clear();
    }

    public int count() {
        return exact.size() + entries.size();
    }

    /** @return an action with a program's arguments */
    public Chosen chosen(String action, List<Object> arguments) {
        return new Chosen(action, options.get(action).binding().bind(arguments));
    }

    private Chosen chosen(String action, Object... arguments) {
        Option option = options.get(action);
        if (option == null) {
            throw new IllegalArgumentException("table " + name + " has no action " + action + "; it has "
                + String.join(", ", new TreeSet<>(options.keySet())));
        }
        if (arguments.length != option.types().size()) {
            throw new IllegalArgumentException(action + " of table " + name + " needs " + option.types().size()
                + " arguments");
        }
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < arguments.length; i++) {
            Object value = arguments[i] instanceof Number n && !(n instanceof BigInteger) ? BigInteger.valueOf(n.longValue())
                : arguments[i];
            values.add(value instanceof BigInteger big && option.types().get(i).base() instanceof Type.Bits bits
                ? Values.wrap(bits, big) : value);
        }
        return new Chosen(action, option.binding().bind(values));
    }

    private boolean plain() {
        return kinds.stream().allMatch(kind -> kind.equals("exact"));
    }

    /** @return the entry that counts for a key, or the default */
    public Outcome look(List<Object> key) {
        Entry best = kinds.isEmpty() ? null : plain() ? exact.get(key) : null;
        for (Entry entry : entries) {
            if (entry.holds(key) && (best == null || entry.priority > best.priority
                || entry.priority == best.priority && entry.prefixes() > best.prefixes())) {
                best = entry;
            }
        }
        Outcome outcome = best == null ? new Outcome(byDefault, false) : new Outcome(best.chosen, true);
        if (best != null) {
            hits.merge(best.chosen, 1L, Long::sum);
        }
        return outcome;
    }

    /** @return how often entries were hit */
    public long hits() {
        return hits.values().stream().mapToLong(Long::longValue).sum();
    }
}

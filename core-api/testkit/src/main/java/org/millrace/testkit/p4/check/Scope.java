package org.millrace.testkit.p4.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.millrace.testkit.p4.value.Type;

/** Names that are known at a place. */
final class Scope {
    private final Scope parent;
    private final Layout layout;
    private final String path;
    private final Type returns;
    private final Map<String, List<Symbol>> symbols = new HashMap<>();

    private Scope(Scope parent, Layout layout, String path, Type returns) {
        this.parent = parent;
        this.layout = layout;
        this.path = path;
        this.returns = returns;
    }

    static Scope global() {
        return new Scope(null, new Layout(null), "", null);
    }

    Scope block() {
        return new Scope(this, layout, path, returns);
    }

    /** @return names of a routine with variables of its own */
    Scope routine(Layout own, Type result) {
        return new Scope(this, own, path, result);
    }

    Scope named(Layout own, String name) {
        return new Scope(this, own, path.isEmpty() ? name : path + "." + name, null);
    }

    Layout layout() {
        return layout;
    }

    Type returns() {
        return returns;
    }

    String path(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    void add(String name, Symbol symbol) {
        symbols.computeIfAbsent(name, n -> new ArrayList<>()).add(symbol);
    }

    /** @return a new variable's symbol */
    Symbol.Variable variable(String name, Type type, boolean readOnly) {
        Symbol.Variable variable = new Symbol.Variable(type, layout, layout.add(), readOnly);
        add(name, variable);
        return variable;
    }

    boolean hasOwn(String name) {
        return symbols.containsKey(name);
    }

    Scope top() {
        return parent == null ? this : parent.top();
    }

    /** @return all that the name may mean at the nearest place; empty: it is not known */
    List<Symbol> all(String name) {
        List<Symbol> own = symbols.get(name);
        return own != null ? own : parent == null ? List.of() : parent.all(name);
    }

    /** @return null: it is not known */
    Symbol find(String name) {
        List<Symbol> all = all(name);
        return all.isEmpty() ? null : all.getFirst();
    }
}

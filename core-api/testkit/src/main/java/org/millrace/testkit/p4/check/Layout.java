package org.millrace.testkit.p4.check;

/** Which slot of a frame each variable of one declaration has. */
final class Layout {
    private final Layout outer;
    private final int depth;
    private int slots;

    Layout(Layout outer) {
        this.outer = outer;
        depth = outer == null ? 0 : outer.depth + 1;
    }

    int depth() {
        return depth;
    }

    int slots() {
        return slots;
    }

    int add() {
        return slots++;
    }
}

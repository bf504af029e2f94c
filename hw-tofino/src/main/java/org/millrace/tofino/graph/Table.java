package org.millrace.tofino.graph;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.millrace.api.pipeline.Workflow;
import org.millrace.code.Site;

/**
 * One logical table: of its cases in an item's workflow the first that applies is taken, or none. Two tables are the same if they are one object.
 */
public final class Table {
    /** What selects a table's action, and what memory it has. */
    public enum Kind {
        /** Exact match by an extern, its key the call's arguments. */
        LOOKUP,
        /** Action data that the control plane wrote, one entry a key: {@link #index}. */
        DATA,
        /** A register, one entry a key, with its stateful ALU. */
        REGISTER,
        /** Gateways, or a ternary match on what they would test. */
        ACTIONS,
        /** Part of the physical stage's always-run action: one case, no guard. */
        ALWAYS,
        /** A call of a service beside the pipe: host channel, payload DMA, context queue, clock. */
        EXTERN,
        /** Where a frame goes, by what the control plane wrote: of the switch, no stage of the program's. */
        SWITCH
    }

    private final String stage;
    private final String name;
    private final Kind kind;
    private final boolean isIngress;
    private final int order;
    private final String index;
    private final List<Case> cases;

    /**
     * Makes a table.
     *
     * @param stage     name of the program's stage that it comes from
     * @param name      which part of it; empty: the register
     * @param kind      what it is
     * @param isIngress whether in the ingress thread
     * @param order     the program's stages in their order: what ends an item in one of a lower order ends it for this table
     * @param index     field that addresses the memory of {@link Kind#DATA} and {@link Kind#REGISTER}; else empty
     * @param cases     what it may do
     */
    public Table(String stage, String name, Kind kind, boolean isIngress, int order, String index, List<Case> cases) {
        this.stage = stage;
        this.name = name;
        this.kind = kind;
        this.isIngress = isIngress;
        this.order = order;
        this.index = index;
        this.cases = List.copyOf(cases);
    }

    /** {@return name of the program's stage} */
    public String stage() {
        return stage;
    }

    /** {@return which part of it} */
    public String name() {
        return name;
    }

    /** {@return what it is} */
    public Kind kind() {
        return kind;
    }

    /** {@return whether in the ingress thread} */
    public boolean isIngress() {
        return isIngress;
    }

    /** {@return number of the program's stage in the order of stages} */
    public int order() {
        return order;
    }

    /** {@return field that addresses its memory; empty if none does} */
    public String index() {
        return index;
    }

    /** {@return what it may do; the first that applies is taken} */
    public List<Case> cases() {
        return cases;
    }

    /** {@return in which workflows it does something} */
    public Set<Workflow> workflows() {
        EnumSet<Workflow> all = EnumSet.noneOf(Workflow.class);
        cases.forEach(c -> all.addAll(c.workflows()));
        return all;
    }

    /** {@return the line it comes from} */
    public Site site() {
        return cases.stream().map(c -> c.action().site()).filter(s -> s.line() > 0).findFirst()
            .orElse(new Site(stage, 0));
    }

    /** {@return the same in another form}
     * @param otherCases instead of its own */
    public Table with(List<Case> otherCases) {
        return new Table(stage, name, kind, isIngress, order, index, otherCases);
    }

    @Override
    public String toString() {
        return name.isEmpty() ? stage : stage + '.' + name;
    }
}

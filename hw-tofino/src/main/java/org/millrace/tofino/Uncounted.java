package org.millrace.tofino;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.millrace.api.pipeline.MirrorSession;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.code.analysis.Expr;
import org.millrace.tofino.graph.Action;
import org.millrace.tofino.graph.Case;
import org.millrace.tofino.graph.Graph;
import org.millrace.tofino.machine.Machine;

/** What a program takes of the machine beside the rows of the report: copies, and by name what no figure has. */
final class Uncounted {
    private final Graph graph;
    private final Machine machine;

    private Uncounted(Graph graph, Machine machine) {
        this.graph = graph;
        this.machine = machine;
    }

    static List<String> of(TofinoReport report) {
        Uncounted all = new Uncounted(report.graph(), report.machine());
        List<String> notes = new ArrayList<>(all.copies());
        notes.addAll(all.behindRegisters());
        notes.add("not modelled: states and TCAM entries of the parsers, next-table maps, the width of the header that ingress hands "
            + "to egress (of the P4 text: manifest.json, bridgeBytes)");
        notes.add("not charged, but in the P4 text: the payload's length before the first stage of ingress; behind the last stage of "
            + "egress, composing of headers and the choice of the one copy");
        return notes;
    }

    /** A copy enters egress a second time, so it takes a packet's slot there; what the mirror itself can carry is not published. */
    private List<String> copies() {
        Set<Workflow> copied = EnumSet.noneOf(Workflow.class);
        graph.tables().forEach(p -> p.table().cases().stream().filter(Uncounted::mirrors).forEach(c -> copied.addAll(c.workflows())));
        if (copied.isEmpty()) {
            return List.of();
        }
        Map<String, Integer> bits = new HashMap<>();
        graph.fields().forEach(f -> bits.put(f.name(), f.bits()));
        int widest = 0;
        for (MirrorSession session : graph.mirrors()) {
            widest = Math.max(widest, session.fields().stream().mapToInt(f -> bits.getOrDefault(f, 0)).sum() / 8);
        }
        int clock = machine.pipe().packetClockMhz();
        return List.of(String.format(Locale.ROOT, "copies: an item of %s that leaves one passes egress twice, so a pipe takes at most %d "
            + "million of them a second instead of %d million; a copy has %d bytes of fields of the %d before it. The rate and the buffer "
            + "of the mirror itself are not published, and not modelled", String.join(", ", copied.stream().map(Enum::name).toList()), clock / 2,
            clock, widest, machine.mirror().headerBytes()));
    }

    /** The predicate of a register says which row it was; P4 has constants instead, of which a word holds a few. */
    private List<String> behindRegisters() {
        Set<String> ends = new TreeSet<>();
        Set<String> late = new TreeSet<>();
        for (Graph.Placed placed : graph.tables()) {
            for (Case one : placed.table().cases()) {
                one.action().register().ifPresent(access -> {
                    if (access.rows().stream().anyMatch(r -> r != null && r.verdict() != null)) {
                        ends.add(placed.table().stage());
                    }
                    if (words(one.action(), access) > machine.alu().outputs()) {
                        late.add(placed.table().stage());
                    }
                });
            }
        }
        List<String> notes = new ArrayList<>();
        if (!ends.isEmpty()) {
            notes.add("not charged, but in the P4 text: the table behind a register that turns its row into a verdict, where the model "
                + "lets the next stage match the predicate: " + String.join(", ", ends));
        }
        if (!late.isEmpty()) {
            notes.add("not charged, but in the P4 text: tables behind a register whose constants by row find no word of its "
                + machine.alu().outputs() + ": " + String.join(", ", late));
        }
        return notes;
    }

    /** Words for the packet: those that values read, one for constants that every row has, one for each that some rows keep. */
    private static int words(Action action, Action.Access access) {
        Set<String> words = new TreeSet<>();
        action.assignments().forEach(a -> a.value().inputs(in -> {
            if (in.source() == Expr.Source.RESULT && in.offset() < 0) {
                words.add(in.name().equals("row") ? "constants" : in.name());
            }
        }));
        Set<Expr.Input> fields = new LinkedHashSet<>();
        List<Action.Row> rows = access.rows().stream().filter(r -> r != null).toList();
        rows.forEach(r -> r.assignments().forEach(a -> fields.add(a.target())));
        for (Expr.Input field : fields) {
            boolean isEverywhere = rows.stream().allMatch(r -> r.assignments().stream().anyMatch(a -> a.target().equals(field)));
            words.add(isEverywhere ? "constants" : field.name());
        }
        if (rows.stream().anyMatch(r -> r.verdict() != null)) {
            words.add("constants");
        }
        return words.size();
    }

    private static boolean mirrors(Case one) {
        List<Expr> verdicts = new ArrayList<>();
        verdicts.add(one.action().verdict());
        one.action().register().ifPresent(r -> r.rows().forEach(row -> verdicts.add(row == null ? null : row.verdict())));
        return verdicts.stream().anyMatch(v -> v instanceof Expr.Const c && (c.value() & Verdict.MIRROR) != 0);
    }
}

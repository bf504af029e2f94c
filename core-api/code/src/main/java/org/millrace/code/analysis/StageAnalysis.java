package org.millrace.code.analysis;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.millrace.code.Site;
import org.millrace.code.Violation;
import org.millrace.code.analysis.Expr.Choice;
import org.millrace.code.analysis.Expr.Input;

/**
 * What was found in a stage's class: for each field what it gets, a tree of choices over the fields as they were. Ways
 * that meet again are one, so conditions that do not depend on each other add up.
 *
 * @param stage      the class
 * @param state      state fields written, by their input
 * @param meta       metadata fields written, by their input
 * @param calls      externs called, in order
 * @param verdict    the answer; null if everything was refused
 * @param refused    what could not be analysed
 * @param stateSites where each state field is touched first
 * @param testSites  where each test is made first
 */
public record StageAnalysis(Class<?> stage, Map<Input, Path.Write> state, Map<Input, Path.Write> meta,
                            List<Path.Call> calls, Expr verdict, List<Violation> refused, Map<Input, Site> stateSites,
                            Map<Decision.Test, Site> testSites) {
    /** Stands for the verdict among the fields. */
    public static final Input VERDICT = new Input(Expr.Source.RESULT, "verdict", -1, 64);

    /** {@return what a column gets: a field written, or {@link #VERDICT}}
     * @param column which */
    public Expr value(Input column) {
        return column.equals(VERDICT) ? verdict
            : (column.source() == Expr.Source.STATE ? state : meta).get(column).value();
    }

    /**
     * {@return the same where a field of the metadata is known}
     *
     * @param field its name
     * @param value its value
     */
    public StageAnalysis given(String field, int value) {
        Facts facts = new Facts();
        Set<Input> fields = new HashSet<>();
        testSites.keySet().forEach(t -> t.compare().left().inputs(fields::add));
        fields.removeIf(f -> f.source() != Expr.Source.META || !f.name().equals(field));
        if (fields.isEmpty()) {
            return this;
        }
        fields.forEach(f -> facts.assume(new Compare(Compare.Domain.SIGNED, f, Exprs.integer(value)), Compare.EQ));
        return map(facts::resolve);
    }

    /**
     * {@return the same with other values}
     *
     * @param change makes one of another; may make what a field is before: then it is not written
     */
    public StageAnalysis map(UnaryOperator<Expr> change) {
        return new StageAnalysis(stage, map(state, change), map(meta, change), calls.stream()
            .map(c -> c.with(c.arguments().stream().map(change).toList(), change.apply(c.guard()), changed(c.seen(), change)))
            .filter(c -> !c.guard().equals(Exprs.ZERO)).toList(), verdict == null ? null : change.apply(verdict), refused,
            stateSites, testSites);
    }

    private static Map<Input, Expr> changed(Map<Input, Expr> seen, UnaryOperator<Expr> change) {
        Map<Input, Expr> changed = new LinkedHashMap<>();
        seen.forEach((field, value) -> changed.put(field, change.apply(value)));
        return changed;
    }

    private static Map<Input, Path.Write> map(Map<Input, Path.Write> written, UnaryOperator<Expr> change) {
        Map<Input, Path.Write> changed = new LinkedHashMap<>();
        written.forEach((field, write) -> {
            Expr value = change.apply(write.value());
            if (!value.equals(field)) {
                changed.put(field, new Path.Write(value, write.site()));
            }
        });
        return changed;
    }

    /**
     * {@return each way through the stage that gives some columns other values, as paths that tell of these alone; no
     * more than a limit: then it is empty}
     *
     * @param columns fields written, and {@link #VERDICT}
     * @param limit   most paths
     */
    public List<Path> paths(Collection<Input> columns, int limit) {
        Map<Input, Expr> values = new LinkedHashMap<>();
        columns.forEach(c -> values.put(c, value(c)));
        List<Path> found = new ArrayList<>();
        split(values, new Facts(), List.of(), found, limit);
        return found.size() > limit ? List.of() : found;
    }

    private void split(Map<Input, Expr> values, Facts facts, List<Decision> decisions, List<Path> found, int limit) {
        if (found.size() > limit) {
            return;
        }
        Choice open = null;
        for (Expr value : values.values()) {
            if (value instanceof Choice choice) {
                open = choice;
                break;
            }
        }
        if (open == null) {
            found.add(path(values, decisions));
            return;
        }
        Decision.Test test = open.test();
        for (boolean answer : new boolean[] {true, false}) {
            Optional<Boolean> known = facts.answer(test);
            if (known.isEmpty() || known.get() == answer) {
                Facts more = new Facts(facts);
                more.assume(test, answer);
                Map<Input, Expr> left = new LinkedHashMap<>();
                values.forEach((c, v) -> left.put(c, more.resolve(v)));
                List<Decision> longer = new ArrayList<>(decisions);
                longer.add(new Decision(test.compare(), answer ? test.outcomes() : Compare.ALL & ~test.outcomes(),
                    testSites.getOrDefault(test, new Site(stage.getSimpleName() + ".process", 0))));
                split(left, more, longer, found, limit);
            }
        }
    }

    private Path path(Map<Input, Expr> values, List<Decision> decisions) {
        Map<Input, Path.Write> stateWritten = new LinkedHashMap<>();
        Map<Input, Path.Write> metaWritten = new LinkedHashMap<>();
        values.forEach((column, value) -> {
            if (!column.equals(VERDICT) && !value.equals(column)) {
                boolean isState = column.source() == Expr.Source.STATE;
                (isState ? stateWritten : metaWritten).put(column,
                    new Path.Write(value, (isState ? state : meta).get(column).site()));
            }
        });
        return new Path(decisions, stateWritten, metaWritten, values.getOrDefault(VERDICT, new Expr.Const(0, true)));
    }
}

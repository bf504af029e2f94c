package org.millrace.tofino.alu;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.millrace.code.analysis.Compare;
import org.millrace.code.analysis.Decision;
import org.millrace.code.analysis.Expr;
import org.millrace.code.analysis.Expr.Input;
import org.millrace.code.analysis.Exprs;
import org.millrace.code.analysis.Operator;
import org.millrace.code.analysis.Path;

/**
 * A group of paths as a truth table over its questions about the register. A column is a field written, or the verdict
 * ({@link #VERDICT}); a field a row does not write has its own input there. Rows no path takes are null.
 */
final class Rows {
    static final Input VERDICT = new Input(Expr.Source.RESULT, "verdict", -1, 64);

    private List<Decision.Test> tests;
    private List<Map<Input, Expr>> rows = new ArrayList<>();
    private final Set<Input> columns = new LinkedHashSet<>();
    private final Set<Input> gains = new LinkedHashSet<>();

    Rows(List<Path> paths) {
        Set<Decision.Test> found = new LinkedHashSet<>();
        for (Path path : paths) {
            path.decisions().stream().filter(d -> !d.compare().isStateFree()).forEach(d -> found.add(d.test()));
            columns.addAll(path.state().keySet());
            columns.addAll(path.meta().keySet());
        }
        columns.add(VERDICT);
        tests = new ArrayList<>(found);
    }

    List<Decision.Test> tests() {
        return tests;
    }

    Set<Input> columns() {
        return columns;
    }

    List<Map<Input, Expr>> rows() {
        return rows;
    }

    void fill(List<Path> paths) {
        for (int row = 0; row < 1 << tests.size(); row++) {
            rows.add(row(row, paths));
        }
        columns.stream().filter(this::isGain).forEach(gains::add);
        for (int test = tests.size() - 1; test >= 0; test--) {
            saturations(test);
        }
        for (int test = tests.size() - 1; test >= 0; test--) {
            if (!isNeeded(test)) {
                remove(test);
            }
        }
    }

    private Map<Input, Expr> row(int row, List<Path> paths) {
        for (Path path : paths) {
            if (takes(path, row)) {
                Map<Input, Expr> values = new LinkedHashMap<>();
                columns.forEach(c -> values.put(c, c));
                path.state().forEach((field, write) -> values.put(field, unmasked(write.value(), field)));
                path.meta().forEach((field, write) -> values.put(field, unmasked(write.value(), field)));
                values.put(VERDICT, path.verdict());
                return values;
            }
        }
        return null;
    }

    private boolean takes(Path path, int row) {
        return path.decisions().stream().filter(d -> !d.compare().isStateFree())
            .allMatch(d -> d.isTest() == ((row >> tests.indexOf(d.test()) & 1) != 0));
    }

    /** A field keeps its low bits by itself. */
    static Expr unmasked(Expr value, Input field) {
        if (field.bits() < 32 && value instanceof Expr.Operation(Operator o, List<Expr> args) && o == Operator.AND
            && args.get(1) instanceof Expr.Const mask && (~mask.value() & (1L << field.bits()) - 1) == 0) {
            return args.getFirst();
        }
        return value;
    }

    /** {@code d > 0 ? d : 0}, or {@code a <u b ? 0 : a - b}, in a column whatever the other answers. */
    private void saturations(int test) {
        Decision.Test t = tests.get(test);
        Compare c = t.compare();
        boolean isUnsigned = c.domain() == Compare.Domain.UNSIGNED;
        Expr difference = isUnsigned ? Exprs.subtract(c.left(), c.right()) : c.left();
        if (!isUnsigned && !c.right().equals(Exprs.ZERO)) {
            return;
        }
        if (isUnsigned && sums(test, c)) {
            return;
        }
        for (Input column : columns) {
            if (gains.contains(column)) {
                continue;
            }
            for (boolean flip : new boolean[] {false, true}) {
                Expr d = flip ? negated(difference) : difference;
                boolean yesIsPositive = ((flip ? Compare.LT : Compare.GT) & t.outcomes()) != 0;
                if (isSaturation(column, test, d, yesIsPositive)) {
                    Expr saturated = isUnsigned ? new Expr.Operation(Operator.USATSUB,
                        flip ? List.of(c.right(), c.left()) : List.of(c.left(), c.right()))
                        : new Expr.Operation(Operator.MAX, List.of(d, Exprs.ZERO));
                    rows.stream().filter(Objects::nonNull).forEach(r -> r.put(column, saturated));
                    return;
                }
            }
        }
    }

    /** Whether a field gets in each row what one of the register's gains: no saturation, but the difference of two words. */
    private boolean isGain(Input column) {
        return column.source() == Expr.Source.META && columns.stream().filter(f -> f.source() == Expr.Source.STATE)
            .anyMatch(field -> rows.stream().filter(Objects::nonNull)
                .allMatch(row -> row.get(column).equals(Exprs.subtract(row.get(field), field))));
    }

    /** {@code a + b <u a ? -1 : a + b}, unsigned saturating addition. */
    private boolean sums(int test, Compare c) {
        for (boolean flip : new boolean[] {false, true}) {
            Expr sum = flip ? c.right() : c.left();
            Expr part = flip ? c.left() : c.right();
            Expr rest = Exprs.subtract(sum, part);
            boolean isSum = sum instanceof Expr.Sum && !(rest instanceof Expr.Sum) && !rest.equals(Exprs.ZERO)
                && !(part instanceof Expr.Sum);
            boolean yesIsOver = ((flip ? Compare.GT : Compare.LT) & tests.get(test).outcomes()) != 0;
            for (Input column : columns) {
                if (isSum && isEither(column, test, yesIsOver, Exprs.integer(-1), sum)) {
                    Expr saturated = new Expr.Operation(Operator.USATADD, List.of(part, rest));
                    rows.stream().filter(Objects::nonNull).forEach(r -> r.put(column, saturated));
                    return true;
                }
            }
        }
        return false;
    }

    private static Expr negated(Expr e) {
        return Exprs.subtract(Exprs.ZERO, e);
    }

    private boolean isSaturation(Input column, int test, Expr d, boolean yesIsPositive) {
        return isEither(column, test, yesIsPositive, d, Exprs.ZERO);
    }

    private boolean isEither(Input column, int test, boolean yesIsFirst, Expr first, Expr second) {
        boolean found = false;
        for (int row = 0; row < rows.size(); row++) {
            if (rows.get(row) != null) {
                boolean isFirst = (row >> test & 1) != 0 == yesIsFirst;
                if (!rows.get(row).get(column).equals(isFirst ? first : second)) {
                    return false;
                }
                found = true;
            }
        }
        return found;
    }

    private boolean isNeeded(int test) {
        for (int row = 0; row < rows.size(); row++) {
            Map<Input, Expr> no = rows.get(row);
            Map<Input, Expr> yes = rows.get(row | 1 << test);
            if (no != null && yes != null && !no.equals(yes)) {
                return true;
            }
        }
        return false;
    }

    private void remove(int test) {
        List<Map<Input, Expr>> fewer = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            if ((row >> test & 1) == 0) {
                Map<Input, Expr> no = rows.get(row);
                fewer.add(no != null ? no : rows.get(row | 1 << test));
            }
        }
        rows = fewer;
        tests.remove(test);
    }

    /** {@return a sum's terms, or the expression itself as its only term} */
    static TreeMap<Expr, Integer> terms(Expr e) {
        return switch (e) {
            case Expr.Sum s -> new TreeMap<>(s.terms());
            case Expr.Const c -> new TreeMap<>();
            default -> new TreeMap<>(Map.of(e, 1));
        };
    }
}

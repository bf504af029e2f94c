package org.millrace.tofino;

import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.code.analysis.Compare;
import org.millrace.code.analysis.Decision;
import org.millrace.code.analysis.Expr;
import org.millrace.code.analysis.Expr.Input;
import org.millrace.code.analysis.Exprs;

/** What a whole program does with a field: whether it is a flag, and whether anybody takes it for a number. */
final class Fields {
    private final Set<String> numbers = new HashSet<>();
    private final Map<String, Integer> widths = new HashMap<>();
    private final Set<String> all = new TreeSet<>();
    private final Set<String> known = new HashSet<>();

    Fields(Program<?> program, List<StageGroup> groups) {
        known.addAll(ofTheWire(program));
        Layout.of(program.newMeta().getClass()).fields().forEach(f -> all.add(f.name()));
        numbers.addAll(known);
        Map<String, Boolean> isConstant = new HashMap<>();
        groups.forEach(g -> g.analyses.forEach(a -> {
            a.meta().forEach((field, write) -> values(field, write.value(), isConstant));
            a.state().values().forEach(write -> value(write.value()));
            if (a.verdict() != null) {
                value(a.verdict());
            }
            a.calls().forEach(c -> {
                value(c.guard());
                c.arguments().forEach(this::value);
            });
        }));
        isConstant.forEach((name, constant) -> {
            if (!constant || known.contains(name)) {
                widths.remove(name);
            }
        });
    }

    /** {@return fields that the parser, the deparser and the host know: those of the metadata that the codec is written for} */
    static Set<String> ofTheWire(Program<?> program) {
        Class<? extends SegmentMeta> widest = SegmentMeta.class;
        Method[] methods = program.codec() == null ? new Method[0] : program.codec().getClass().getMethods();
        for (Method method : methods) {
            for (Class<?> type : method.getParameterTypes()) {
                if (widest.isAssignableFrom(type)) {
                    widest = type.asSubclass(SegmentMeta.class);
                }
            }
        }
        Set<String> names = new TreeSet<>();
        Layout.of(widest).fields().forEach(f -> names.add(f.name()));
        return names;
    }

    private void values(Input field, Expr value, Map<String, Boolean> isConstant) {
        for (Expr leaf : Exprs.leaves(value)) {
            boolean isConst = leaf instanceof Expr.Const || leaf.equals(field);
            isConstant.merge(field.name(), isConst, Boolean::logicalAnd);
            if (leaf instanceof Expr.Const c) {
                widths.merge(field.name(), Math.max(32 - Integer.numberOfLeadingZeros((int) c.value()), 1), Math::max);
            }
            if (!isConst) {
                leaf.inputs(in -> numbers.add(in.name()));
            }
        }
        Exprs.tests(value).forEach(this::test);
    }

    private void value(Expr value) {
        Exprs.leaves(value).forEach(leaf -> leaf.inputs(in -> numbers.add(in.name())));
        Exprs.tests(value).forEach(this::test);
    }

    /** A test of a field with a constant takes any code of it; all else takes a number. */
    private void test(Decision.Test test) {
        Compare c = test.compare();
        if (!(c.left() instanceof Input) || !(c.right() instanceof Expr.Const)) {
            c.left().inputs(in -> numbers.add(in.name()));
            c.right().inputs(in -> numbers.add(in.name()));
        }
    }

    /** {@return fields that are only compared with constants: whatever code a register's predicate has for one is good} */
    Set<String> coded() {
        Set<String> coded = new TreeSet<>(all);
        coded.removeAll(numbers);
        return coded;
    }

    /** {@return bits of fields that get constants alone} */
    Map<String, Integer> widths() {
        return widths;
    }
}

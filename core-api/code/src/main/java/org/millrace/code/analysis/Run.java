package org.millrace.code.analysis;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.View;
import org.millrace.code.Site;
import org.millrace.code.analysis.Compare.Domain;
import org.millrace.code.analysis.Expr.Const;
import org.millrace.code.analysis.Expr.Input;
import org.millrace.code.analysis.Expr.Operation;
import org.millrace.code.analysis.Expr.Source;

/**
 * One execution along one path: what is known, written, called and decided so far. Branches that are open are taken as
 * a script says; beyond its end the first way is taken and the other reported to {@link Forks}.
 */
final class Run {
    /** Told of branches that could have gone the other way. */
    interface Forks {
        void other(List<Boolean> script, Site site, boolean way);
    }

    private final Class<?> stage;
    private final List<Boolean> script;
    private final Forks forks;
    private final Facts facts = new Facts();
    private final List<Boolean> taken = new ArrayList<>();
    private final List<Frame> frames = new ArrayList<>();
    private final Map<Class<?>, Layout> layouts;

    final List<Decision> decisions = new ArrayList<>();
    final Map<Input, Path.Write> state = new LinkedHashMap<>();
    final Map<Input, Path.Write> meta = new LinkedHashMap<>();
    final List<Path.Call> calls = new ArrayList<>();
    final Set<Input> touched = new LinkedHashSet<>();
    final Map<Input, Site> sites;

    Run(Class<?> stage, List<Boolean> script, Forks forks, Map<Class<?>, Layout> layouts, Map<Input, Site> sites) {
        this.stage = stage;
        this.script = script;
        this.forks = forks;
        this.layouts = layouts;
        this.sites = sites;
    }

    void enter(Frame frame) {
        for (Frame f : frames) {
            if (f.code == frame.code) {
                throw refused("recursion of " + frame.code, "recursion cannot be unrolled");
            }
        }
        frames.add(frame);
    }

    void leave() {
        frames.removeLast();
    }

    RefusedException refused(String operation, String limit) {
        return new RefusedException(site(false), operation, limit);
    }

    /** The innermost line of the stage's own package; an accessor's is its caller's. */
    Site site(boolean ofAccess) {
        for (Frame frame : frames.reversed()) {
            Class<?> owner = frame.code.owner();
            boolean isAccessor = ofAccess && View.class.isAssignableFrom(owner);
            if (owner.getPackageName().equals(stage.getPackageName()) && !isAccessor) {
                return frame.site();
            }
        }
        return frames.isEmpty() ? new Site(stage.getSimpleName(), 0) : frames.getFirst().site();
    }

    /** {@return whether a branch is taken: whether the comparison's outcome is one of the mask's} */
    boolean branch(Compare asked, int mask) {
        Compare c = mask == Compare.EQ || mask == (Compare.LT | Compare.GT)
            ? Facts.equality(asked.left(), asked.right()) : asked;
        int possible = facts.possible(c);
        if ((possible & mask) == 0 || (possible & ~mask) == 0) {
            return (possible & mask) != 0;
        }
        Site site = site(false);
        boolean way = false;
        if (taken.size() < script.size()) {
            way = script.get(taken.size());
        } else {
            List<Boolean> other = new ArrayList<>(taken);
            other.add(true);
            forks.other(other, site, true);
        }
        taken.add(way);
        int outcomes = way ? mask : Compare.ALL & ~mask;
        facts.assume(c, outcomes);
        decisions.add(new Decision(c, outcomes, site));
        return way;
    }

    /** Compares an int with 0: a compare instruction's answer is taken apart, anything else is as it stands. */
    boolean branchZero(Expr value, int mask) {
        if (value instanceof Operation(Operator o, List<Expr> args)) {
            switch (o) {
                case COMPARE:
                    return branch(new Compare(Domain.SIGNED, args.get(0), args.get(1)), mask);
                case UCOMPARE:
                    return branch(new Compare(Domain.UNSIGNED, args.get(0), args.get(1)), mask);
                case LCOMPARE:
                    return branch(wideCompare(args.get(0), args.get(1)), mask);
                default:
            }
        }
        return branch(new Compare(Domain.SIGNED, value, Exprs.ZERO), mask);
    }

    /** {@code a + MIN_VALUE < b + MIN_VALUE} is the unsigned comparison. */
    boolean branchInts(Expr a, Expr b, int mask) {
        if (isOffset(a) && (isOffset(b) || b instanceof Const) || a instanceof Const && isOffset(b)) {
            Expr min = Exprs.integer(Integer.MIN_VALUE);
            return branch(new Compare(Domain.UNSIGNED, Exprs.add(a, min), Exprs.add(b, min)), mask);
        }
        return branch(new Compare(Domain.SIGNED, a, b), mask);
    }

    private static boolean isOffset(Expr e) {
        return e instanceof Expr.Sum s && s.constant() == Integer.MIN_VALUE;
    }

    private Compare wideCompare(Expr a, Expr b) {
        Operator kind = a instanceof Operation x ? x.operator() : b instanceof Operation y ? y.operator() : null;
        Expr left = narrowed(a, kind);
        Expr right = narrowed(b, kind);
        if (left == null || right == null) {
            throw refused("64-bit comparison of " + a.text() + " and " + b.text(), "comparisons are of 32 bits");
        }
        return new Compare(kind == Operator.WIDEN ? Domain.SIGNED : Domain.UNSIGNED, left, right);
    }

    private static Expr narrowed(Expr e, Operator kind) {
        if (e instanceof Operation(Operator o, List<Expr> args) && o == kind
            && (kind == Operator.WIDEN || kind == Operator.UWIDEN)) {
            return args.getFirst();
        }
        if (e instanceof Const c) {
            boolean fits = kind == Operator.WIDEN ? c.value() == (int) c.value() : c.value() >>> 32 == 0;
            return fits ? Exprs.integer((int) c.value()) : null;
        }
        return null;
    }

    Expr read(Ref.View view, int offset, int bits) {
        Input input = input(view, offset, bits);
        touch(input);
        Path.Write written = (view.source() == Source.STATE ? state : meta).get(input);
        if (written == null) {
            return input;
        }
        return bits == 32 ? written.value()
            : Exprs.operation(Operator.AND, written.value(), Exprs.integer((1 << bits) - 1));
    }

    void write(Ref.View view, int offset, int bits, Expr value) {
        Input input = input(view, offset, bits);
        touch(input);
        (view.source() == Source.STATE ? state : meta).put(input, new Path.Write(value, site(true)));
    }

    private void touch(Input input) {
        if (input.source() == Source.STATE) {
            touched.add(input);
            sites.putIfAbsent(input, site(true));
        }
    }

    private Input input(Ref.View view, int offset, int bits) {
        Layout layout = layouts.computeIfAbsent(view.type(), t -> Layout.of(t.asSubclass(View.class)));
        String name = layout.fields().stream().filter(f -> f.offset() == offset && f.bits() == bits)
            .map(Layout.Field::name).findFirst().orElse("@" + offset);
        return new Input(view.source(), name, offset, bits);
    }

    Expr call(Class<?> extern, String method, boolean answers) {
        int number = calls.size();
        Input result = !answers ? null
            : new Input(Source.RESULT, extern.getSimpleName() + '.' + method + '#' + number, number, 32);
        calls.add(new Path.Call(extern, method, site(false), result));
        return result;
    }
}

package org.millrace.code.analysis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.View;
import org.millrace.code.Site;
import org.millrace.code.Violation;
import org.millrace.code.analysis.Compare.Domain;
import org.millrace.code.analysis.Expr.Const;
import org.millrace.code.analysis.Expr.Input;
import org.millrace.code.analysis.Expr.Operation;
import org.millrace.code.analysis.Expr.Source;

/**
 * An execution of all ways through a stage: what is known, written and called so far. Where a branch is open both ways are
 * run to where they meet, and what they have written is put together.
 */
final class Run {
    private final Class<?> stage;
    private final int maxForks;
    private final Map<Class<?>, Layout> layouts;
    private final List<Frame> frames = new ArrayList<>();
    private final Map<Object, Integer> callNumbers = new HashMap<>();
    private Facts facts = new Facts();
    private int forks;
    private Site tooMany;
    private Map<Object, Path.Call> calls = new LinkedHashMap<>();
    private Map<Input, Path.Write> state = new LinkedHashMap<>();
    private Map<Input, Path.Write> meta = new LinkedHashMap<>();

    final Map<Input, Site> sites = new LinkedHashMap<>();
    final Map<Decision.Test, Site> testSites = new LinkedHashMap<>();
    final Set<Violation> refused = new LinkedHashSet<>();

    Run(Class<?> stage, int maxForks, Map<Class<?>, Layout> layouts) {
        this.stage = stage;
        this.maxForks = maxForks;
        this.layouts = layouts;
    }

    /** What one way has done. */
    private record Ways(Map<Object, Path.Call> calls, Map<Input, Path.Write> state, Map<Input, Path.Write> meta) {
    }

    Map<Input, Path.Write> state() {
        return state;
    }

    Map<Input, Path.Write> meta() {
        return meta;
    }

    List<Path.Call> calls() {
        return List.copyOf(calls.values());
    }

    private Ways copy() {
        return new Ways(new LinkedHashMap<>(calls), new LinkedHashMap<>(state), new LinkedHashMap<>(meta));
    }

    private void become(Ways ways) {
        calls = ways.calls;
        state = ways.state;
        meta = ways.meta;
    }

    /** Runs both ways from a test on, and puts together what they have done. */
    void fork(Frame f, Decision.Test test, Runnable toTheJoin) {
        if (++forks > maxForks) {
            throw new RefusedException(tooMany, "more than " + maxForks + " branches",
                "a stage has at most " + maxForks + " branches");
        }
        if (tooMany == null || forks == maxForks) {
            tooMany = site(false);
        }
        testSites.putIfAbsent(test, site(false));
        Facts known = facts;
        int depth = frames.size();
        Frame before = f.copy();
        Ways waysBefore = copy();
        RefusedException no = way(f, test, true, known, depth, toTheJoin);
        Ways waysYes = copy();
        Frame frameYes = f.copy();
        become(waysBefore);
        f.become(before);
        RefusedException other = way(f, test, false, known, depth, toTheJoin);
        facts = known;
        if (no != null && other != null) {
            throw other;
        }
        if (other != null) {
            become(waysYes);
            f.become(frameYes);
        } else if (no == null) {
            Frame frameNo = f.copy();
            f.become(frameYes);
            f.merge(test, frameNo);
            merge(test, waysYes);
        }
    }

    /** {@return why it cannot be followed, or null} */
    private RefusedException way(Frame f, Decision.Test test, boolean answer, Facts known, int depth, Runnable toTheJoin) {
        facts = new Facts(known);
        facts.assume(test, answer);
        try {
            toTheJoin.run();
            return null;
        } catch (RefusedException e) {
            refused.add(e.violation());
            while (frames.size() > depth) {
                frames.removeLast();
            }
            return e;
        }
    }

    /** This is the way of the answer no. */
    private void merge(Decision.Test test, Ways yes) {
        state = merge(test, yes.state, state);
        meta = merge(test, yes.meta, meta);
        Map<Object, Path.Call> both = new LinkedHashMap<>(yes.calls);
        calls.forEach(both::putIfAbsent);
        Map<Object, Path.Call> no = calls;
        both.replaceAll((key, call) -> either(test, call, yes.calls.get(key), no.get(key)));
        calls = both;
    }

    private static Path.Call either(Decision.Test test, Path.Call call, Path.Call yes, Path.Call no) {
        Map<Input, Expr> seen = new LinkedHashMap<>(call.seen());
        if (yes != null && no != null) {
            yes.seen().forEach(seen::putIfAbsent);
            no.seen().forEach(seen::putIfAbsent);
            seen.replaceAll((field, value) -> Exprs.choice(test, yes.seen().getOrDefault(field, field),
                no.seen().getOrDefault(field, field)));
        }
        return call.with(call.arguments(), Exprs.choice(test, guard(yes), guard(no)), seen);
    }

    private static Expr guard(Path.Call call) {
        return call == null ? Exprs.ZERO : call.guard();
    }

    private static Map<Input, Path.Write> merge(Decision.Test test, Map<Input, Path.Write> yes, Map<Input, Path.Write> no) {
        Map<Input, Path.Write> both = new LinkedHashMap<>(yes);
        no.forEach(both::putIfAbsent);
        both.replaceAll((field, write) -> new Path.Write(Exprs.choice(test, value(field, yes), value(field, no)), write.site()));
        return both;
    }

    private static Expr value(Input field, Map<Input, Path.Write> written) {
        return written.containsKey(field) ? written.get(field).value() : field;
    }

    /** {@return a value without the choices that are decided here} */
    Object resolve(Object value) {
        return value instanceof Expr e ? facts.resolve(e) : value;
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

    /**
     * {@return whether a branch is taken: whether the comparison's outcome is one of the mask's}
     *
     * @throws Fork if that is open
     */
    boolean branch(Compare branched, int mask) {
        Compare asked = new Compare(branched.domain(), settled(branched.left()), settled(branched.right()));
        Compare c = mask == Compare.EQ || mask == (Compare.LT | Compare.GT)
            ? Facts.equality(asked.left(), asked.right()) : asked;
        int possible = facts.possible(c);
        if ((possible & mask) == 0 || (possible & ~mask) == 0) {
            return (possible & mask) != 0;
        }
        throw new Fork(new Decision(c, mask, null).test());
    }

    private Expr settled(Expr e) {
        Expr resolved = facts.resolve(e);
        if (resolved instanceof Expr.Choice choice) {
            throw new Fork(choice.test());
        }
        return resolved;
    }

    /** Compares an int with 0: a compare instruction's answer is taken apart, anything else is as it stands. */
    boolean branchZero(Expr compared, int mask) {
        Expr value = settled(compared);
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
    boolean branchInts(Expr left, Expr right, int mask) {
        Expr a = settled(left);
        Expr b = settled(right);
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
        Expr value = facts.resolve(written.value());
        return bits == 32 ? value
            : Exprs.operation(Operator.AND, value, Exprs.integer((1 << bits) - 1));
    }

    void write(Ref.View view, int offset, int bits, Expr value) {
        Input input = input(view, offset, bits);
        touch(input);
        (view.source() == Source.STATE ? state : meta).put(input, new Path.Write(value, site(true)));
    }

    private void touch(Input input) {
        if (input.source() == Source.STATE) {
            sites.putIfAbsent(input, site(true));
        }
    }

    private Input input(Ref.View view, int offset, int bits) {
        Layout layout = layouts.computeIfAbsent(view.type(), t -> Layout.of(t.asSubclass(View.class)));
        String name = layout.fields().stream().filter(f -> f.offset() == offset && f.bits() == bits)
            .map(Layout.Field::name).findFirst().orElse("@" + offset);
        return new Input(view.source(), name, offset, bits);
    }

    /** A call at one place with the same arguments is the same call, whichever way leads there. */
    Expr call(Class<?> extern, String method, List<Expr> arguments, boolean answers) {
        Frame frame = frames.getLast();
        int turn = 0;
        while (calls.containsKey(List.of(frame.code, frame.at, arguments, turn))) {
            turn++;
        }
        Object key = List.of(frame.code, frame.at, arguments, turn);
        int number = callNumbers.computeIfAbsent(key, k -> callNumbers.size());
        Input result = !answers ? null
            : new Input(Source.RESULT, extern.getSimpleName() + '.' + method + '#' + number, number, 32);
        Map<Input, Expr> seen = new LinkedHashMap<>();
        meta.forEach((field, write) -> seen.put(field, write.value()));
        calls.put(key, new Path.Call(extern, method, arguments, site(false), result, Exprs.integer(1), seen));
        return result;
    }
}

package org.millrace.code.analysis;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.millrace.code.analysis.Compare.Domain;
import org.millrace.code.analysis.Expr.Const;
import org.millrace.code.analysis.Expr.Input;
import org.millrace.code.analysis.Expr.Operation;
import org.millrace.code.analysis.Expr.Sum;

/** What the decisions of a path imply: decides comparisons that are no longer open. It may miss some, never err. */
final class Facts {
    private record Range(long low, long high) {
        static final Range ALL = new Range(Integer.MIN_VALUE, Integer.MAX_VALUE);

        Range and(Range other) {
            return new Range(Math.max(low, other.low), Math.min(high, other.high));
        }
    }

    private final Map<Compare, Integer> outcomes = new HashMap<>();
    private final Map<Expr, Range> ranges = new HashMap<>();
    private final Map<Expr, Set<Long>> excluded = new HashMap<>();

    Facts() {
    }

    /** Makes a copy. */
    Facts(Facts other) {
        outcomes.putAll(other.outcomes);
        ranges.putAll(other.ranges);
        other.excluded.forEach((e, values) -> excluded.put(e, new HashSet<>(values)));
    }

    /** {@return the answer to a test, if it is known} */
    Optional<Boolean> answer(Decision.Test test) {
        int possible = possible(test.compare());
        return (possible & test.outcomes()) == 0 ? Optional.of(false)
            : (possible & ~test.outcomes()) == 0 ? Optional.of(true) : Optional.empty();
    }

    void assume(Decision.Test test, boolean answer) {
        assume(test.compare(), answer ? test.outcomes() : Compare.ALL & ~test.outcomes());
    }

    /** {@return a value without the choices whose answers are known} */
    Expr resolve(Expr e) {
        if (!(e instanceof Expr.Choice(Decision.Test test, Expr yes, Expr no))) {
            return e;
        }
        Optional<Boolean> answer = answer(test);
        return answer.isPresent() ? resolve(answer.get() ? yes : no) : Exprs.choice(test, resolve(yes), resolve(no));
    }

    /** An equality in normal form: a linear form without constant, first factor positive, against a constant. */
    static Compare equality(Expr a, Expr b) {
        Expr difference = Exprs.subtract(a, b);
        if (difference instanceof Sum(var terms, int constant)) {
            boolean negate = terms.get(terms.firstKey()) < 0;
            Expr core = Exprs.sum(new TreeMap<>(terms), 0);
            return new Compare(Domain.SIGNED, negate ? Exprs.scale(core, -1) : core,
                Exprs.integer(negate ? constant : -constant));
        }
        return new Compare(Domain.SIGNED, difference, Exprs.ZERO);
    }

    /** {@return which outcomes are possible} */
    int possible(Compare c) {
        if (c.left() instanceof Const a && c.right() instanceof Const b) {
            return Compare.outcome(c.domain(), a.value(), b.value());
        }
        int possible = outcomes.getOrDefault(c, Compare.ALL)
            & flip(outcomes.getOrDefault(new Compare(c.domain(), c.right(), c.left()), Compare.ALL));
        possible &= byRange(c.domain(), range(c.left()), range(c.right()));
        if (c.right() instanceof Const value && excluded.getOrDefault(c.left(), Set.of()).contains(value.value())) {
            possible &= ~Compare.EQ;
        }
        Compare equality = equality(c.left(), c.right());
        return equality.equals(c) ? possible & equalityElsewhere(c) : possible & equal(possible(equality));
    }

    /** Equality of a and b, as comparisons of the same two in other forms have settled it. */
    private int equalityElsewhere(Compare c) {
        if (!(c.right() instanceof Const value) || value.value() != 0 || !(c.left() instanceof Sum(var terms, int k))) {
            return Compare.ALL;
        }
        int known = equal(outcomes.getOrDefault(
            new Compare(Domain.SIGNED, Exprs.scale(c.left(), -1), Exprs.ZERO), Compare.ALL));
        if (terms.size() == 2 && k == 0 && terms.get(terms.firstKey()) == 1 && terms.get(terms.lastKey()) == -1) {
            Expr a = terms.firstKey();
            Expr b = terms.lastKey();
            for (Domain domain : Domain.values()) {
                known &= equal(outcomes.getOrDefault(new Compare(domain, a, b), Compare.ALL))
                    & equal(outcomes.getOrDefault(new Compare(domain, b, a), Compare.ALL));
            }
        }
        return known;
    }

    /** What is known of one ordering, as knowledge about equality alone. */
    private static int equal(int possible) {
        return possible == Compare.EQ ? Compare.EQ
            : (possible & Compare.EQ) == 0 ? Compare.LT | Compare.GT : Compare.ALL;
    }

    private static int flip(int mask) {
        return mask & Compare.EQ | (mask & Compare.LT) << 2 | (mask & Compare.GT) >> 2;
    }

    private static int byRange(Domain domain, Range a, Range b) {
        if (domain == Domain.UNSIGNED && (a.low < 0 || b.low < 0)) {
            return Compare.ALL;
        }
        return (a.low < b.high ? Compare.LT : 0) | (a.high > b.low ? Compare.GT : 0)
            | (a.low <= b.high && b.low <= a.high ? Compare.EQ : 0);
    }

    void assume(Compare c, int mask) {
        outcomes.merge(c, mask, (x, y) -> x & y);
        if (c.domain() == Domain.SIGNED && c.right() instanceof Const value) {
            long v = value.value();
            Range range = range(c.left());
            long low = switch (mask) {
                case Compare.EQ, Compare.GT | Compare.EQ -> v;
                case Compare.GT -> v + 1;
                default -> range.low + (mask == (Compare.LT | Compare.GT) && range.low == v ? 1 : 0);
            };
            long high = switch (mask) {
                case Compare.EQ, Compare.LT | Compare.EQ -> v;
                case Compare.LT -> v - 1;
                default -> range.high - (mask == (Compare.LT | Compare.GT) && range.high == v ? 1 : 0);
            };
            ranges.put(c.left(), range.and(new Range(low, high)));
            if ((mask & Compare.EQ) == 0) {
                excluded.computeIfAbsent(c.left(), e -> new HashSet<>()).add(v);
            }
        }
    }

    private Range range(Expr e) {
        Range known = ranges.getOrDefault(e, Range.ALL);
        return known.and(switch (e) {
            case Const c -> new Range(c.value(), c.value());
            case Input in when in.bits() < 32 -> new Range(0, (1L << in.bits()) - 1);
            case Operation(Operator o, List<Expr> args) when o == Operator.AND && args.get(1) instanceof Const mask
                && mask.value() >= 0 -> new Range(0, mask.value());
            case Operation(Operator o, List<Expr> args) when o == Operator.USHR && args.get(1) instanceof Const by
                && (by.value() & 31) != 0 -> new Range(0, 0xffff_ffffL >>> (by.value() & 31));
            case Operation(Operator o, List<Expr> args) when o == Operator.MAX -> max(args);
            case Operation(Operator o, List<Expr> args) when o == Operator.MIN -> min(args);
            case Sum s -> sum(s);
            default -> Range.ALL;
        });
    }

    private Range max(List<Expr> args) {
        Range a = range(args.get(0));
        Range b = range(args.get(1));
        return new Range(Math.max(a.low, b.low), Math.max(a.high, b.high));
    }

    private Range min(List<Expr> args) {
        Range a = range(args.get(0));
        Range b = range(args.get(1));
        return new Range(Math.min(a.low, b.low), Math.min(a.high, b.high));
    }

    private Range sum(Sum s) {
        long low = s.constant();
        long high = s.constant();
        for (Map.Entry<Expr, Integer> term : s.terms().entrySet()) {
            Range r = range(term.getKey());
            long factor = term.getValue();
            low += factor * (factor > 0 ? r.low : r.high);
            high += factor * (factor > 0 ? r.high : r.low);
        }
        boolean wraps = low < Integer.MIN_VALUE || high > Integer.MAX_VALUE;
        return wraps ? Range.ALL : new Range(low, high);
    }
}

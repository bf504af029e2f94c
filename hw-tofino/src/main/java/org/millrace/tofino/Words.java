package org.millrace.tofino;

import java.util.ArrayList;
import java.util.List;
import org.millrace.code.Site;
import org.millrace.code.Violation;
import org.millrace.code.analysis.Compare;
import org.millrace.code.analysis.Decision;
import org.millrace.code.analysis.Expr;
import org.millrace.code.analysis.Expr.Input;
import org.millrace.code.analysis.Exprs;
import org.millrace.code.analysis.Operator;
import org.millrace.code.analysis.StageAnalysis;

/** 64-bit values as two words each, with the carry that an ALU of 32 bits does not have: a comparison and a choice. */
final class Words {
    private static final Input NOW_LOW = new Input(Expr.Source.META, "$now.low", -2, 32);
    private static final Input NOW_HIGH = new Input(Expr.Source.META, "$now.high", -2, 32);

    private Words() {
    }

    /** Both halves of a long. */
    private record Pair(Expr low, Expr high) {
    }

    private static final class WideException extends RuntimeException {
        private static final long serialVersionUID = 1;

        WideException(Expr e) {
            super("64-bit operation " + e.text(), null, false, false);
        }
    }

    /** {@return the same stage without longs} */
    static StageAnalysis of(StageAnalysis a, List<Violation> violations) {
        if (a.verdict() == null) {
            return a;
        }
        List<String> refused = new ArrayList<>();
        StageAnalysis narrow = a.map(e -> {
            try {
                return narrowed(e);
            } catch (WideException wide) {
                refused.add(wide.getMessage());
                return e;
            }
        });
        Site site = a.meta().values().stream().map(w -> w.site()).findFirst()
            .orElse(new Site(org.millrace.code.Code.name(a.stage()) + ".process", 0));
        refused.stream().distinct().forEach(r -> violations.add(new Violation(site, r, "an ALU has 32 bits")));
        return narrow;
    }

    private static Expr narrowed(Expr e) {
        return switch (e) {
            case Expr.Choice(Decision.Test t, Expr yes, Expr no) -> Exprs.choice(new Decision.Test(new Compare(
                t.compare().domain(), narrowed(t.compare().left()), narrowed(t.compare().right())), t.outcomes()),
                narrowed(yes), narrowed(no));
            case Expr.Sum s -> {
                Expr sum = Exprs.integer(s.constant());
                for (var term : s.terms().entrySet()) {
                    sum = Exprs.add(sum, Exprs.operation(Operator.MUL, narrowed(term.getKey()), Exprs.integer(term.getValue())));
                }
                yield sum;
            }
            case Expr.Operation(Operator o, List<Expr> args) when o == Operator.NARROW -> pair(args.getFirst()).low;
            case Expr.Operation(Operator o, List<Expr> args) -> Exprs.operation(o, narrowed(args.getFirst()),
                args.size() > 1 ? narrowed(args.get(1)) : null);
            default -> e;
        };
    }

    private static Pair pair(Expr e) {
        return switch (e) {
            case Expr.Const c -> new Pair(Exprs.integer((int) c.value()), Exprs.integer((int) (c.value() >> 32)));
            case Input in when in.source() == Expr.Source.NOW -> new Pair(NOW_LOW, NOW_HIGH);
            case Expr.Operation(Operator o, List<Expr> args) -> pair(e, o, args);
            default -> throw new WideException(e);
        };
    }

    private static Pair pair(Expr e, Operator o, List<Expr> args) {
        if (o == Operator.WIDEN || o == Operator.UWIDEN) {
            Expr low = narrowed(args.getFirst());
            return new Pair(low, o == Operator.UWIDEN ? Exprs.ZERO : Exprs.operation(Operator.SHR, low, Exprs.integer(31)));
        }
        Pair a = pair(args.getFirst());
        if (o == Operator.LSHL || o == Operator.LSHR || o == Operator.LUSHR) {
            if (!(args.get(1) instanceof Expr.Const by)) {
                throw new WideException(e);
            }
            return shifted(o, a, (int) by.value() & 63);
        }
        Pair b = pair(args.get(1));
        return switch (o) {
            case LADD -> {
                Expr low = Exprs.add(a.low, b.low);
                yield new Pair(low, Exprs.add(Exprs.add(a.high, b.high), below(low, a.low, 1)));
            }
            case LSUB -> new Pair(Exprs.subtract(a.low, b.low), Exprs.add(Exprs.subtract(a.high, b.high), below(a.low, b.low, -1)));
            case LAND -> new Pair(Exprs.operation(Operator.AND, a.low, b.low), Exprs.operation(Operator.AND, a.high, b.high));
            case LOR -> new Pair(Exprs.operation(Operator.OR, a.low, b.low), Exprs.operation(Operator.OR, a.high, b.high));
            case LXOR -> new Pair(Exprs.operation(Operator.XOR, a.low, b.low), Exprs.operation(Operator.XOR, a.high, b.high));
            default -> throw new WideException(e);
        };
    }

    /** The carry, or the borrow. */
    private static Expr below(Expr a, Expr b, int value) {
        return Exprs.choice(new Decision.Test(new Compare(Compare.Domain.UNSIGNED, a, b), Compare.LT), Exprs.integer(value),
            Exprs.ZERO);
    }

    private static Pair shifted(Operator o, Pair a, int by) {
        if (by == 0) {
            return a;
        }
        Operator down = o == Operator.LSHR ? Operator.SHR : Operator.USHR;
        Expr left = Exprs.integer(32 - by & 31);
        Expr right = Exprs.integer(by & 31);
        if (o == Operator.LSHL) {
            return by >= 32 ? new Pair(Exprs.ZERO, Exprs.operation(Operator.SHL, a.low, right))
                : new Pair(Exprs.operation(Operator.SHL, a.low, right), Exprs.operation(Operator.OR,
                    Exprs.operation(Operator.SHL, a.high, right), Exprs.operation(Operator.USHR, a.low, left)));
        }
        return by >= 32 ? new Pair(Exprs.operation(down, a.high, right), down == Operator.SHR
            ? Exprs.operation(Operator.SHR, a.high, Exprs.integer(31)) : Exprs.ZERO)
            : new Pair(Exprs.operation(Operator.OR, Exprs.operation(Operator.USHR, a.low, right),
                Exprs.operation(Operator.SHL, a.high, left)), Exprs.operation(down, a.high, right));
    }
}

package org.millrace.tofino.p4;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.millrace.code.analysis.Compare;
import org.millrace.code.analysis.Decision;
import org.millrace.code.analysis.Expr;
import org.millrace.code.analysis.Operator;
import org.millrace.tofino.graph.Case;

/** Values and tests as P4. Java's ints are bit&lt;32&gt;; a narrower field is an int without sign. */
final class Expressions {
    private static final int WORD = 32;

    /** What cannot be written. */
    static final class Unwritable extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unwritable(String what) {
            super(what, null, false, false);
        }
    }

    /** A word that a register gives. */
    record Word(String text, int bits) {
    }

    private final Target target;
    private final Map<String, Word> words;
    private final Set<String> stale;

    /**
     * Makes a writer.
     *
     * @param words what stands for the words that a register gives
     * @param stale fields that an earlier table of the same physical stage has written: read as they were
     */
    Expressions(Target target, Map<String, Word> words, Set<String> stale) {
        this.target = target;
        this.words = words;
        this.stale = stale;
    }

    String field(String name) {
        return "md." + (stale.contains(name) ? "was_" : "") + Names.of(name);
    }

    static String constant(long value, int width) {
        long bits = width == 64 ? value : value & (1L << width) - 1;
        return width + "w" + (bits < 1 << 16 ? Long.toString(bits) : "0x" + Long.toHexString(bits));
    }

    /** {@return the low bits of a value} */
    String value(Expr e, int width) {
        return switch (e) {
            case Expr.Const c -> constant(c.value(), width);
            case Expr.Input in -> fit(input(in), bits(in), width);
            case Expr.Sum s -> sum(s, width);
            case Expr.Operation(Operator o, List<Expr> a) -> operation(o, a, width);
            case Expr.Choice c -> "(" + test(c.test()) + " ? " + value(c.yes(), width) + " : " + value(c.no(), width) + ")";
        };
    }

    private String input(Expr.Input in) {
        if (words.containsKey(in.name())) {
            return words.get(in.name()).text();
        }
        if (in.source() != Expr.Source.META) {
            throw new Unwritable(in.text() + " is no field");
        }
        return field(in.name());
    }

    private int bits(Expr.Input in) {
        return words.containsKey(in.name()) ? words.get(in.name()).bits() : in.bits();
    }

    static String fit(String text, int bits, int width) {
        return bits == width ? text : bits > width ? text + "[" + (width - 1) + ":0]" : "(bit<" + width + ">) " + text;
    }

    private String sum(Expr.Sum s, int width) {
        StringBuilder plus = new StringBuilder();
        StringBuilder minus = new StringBuilder();
        s.terms().forEach((term, factor) -> {
            String text = value(term, width);
            int size = Math.abs(factor);
            if (size != 1) {
                if (Integer.bitCount(size) != 1) {
                    throw new Unwritable(s.text() + " multiplies");
                }
                text = "(" + text + " << " + Integer.numberOfTrailingZeros(size) + ")";
            }
            (factor > 0 ? plus : minus).append(factor > 0 ? plus.isEmpty() ? "" : " + " : " - ").append(text);
        });
        String constant = "";
        if (plus.isEmpty()) {
            plus.append(constant(s.constant(), width));
        } else if (s.constant() < 0 && s.constant() != Integer.MIN_VALUE) {
            constant = " - " + constant(-(long) s.constant(), width);
        } else if (s.constant() != 0) {
            constant = " + " + constant(s.constant(), width);
        }
        return "(" + plus + minus + constant + ")";
    }

    private String operation(Operator o, List<Expr> a, int width) {
        return switch (o) {
            case AND -> "(" + value(a.get(0), width) + " & " + value(a.get(1), width) + ")";
            case OR -> "(" + value(a.get(0), width) + " | " + value(a.get(1), width) + ")";
            case XOR -> "(" + value(a.get(0), width) + " ^ " + value(a.get(1), width) + ")";
            case SHL -> "(" + value(a.get(0), width) + " << " + distance(a.get(1)) + ")";
            case NARROW -> value(a.getFirst(), width);
            case WIDEN, UWIDEN -> {
                if (width > WORD) {
                    throw new Unwritable("a value of 64 bits");
                }
                yield value(a.getFirst(), width);
            }
            default -> fit(whole(o, a), WORD, width);
        };
    }

    /** Operations whose low bits need all bits. */
    private String whole(Operator o, List<Expr> a) {
        String x = value(a.getFirst(), WORD);
        return switch (o) {
            case USHR -> "(" + x + " >> " + distance(a.get(1)) + ")";
            case SHR -> "(bit<32>) ((int<32>) " + x + " >> " + distance(a.get(1)) + ")";
            case ROTL -> {
                int left = distance(a.get(1));
                yield left == 0 ? x : "((" + x + " << " + left + ") | (" + x + " >> " + (WORD - left) + "))";
            }
            case USATSUB -> "(" + x + " |-| " + value(a.get(1), WORD) + ")";
            case USATADD -> "(" + x + " |+| " + value(a.get(1), WORD) + ")";
            case MIN, MAX -> lesser(x, value(a.get(1), WORD), o == Operator.MIN);
            default -> throw new Unwritable(o.name().toLowerCase(java.util.Locale.ROOT) + " is no operation of the pipe");
        };
    }

    String lesser(String x, String y, boolean min) {
        if (target == Target.T2NA) {
            return "(bit<32>) " + (min ? "min" : "max") + "((int<32>) " + x + ", (int<32>) " + y + ")";
        }
        return "((int<32>) " + x + (min ? " < " : " > ") + "(int<32>) " + y + " ? " + x + " : " + y + ")";
    }

    private static int distance(Expr e) {
        if (!(e instanceof Expr.Const c)) {
            throw new Unwritable("a shift by " + e.text());
        }
        return (int) c.value() & WORD - 1;
    }

    String test(Decision.Test test) {
        Compare c = test.compare();
        String plain = target == Target.T2NA ? plain(c, test.outcomes()) : null;
        if (plain != null) {
            return plain;
        }
        int width = Math.max(width(c.left()), width(c.right()));
        String left = value(c.left(), width);
        if (c.right() instanceof Expr.Const zero && zero.value() == 0 && c.domain() == Compare.Domain.SIGNED) {
            return sign(left, c.left(), width, test.outcomes());
        }
        boolean signed = c.domain() == Compare.Domain.SIGNED && width == WORD;
        String right = value(c.right(), width);
        return switch (test.outcomes()) {
            case Compare.EQ -> left + " == " + right;
            case Compare.LT | Compare.GT -> left + " != " + right;
            default -> {
                String cast = signed ? "(int<32>) " : "";
                yield cast + left + " " + sign(test.outcomes()) + " " + cast + right;
            }
        };
    }

    /** A gateway of T2NA compares fields and slices, and computes nothing; null: neither will do. */
    private String plain(Compare c, int outcomes) {
        boolean isZero = c.right() instanceof Expr.Const zero && zero.value() == 0;
        if (!isZero || outcomes != Compare.EQ && outcomes != (Compare.LT | Compare.GT)) {
            return null;
        }
        String is = outcomes == Compare.EQ ? " == " : " != ";
        if (c.left() instanceof Expr.Sum s && s.constant() == 0 && s.terms().size() == 2) {
            List<Expr> sides = new ArrayList<>(s.terms().keySet());
            if (sides.stream().allMatch(e -> e instanceof Expr.Input in && bits(in) == WORD)
                && s.terms().get(sides.get(0)) * s.terms().get(sides.get(1)) == -1) {
                return value(sides.get(0), WORD) + is + value(sides.get(1), WORD);
            }
        }
        if (c.left() instanceof Expr.Operation(Operator o, List<Expr> a) && o == Operator.USHR && a.get(0) instanceof Expr.Input in
            && bits(in) == WORD && a.get(1) instanceof Expr.Const by && by.value() > 0 && by.value() < WORD) {
            return value(in, WORD) + "[31:" + by.value() + "]" + is + "0";
        }
        return null;
    }

    private static String sign(int outcomes) {
        return switch (outcomes) {
            case Compare.LT -> "<";
            case Compare.LT | Compare.EQ -> "<=";
            case Compare.GT -> ">";
            default -> ">=";
        };
    }

    /** A test against 0: gateways know equality and single bits. */
    private String sign(String text, Expr of, int width, int outcomes) {
        String zero = constant(0, width);
        if (outcomes == Compare.EQ || outcomes == (Compare.LT | Compare.GT)) {
            return text + (outcomes == Compare.EQ ? " == " : " != ") + zero;
        }
        boolean field = of instanceof Expr.Input;
        String negative = width < WORD ? "false" : field ? text + "[31:31] == 1w1" : "(int<32>) " + text + " < 0";
        String positive = width < WORD ? text + " != " + zero
            : field ? text + "[31:31] == 1w0 && " + text + " != " + zero : "(int<32>) " + text + " > 0";
        return switch (outcomes) {
            case Compare.LT -> negative;
            case Compare.GT -> "(" + positive + ")";
            case Compare.LT | Compare.EQ -> "!(" + positive + ")";
            default -> "!(" + negative + ")";
        };
    }

    private int width(Expr e) {
        return switch (e) {
            case Expr.Const c -> c.value() >= 0 && c.value() < 1 << 8 ? 8 : c.value() >= 0 && c.value() < 1 << 16 ? 16 : WORD;
            case Expr.Input in -> bits(in);
            case Expr.Operation(Operator o, List<Expr> a) when o == Operator.AND -> Math.max(width(a.get(0)), width(a.get(1)));
            default -> WORD;
        };
    }

    /** {@return alternatives of conjunctions; empty: always} */
    String guard(List<List<Case.Condition>> guard) {
        if (guard.stream().anyMatch(List::isEmpty)) {
            return "";
        }
        List<List<String>> any = guard.stream().map(all -> all.stream().map(this::condition).toList()).toList();
        List<String> common = any.getFirst().stream().filter(c -> any.stream().allMatch(all -> all.contains(c))).toList();
        List<String> rest = any.stream().map(all -> String.join(" && ", all.stream().filter(c -> !common.contains(c)).toList()))
            .distinct().toList();
        List<String> parts = new ArrayList<>(common);
        if (!rest.contains("")) {
            parts.add(rest.size() == 1 ? rest.getFirst() : "((" + String.join(") || (", rest) + "))");
        }
        return String.join(" && ", parts);
    }

    private String condition(Case.Condition c) {
        int outcomes = c.answer() ? c.test().outcomes() : Compare.ALL & ~c.test().outcomes();
        return test(new Decision.Test(c.test().compare(), outcomes));
    }
}

package org.millrace.code.fuse;

import java.lang.classfile.Opcode;

/** Computes with what is known. */
final class Constants {
    private Constants() {
    }

    /** {@return how many operands a conditional branch has} */
    static int operands(Opcode branch) {
        return switch (branch) {
            case IF_ICMPEQ, IF_ICMPNE, IF_ICMPLT, IF_ICMPGE, IF_ICMPGT, IF_ICMPLE, IF_ACMPEQ, IF_ACMPNE -> 2;
            default -> 1;
        };
    }

    /** {@return whether a branch is taken; null if that is not known} */
    static Boolean decide(Opcode branch, Operand first, Operand second) {
        if (branch == Opcode.IFNULL || branch == Opcode.IFNONNULL) {
            if (first.isReal()) {
                return null;
            }
            boolean isNull = first instanceof Operand.Known known && known.value() == null;
            return isNull == (branch == Opcode.IFNULL);
        }
        if (branch == Opcode.IF_ACMPEQ || branch == Opcode.IF_ACMPNE) {
            return first.isReal() || second.isReal() ? null : first.equals(second) == (branch == Opcode.IF_ACMPEQ);
        }
        Integer a = value(first);
        Integer b = second == null ? Integer.valueOf(0) : value(second);
        if (a == null || b == null) {
            return null;
        }
        int order = Integer.compare(a, b);
        return switch (branch) {
            case IFEQ, IF_ICMPEQ -> order == 0;
            case IFNE, IF_ICMPNE -> order != 0;
            case IFLT, IF_ICMPLT -> order < 0;
            case IFGE, IF_ICMPGE -> order >= 0;
            case IFGT, IF_ICMPGT -> order > 0;
            case IFLE, IF_ICMPLE -> order <= 0;
            default -> null;
        };
    }

    private static Integer value(Operand operand) {
        return operand instanceof Operand.Real real && real.constant() instanceof Integer value ? value : null;
    }

    /** {@return the result of an operation on two numbers; null if it is none that is done here} */
    static Number operate(Opcode opcode, Number first, Number second) {
        int a = first.intValue();
        int b = second.intValue();
        long x = first.longValue();
        long y = second.longValue();
        return switch (opcode) {
            case IADD -> a + b;
            case ISUB -> a - b;
            case IMUL -> a * b;
            case IAND -> a & b;
            case IOR -> a | b;
            case IXOR -> a ^ b;
            case ISHL -> a << b;
            case ISHR -> a >> b;
            case IUSHR -> a >>> b;
            case LADD -> x + y;
            case LSUB -> x - y;
            case LMUL -> x * y;
            case LAND -> x & y;
            case LOR -> x | y;
            case LXOR -> x ^ y;
            case LSHL -> x << b;
            case LSHR -> x >> b;
            case LUSHR -> x >>> b;
            case LCMP -> Long.compare(x, y);
            default -> null;
        };
    }
}

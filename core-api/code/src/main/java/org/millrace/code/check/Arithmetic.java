package org.millrace.code.check;

import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.util.function.IntBinaryOperator;

/** Ints of which the constants are kept; all else is any value of its type. */
final class Arithmetic {
    private Arithmetic() {
    }

    static Value add(Value a, Value b) {
        return binary(a, b, Integer::sum);
    }

    private static Value binary(Value a, Value b, IntBinaryOperator operator) {
        return a instanceof Value.Int(Integer x) && b instanceof Value.Int(Integer y) && x != null && y != null
            ? new Value.Int(operator.applyAsInt(x, y)) : Value.INT;
    }

    static void operate(Opcode opcode, OperandStack stack) {
        switch (opcode) {
            case ARRAYLENGTH, INEG, FNEG -> {
                stack.pop();
                stack.push(Value.INT);
            }
            case LNEG, DNEG -> {
                stack.pop();
                stack.push(Value.WIDE);
            }
            case LCMP, FCMPL, FCMPG, DCMPL, DCMPG -> {
                stack.pop(2);
                stack.push(Value.INT);
            }
            default -> {
                Value b = stack.pop();
                Value a = stack.pop();
                stack.push(a.isWide() ? Value.WIDE : ints(opcode, a, b));
            }
        }
    }

    private static Value ints(Opcode opcode, Value a, Value b) {
        return switch (opcode) {
            case IADD -> add(a, b);
            case ISUB -> binary(a, b, (x, y) -> x - y);
            case IMUL -> binary(a, b, (x, y) -> x * y);
            case IAND -> binary(a, b, (x, y) -> x & y);
            case IOR -> binary(a, b, (x, y) -> x | y);
            case IXOR -> binary(a, b, (x, y) -> x ^ y);
            case ISHL -> binary(a, b, (x, y) -> x << y);
            case ISHR -> binary(a, b, (x, y) -> x >> y);
            case IUSHR -> binary(a, b, (x, y) -> x >>> y);
            default -> Value.INT;
        };
    }

    static Value convert(TypeKind to, Value from) {
        return switch (to) {
            case LONG, DOUBLE -> Value.WIDE;
            case INT, FLOAT -> Value.INT;
            default -> from instanceof Value.Int(Integer constant) && constant != null
                && constant >= 0 && constant <= Byte.MAX_VALUE ? from : Value.INT;
        };
    }

    /** {@return whether a branch is taken; null: perhaps} */
    static Boolean isTaken(Opcode opcode, OperandStack stack) {
        return switch (opcode) {
            case GOTO, GOTO_W -> true;
            case IFEQ, IFNE, IFLT, IFGE, IFGT, IFLE -> compare(opcode, stack.pop(), new Value.Int(0));
            case IF_ICMPEQ, IF_ICMPNE, IF_ICMPLT, IF_ICMPGE, IF_ICMPGT, IF_ICMPLE -> {
                Value b = stack.pop();
                yield compare(opcode, stack.pop(), b);
            }
            case IFNULL, IFNONNULL -> stack.pop() instanceof Value.Known(Object object)
                ? (object == null) == (opcode == Opcode.IFNULL) : null;
            default -> {
                stack.pop(2);
                yield null;
            }
        };
    }

    private static Boolean compare(Opcode opcode, Value a, Value b) {
        if (!(a instanceof Value.Int(Integer x) && b instanceof Value.Int(Integer y) && x != null && y != null)) {
            return null;
        }
        return switch (opcode) {
            case IFEQ, IF_ICMPEQ -> x.intValue() == y;
            case IFNE, IF_ICMPNE -> x.intValue() != y;
            case IFLT, IF_ICMPLT -> x < y;
            case IFGE, IF_ICMPGE -> x >= y;
            case IFGT, IF_ICMPGT -> x > y;
            default -> x <= y;
        };
    }
}

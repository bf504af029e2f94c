package org.millrace.testkit.p4.value;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Values as Java's: bits and integers are BigInteger (signed ones negative), truth Boolean; errors and members of enums without
 * values are their names; a tuple is a list.
 */
public final class Values {
    private Values() {
    }

    /** @return what a variable holds before it is written: zeros, and headers that are not valid */
    public static Object initial(Type type) {
        return switch (type.base()) {
            case Type.Struct s -> new StructValue(s, s.fields().stream().map(f -> initial(f.type())).toArray(), false);
            case Type.Stack s -> {
                StructValue[] elements = new StructValue[s.size()];
                Arrays.setAll(elements, i -> (StructValue) initial(s.header()));
                yield new StackValue(elements, 0);
            }
            case Type.Tuple t -> t.types().stream().map(Values::initial).toList();
            case Type.Enumeration e when e.underlying() == null -> e.members().keySet().iterator().next();
            case Type.Simple s -> switch (s) {
                case BOOL -> Boolean.FALSE;
                case ERROR -> "NoError";
                case INT -> BigInteger.ZERO;
                default -> "";
            };
            case Type.Varbit v -> new BitString();
            default -> BigInteger.ZERO;
        };
    }

    /** @return a value that does not change with this one */
    public static Object copy(Object value) {
        return switch (value) {
            case StructValue s -> {
                Object[] fields = new Object[s.type().fields().size()];
                Arrays.setAll(fields, i -> copy(s.field(i)));
                yield new StructValue(s.type(), fields, s.valid());
            }
            case StackValue s -> {
                StructValue[] elements = new StructValue[s.size()];
                Arrays.setAll(elements, i -> (StructValue) copy(s.element(i)));
                yield new StackValue(elements, s.next());
            }
            case List<?> list -> list.stream().map(Values::copy).toList();
            default -> value;
        };
    }

    /** @return the value modulo the type's width */
    public static BigInteger wrap(Type.Bits type, BigInteger value) {
        if (value.signum() >= 0 && value.bitLength() <= type.width() - (type.signed() ? 1 : 0)) {
            return value;
        }
        BigInteger low = value.and(mask(type.width()));
        return type.signed() && type.width() > 0 && low.testBit(type.width() - 1)
            ? low.subtract(BigInteger.ONE.shiftLeft(type.width())) : low;
    }

    /** @return so many ones */
    public static BigInteger mask(int width) {
        return BigInteger.ONE.shiftLeft(width).subtract(BigInteger.ONE);
    }

    /** @return as == of P4 (§8.10, §8.17): headers are equal if both are invalid, too */
    public static boolean equal(Object a, Object b) {
        if (a instanceof StructValue x && b instanceof StructValue y) {
            if (x.type().header() && (!x.valid() || !y.valid())) {
                return x.valid() == y.valid();
            }
            for (int i = 0; i < x.type().fields().size(); i++) {
                if (!equal(x.field(i), y.field(i))) {
                    return false;
                }
            }
            return true;
        }
        if (a instanceof StackValue x && b instanceof StackValue y) {
            for (int i = 0; i < x.size(); i++) {
                if (!equal(x.element(i), y.element(i))) {
                    return false;
                }
            }
            return true;
        }
        if (a instanceof List<?> x && b instanceof List<?> y) {
            for (int i = 0; i < x.size(); i++) {
                if (!equal(x.get(i), y.get(i))) {
                    return false;
                }
            }
            return true;
        }
        return Objects.equals(a, b);
    }
}

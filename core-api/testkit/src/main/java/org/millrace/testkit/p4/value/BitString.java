package org.millrace.testkit.p4.value;

import java.math.BigInteger;
import java.util.List;

/** Bits in the order of the wire, the first is the highest. It grows at its end. */
public final class BitString {
    private BigInteger value = BigInteger.ZERO;
    private int width;

    /** Makes an empty one. */
    public BitString() {
    }

    /** @return of whole bytes */
    public static BitString of(byte[] bytes) {
        BitString bits = new BitString();
        bits.value = new BigInteger(1, bytes);
        bits.width = 8 * bytes.length;
        return bits;
    }

    public int width() {
        return width;
    }

    public BigInteger value() {
        return value;
    }

    /** @return so many bits from a place on */
    public BigInteger slice(int from, int bits) {
        return value.shiftRight(width - from - bits).and(Values.mask(bits));
    }

    /** @return what lies behind a place */
    public BitString after(int from) {
        BitString rest = new BitString();
        rest.add(slice(from, width - from), width - from);
        return rest;
    }

    /** Appends the low bits of a number. */
    public void add(BigInteger bits, int count) {
        value = value.shiftLeft(count).or(bits.and(Values.mask(count)));
        width += count;
    }

    /** Appends a value field by field; headers that are not valid are left out. */
    public void add(Type type, Object of) {
        switch (of) {
            case StructValue s -> {
                if (s.valid() || !s.type().header()) {
                    for (int i = 0; i < s.type().fields().size(); i++) {
                        add(s.type().fields().get(i).type(), s.field(i));
                    }
                }
            }
            case StackValue s -> {
                for (int i = 0; i < s.size(); i++) {
                    add(s.element(i).type(), s.element(i));
                }
            }
            case List<?> list -> {
                for (int i = 0; i < list.size(); i++) {
                    add(((Type.Tuple) type.base()).types().get(i), list.get(i));
                }
            }
            case Boolean truth -> add(truth ? BigInteger.ONE : BigInteger.ZERO, 1);
            case BitString bits -> add(bits.value, bits.width);
            default -> add((BigInteger) of, Type.width(type));
        }
    }

    /** @return whole bytes, filled with zeros at the end */
    public byte[] bytes() {
        byte[] bytes = new byte[(width + 7) / 8];
        BigInteger filled = value.shiftLeft(8 * bytes.length - width);
        for (int i = bytes.length - 1; i >= 0; i--) {
            bytes[i] = filled.byteValue();
            filled = filled.shiftRight(8);
        }
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BitString bits && bits.width == width && bits.value.equals(value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }
}

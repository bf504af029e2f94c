package org.millrace.testkit.p4.run;

import java.math.BigInteger;
import org.millrace.testkit.p4.value.Values;

/**
 * What one key of an entry matches.
 *
 * @param value  masked; of a range, its start
 * @param mask   of the bits that count; null: all
 * @param end    of a range, inclusive; null: no range
 * @param prefix how many bits count; -1: not by a prefix
 */
public record Match(Object value, BigInteger mask, BigInteger end, int prefix) {
    /** @return one value */
    public static Match exact(long value) {
        return exact(new BigInteger(Long.toUnsignedString(value)));
    }

    /** @return one value */
    public static Match exact(Object value) {
        return new Match(value, null, null, -1);
    }

    /** @return a value under a mask */
    public static Match ternary(BigInteger value, BigInteger mask) {
        return new Match(value.and(mask), mask, null, -1);
    }

    /** @return the first bits of a value so wide */
    public static Match prefix(long value, int length, int width) {
        BigInteger mask = Values.mask(length).shiftLeft(width - length);
        return new Match(new BigInteger(Long.toUnsignedString(value)).and(mask), mask, null, length);
    }

    /** @return both ends included */
    public static Match range(BigInteger from, BigInteger to) {
        return new Match(from, null, to, -1);
    }

    /** @return everything */
    public static Match any() {
        return new Match(BigInteger.ZERO, BigInteger.ZERO, null, -1);
    }

    boolean holds(Object key) {
        if (end != null) {
            return ((BigInteger) key).compareTo((BigInteger) value) >= 0 && ((BigInteger) key).compareTo(end) <= 0;
        }
        return mask == null ? Values.equal(key, value) : mask.signum() == 0 || ((BigInteger) key).and(mask).equals(value);
    }
}

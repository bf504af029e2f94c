package org.millrace.benchmarks.yardstick;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Sums of the Internet checksum (RFC 1071). */
final class OnesSum {
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final boolean SWAPPED = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    private static final long LOW = 0xffff_ffffL;

    private OnesSum() {
    }

    /** {@return a word's two halves added, unsigned} */
    static long halves(long word) {
        return (word >>> 32) + (word & LOW);
    }

    /** {@return a partial sum folded to 16 bits} */
    static int fold(long partial) {
        long sum = (partial & LOW) + (partial >>> 32);
        sum = (sum & 0xffff) + (sum >>> 16);
        sum = (sum & 0xffff) + (sum >>> 16);
        return (int) ((sum & 0xffff) + (sum >>> 16));
    }

    /** {@return the sum of a span's 16-bit words, folded; what is missing behind it counts as 0} */
    static int sum(MemorySegment memory, long at, int bytes) {
        long sum = 0;
        int words = bytes >> 3;
        for (int i = 0; i < words; i++) {
            long word = memory.get(WORD, at + i * 8L);
            sum += (word & LOW) + (word >>> 32);
        }
        long last = 0;
        for (int i = words << 3; i < bytes; i++) {
            int shift = (i & 7) << 3;
            last |= (memory.get(BYTE, at + i) & 0xffL) << (SWAPPED ? shift : 56 - shift);
        }
        int folded = fold(sum + (last & LOW) + (last >>> 32));
        return SWAPPED ? (folded & 0xff) << 8 | folded >>> 8 : folded;
    }
}

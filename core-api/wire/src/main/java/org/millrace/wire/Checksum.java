package org.millrace.wire;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The Internet checksum (RFC 1071, RFC 1624). A checksum is built as a partial sum: a non-negative {@code long}, at
 * first 0, that spans of memory and single words are added to. A partial sum is in big-endian terms: what
 * {@link #fold} and {@link #finish} return is stored with a big-endian 16-bit store.
 *
 * <p>The sum does not depend on byte order (RFC 1071 §2(B)): a span is added up in native 64-bit words and swapped
 * once at its end. The loop is kept as plain as it is because C2 turns it into vector code; unrolled by hand it takes
 * three times as long.
 */
public final class Checksum {
    private static final ValueLayout.OfLong WORD64 = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfInt WORD32 = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfShort WORD16 = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    private static final long LOW_32 = 0xffff_ffffL;
    private static final int SHORT_SPAN = 128;

    private Checksum() {
    }

    /**
     * Adds a span that starts at an even position of the checksummed data. Its address may be odd, its length too,
     * if nothing but {@link #sumAt} at an odd position follows.
     *
     * @param partial partial sum so far
     * @param segment memory that holds the span
     * @param offset absolute offset of the span in bytes
     * @param lengthBytes length of the span, 0 or more
     * @return partial sum
     */
    public static long sum(long partial, MemorySegment segment, long offset, long lengthBytes) {
        int folded = fold(nativeSum(segment, offset, lengthBytes));
        return partial + (LITTLE_ENDIAN ? swap(folded) : folded);
    }

    /**
     * Adds a span at any position of the checksummed data.
     *
     * @param partial partial sum so far
     * @param segment memory that holds the span
     * @param offset absolute offset of the span in bytes
     * @param lengthBytes length of the span, 0 or more
     * @param oddPosition whether an odd number of bytes went before this span
     * @return partial sum
     */
    public static long sumAt(long partial, MemorySegment segment, long offset, long lengthBytes, boolean oddPosition) {
        int folded = fold(nativeSum(segment, offset, lengthBytes));
        // RFC 1071 §2(B): an odd start swaps the sum's bytes
        return partial + (LITTLE_ENDIAN != oddPosition ? swap(folded) : folded);
    }

    /**
     * Adds the pseudo-header of TCP and UDP over IPv4 (RFC 9293 §3.1).
     *
     * @param source source address
     * @param destination destination address
     * @param protocol protocol number
     * @param l4LengthBytes length of the IPv4 payload
     * @return partial sum to start from
     */
    public static long pseudoHeader(int source, int destination, int protocol, int l4LengthBytes) {
        return word(source) + word(destination) + protocol + l4LengthBytes;
    }

    /**
     * Returns what a big-endian 32-bit word at an even position adds to a partial sum.
     *
     * @param word value of the word
     * @return partial sum of the word
     */
    public static long word(int word) {
        return word & LOW_32;
    }

    /**
     * Folds a partial sum to 16 bits without inverting it: what the TCP checksum field holds when the port computes
     * the rest.
     *
     * @param partial partial sum
     * @return ones' complement sum, 16 bits
     */
    public static int fold(long partial) {
        long sum = (partial & LOW_32) + (partial >>> 32);
        sum = (sum & 0xffff) + (sum >>> 16); // 33 bits into 18
        sum = (sum & 0xffff) + (sum >>> 16);
        return (int) ((sum & 0xffff) + (sum >>> 16));
    }

    /**
     * Folds and inverts: the value of the checksum field, or 0 if the span summed held its right checksum.
     *
     * @param partial partial sum
     * @return checksum, 16 bits
     */
    public static int finish(long partial) {
        return ~fold(partial) & 0xffff;
    }

    /** A span as short as headers are has no loop: a vector loop's preparation costs more than it would take. */
    private static long nativeSum(MemorySegment segment, long offset, long lengthBytes) {
        if (lengthBytes < SHORT_SPAN) {
            return shortSum(segment, offset, (int) lengthBytes);
        }
        int words = (int) (lengthBytes >>> 3);
        long sum = 0;
        for (int i = 0; i < words; i++) {
            long word = segment.get(WORD64, offset + i * 8L);
            sum += (word & LOW_32) + (word >>> 32);
        }
        int rest = (int) (lengthBytes & 7);
        return rest == 0 ? sum : sum + nativeTail(segment, offset + words * 8L, rest);
    }

    private static long shortSum(MemorySegment segment, long offset, int length) {
        long sum = 0;
        long at = offset;
        if ((length & 64) != 0) {
            sum = fourWords(segment, at) + fourWords(segment, at + 32);
            at += 64;
        }
        if ((length & 32) != 0) {
            sum += fourWords(segment, at);
            at += 32;
        }
        if ((length & 16) != 0) {
            sum += word(segment, at) + word(segment, at + 8);
            at += 16;
        }
        if ((length & 8) != 0) {
            sum += word(segment, at);
            at += 8;
        }
        int rest = length & 7;
        return rest == 0 ? sum : sum + nativeTail(segment, at, rest);
    }

    private static long fourWords(MemorySegment segment, long at) {
        return word(segment, at) + word(segment, at + 8) + word(segment, at + 16) + word(segment, at + 24);
    }

    private static long word(MemorySegment segment, long at) {
        long word = segment.get(WORD64, at);
        return (word & LOW_32) + (word >>> 32);
    }

    private static long nativeTail(MemorySegment segment, long offset, int rest) {
        long sum = 0;
        long at = offset;
        if ((rest & 4) != 0) {
            sum += segment.get(WORD32, at) & LOW_32;
            at += 4;
        }
        if ((rest & 2) != 0) {
            sum += segment.get(WORD16, at) & 0xffff;
            at += 2;
        }
        if ((rest & 1) != 0) {
            int last = segment.get(ValueLayout.JAVA_BYTE, at) & 0xff; // padded with a zero byte behind it
            sum += LITTLE_ENDIAN ? last : last << 8;
        }
        return sum;
    }

    private static int swap(int word) {
        return (word & 0xff) << 8 | word >>> 8;
    }
}

package org.millrace.cli.journal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** What a replayed stream carries, as the journal has no payload: a byte that its position in the stream determines. */
final class Pattern {
    private static final long MULTIPLIER = 0x9E37_79B9_7F4A_7C15L; // 2^64 divided by the golden ratio

    private Pattern() {
    }

    private static byte at(long position) {
        return (byte) (position * MULTIPLIER >>> 56);
    }

    /** Writes a stretch of a stream into its ring. */
    static void fill(MemorySegment memory, long ring, long mask, long position, int bytes) {
        for (int i = 0; i < bytes; i++) {
            memory.set(ValueLayout.JAVA_BYTE, ring + (position + i & mask), at(position + i));
        }
    }

    /** {@return whether a stretch of a stream lies in its ring} */
    static boolean matches(MemorySegment memory, long ring, long mask, long position, int bytes) {
        for (int i = 0; i < bytes; i++) {
            if (memory.get(ValueLayout.JAVA_BYTE, ring + (position + i & mask)) != at(position + i)) {
                return false;
            }
        }
        return true;
    }

    /** Writes a stretch of a stream at the beginning of a memory. */
    static void fill(MemorySegment memory, long position, int bytes) {
        fill(memory, -position, -1, position, bytes);
    }

    /** {@return whether a stretch of a stream lies at the beginning of a memory} */
    static boolean matches(MemorySegment memory, long position, int bytes) {
        return matches(memory, -position, -1, position, bytes);
    }
}

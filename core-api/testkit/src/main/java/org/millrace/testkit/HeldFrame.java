package org.millrace.testkit;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A frame copied into memory of its own, with what its batch said of it. */
final class HeldFrame {
    final MemorySegment memory;
    int length;
    int headerLength;
    int segmentSize;
    int flags;
    int checksumStart;
    int checksumOffset;
    /** How many frames are still to overtake it. */
    int overtakers;
    /** How many more polls it may wait. */
    int polls;
    long deadlineNs;

    HeldFrame(MemorySegment memory) {
        this.memory = memory;
    }

    void append(MemorySegment from, long offset, int bytes) {
        MemorySegment.copy(from, offset, memory, length, bytes);
        length += bytes;
    }

    void flip(int bit) {
        int at = bit >>> 3;
        byte before = memory.get(ValueLayout.JAVA_BYTE, at);
        memory.set(ValueLayout.JAVA_BYTE, at, (byte) (before ^ 1 << (bit & 7)));
    }
}

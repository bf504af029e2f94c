package org.millrace.runtime.tenant;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Payload of segments that wait in a machine, by numbers from 1. The machine has fetched it from the host already, so
 * nothing that happens to the host's buffer may change it.
 *
 * <p>DESIGN NOTES. Until the end of a round no application is told that bytes of its buffer are free, and none of the
 * buffers goes away; so within the round a number stands for the spans in the ring, and nothing is copied. What still
 * waits then is copied by {@link #keep}. A copy's memory is used again in a later round only, when {@link Egress} has
 * sent what it still refers to. It all grows to the longest queue and stays there.
 *
 * <p>Owned by: the data-path thread.
 */
public final class HeldPayloads {
    private static final int INITIAL = 64;
    private static final int MIN_COPY_BYTES = 2048;

    private final HostTransfer transfer;
    private MemorySegment[] region = new MemorySegment[INITIAL];
    private long[] firstOffset = new long[INITIAL];
    private int[] firstLength = new int[INITIAL];
    private long[] secondOffset = new long[INITIAL];
    private int[] secondLength = new int[INITIAL];
    private MemorySegment[] copy = new MemorySegment[INITIAL];
    /** Whether it is still the application's memory. */
    private boolean[] inRing = new boolean[INITIAL];
    private int inRings;
    private int[] free = new int[INITIAL];
    private int freeCount;
    private int next = 1;

    public HeldPayloads(HostTransfer transfer) {
        this.transfer = transfer;
    }

    /** Takes the spans of the item that has just run. Answers their number; 0: it has none. */
    public int hold() {
        if (transfer.firstLength == 0) {
            return 0;
        }
        int n = number();
        region[n] = transfer.region;
        firstOffset[n] = transfer.firstOffset;
        firstLength[n] = transfer.firstLength;
        secondOffset[n] = transfer.secondOffset;
        secondLength[n] = transfer.secondLength;
        inRing[n] = true;
        inRings++;
        transfer.clear();
        return n;
    }

    private int number() {
        if (freeCount > 0) {
            return free[--freeCount];
        }
        if (next == region.length) {
            grow();
        }
        return next++;
    }

    /** Makes what was held the spans of the item that is emitted next. */
    public void resume(int n) {
        transfer.clear();
        if (n == 0) {
            return;
        }
        transfer.region = region[n];
        transfer.firstOffset = firstOffset[n];
        transfer.firstLength = firstLength[n];
        transfer.secondOffset = secondOffset[n];
        transfer.secondLength = secondLength[n];
        inRings -= inRing[n] ? 1 : 0;
        inRing[n] = false;
        region[n] = null;
        free[freeCount++] = n;
    }

    /** The round is over and its frames are with the port: copies what waits on. */
    public void keep() {
        for (int n = 1; inRings > 0; n++) {
            if (inRing[n]) {
                copy(n);
                inRing[n] = false;
                inRings--;
            }
        }
    }

    private void copy(int n) {
        int length = firstLength[n] + secondLength[n];
        if (copy[n] == null || copy[n].byteSize() < length) {
            copy[n] = Arena.ofAuto().allocate(Math.max(MIN_COPY_BYTES, Integer.highestOneBit(length) * 2L), 8);
        }
        MemorySegment.copy(region[n], firstOffset[n], copy[n], 0, firstLength[n]);
        MemorySegment.copy(region[n], secondOffset[n], copy[n], firstLength[n], secondLength[n]);
        region[n] = copy[n];
        firstOffset[n] = 0;
        firstLength[n] = length;
        secondLength[n] = 0;
    }

    private void grow() {
        int length = 2 * region.length;
        region = Arrays.copyOf(region, length);
        firstOffset = Arrays.copyOf(firstOffset, length);
        firstLength = Arrays.copyOf(firstLength, length);
        secondOffset = Arrays.copyOf(secondOffset, length);
        secondLength = Arrays.copyOf(secondLength, length);
        copy = Arrays.copyOf(copy, length);
        inRing = Arrays.copyOf(inRing, length);
        free = Arrays.copyOf(free, length);
    }
}

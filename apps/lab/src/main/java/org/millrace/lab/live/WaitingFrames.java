package org.millrace.lab.live;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Frames on their way, in slots, with the time at which each is to leave; the earliest leaves first, of those alike the one that was put first.
 *
 * <p>Owned by: the forwarder's thread.
 */
final class WaitingFrames {
    /** Most bytes of a frame. */
    static final int FRAME_BYTES = 2_048;
    private static final int NONE = -1;

    private final MemorySegment memory;
    private final int[] free;
    private final int[] bytes;
    private final int[] port;
    private int freeCount;
    private long[] times = new long[1_024];
    private long[] turns = new long[1_024];
    private int[] slots = new int[1_024];
    private int size;
    private long turn;

    WaitingFrames(int capacity) {
        memory = Arena.ofAuto().allocate((long) capacity * FRAME_BYTES, 64);
        free = new int[capacity];
        bytes = new int[capacity];
        port = new int[capacity];
        Arrays.setAll(free, slot -> slot);
        freeCount = capacity;
    }

    /** Keeps a copy; answers its slot, or a negative number if there is no room. */
    int keep(MemorySegment frame, long offset, int length, int toPort) {
        if (freeCount == 0 || length > FRAME_BYTES) {
            return NONE;
        }
        int slot = free[--freeCount];
        MemorySegment.copy(frame, offset, memory, offset(slot), length);
        bytes[slot] = length;
        port[slot] = toPort;
        return slot;
    }

    void free(int slot) {
        free[freeCount++] = slot;
    }

    MemorySegment memory() {
        return memory;
    }

    long offset(int slot) {
        return (long) slot * FRAME_BYTES;
    }

    int bytes(int slot) {
        return bytes[slot];
    }

    int port(int slot) {
        return port[slot];
    }

    void leaveAt(long timeNs, int slot) {
        if (size == times.length) {
            times = Arrays.copyOf(times, 2 * size);
            turns = Arrays.copyOf(turns, 2 * size);
            slots = Arrays.copyOf(slots, 2 * size);
        }
        int at = size++;
        long ownTurn = turn++;
        while (at > 0 && isBefore(timeNs, ownTurn, (at - 1) / 2)) {
            move((at - 1) / 2, at);
            at = (at - 1) / 2;
        }
        put(at, timeNs, ownTurn, slot);
    }

    /** {@return when the next one leaves, or the greatest number} */
    long nextNs() {
        return size == 0 ? Long.MAX_VALUE : times[0];
    }

    /** Takes the next one out; answers its slot. */
    int leave() {
        int first = slots[0];
        size--;
        long timeNs = times[size];
        long ownTurn = turns[size];
        int slot = slots[size];
        int at = 0;
        for (int child = 1; child < size; child = 2 * at + 1) {
            child += child + 1 < size && isBefore(times[child + 1], turns[child + 1], child) ? 1 : 0;
            if (!isBefore(times[child], turns[child], timeNs, ownTurn)) {
                break;
            }
            move(child, at);
            at = child;
        }
        put(at, timeNs, ownTurn, slot);
        return first;
    }

    private boolean isBefore(long timeNs, long ownTurn, int other) {
        return isBefore(timeNs, ownTurn, times[other], turns[other]);
    }

    private static boolean isBefore(long timeNs, long ownTurn, long otherNs, long otherTurn) {
        return timeNs < otherNs || timeNs == otherNs && ownTurn < otherTurn;
    }

    private void move(int from, int to) {
        put(to, times[from], turns[from], slots[from]);
    }

    private void put(int at, long timeNs, long ownTurn, int slot) {
        times[at] = timeNs;
        turns[at] = ownTurn;
        slots[at] = slot;
    }
}

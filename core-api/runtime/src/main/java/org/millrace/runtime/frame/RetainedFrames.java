package org.millrace.runtime.frame;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.millrace.api.transport.ReceivedPacket;

/**
 * Copies of frames and payloads that wait in a machine beyond their batch, by stable numbers from 1. Metadata refers to
 * one by its negative number.
 *
 * <p>DESIGN NOTES. There are so many, and so many bytes, and no more; memory comes as it is first needed and stays. A
 * copy is released once by each item that refers to it. What is released may still be on its way to the port, so it is
 * used again only when the port has it: {@link #recycle}.
 *
 * <p>Owned by: the data-path thread.
 */
public final class RetainedFrames {
    /** In place of a reference: there was no memory. */
    public static final int LOST = Integer.MIN_VALUE;

    private static final int MIN_BYTES = 2048;

    private final long maxBytes;
    private final MemorySegment[] memory;
    private final int[] length;
    private final int[] references;
    private final ReceivedPacket[] packets;
    private final int[] free;
    private final int[] leaving;
    private int freeCount;
    private int leavingCount;
    private int made;
    private long bytes;
    private long refused;

    /**
     * @param capacity how many there can be
     * @param maxBytes how many bytes they can take together
     */
    public RetainedFrames(int capacity, long maxBytes) {
        this.maxBytes = maxBytes;
        memory = new MemorySegment[capacity + 1];
        length = new int[capacity + 1];
        references = new int[capacity + 1];
        packets = new ReceivedPacket[capacity + 1];
        free = new int[capacity];
        leaving = new int[capacity];
    }

    /** Copies the frame of a datagram. Answers its number; 0: there is no memory. */
    public int keep(ReceivedPacket packet, int frameBytes) {
        int n = take(frameBytes);
        if (n != 0) {
            MemorySegment.copy(packet.frame, packet.frameOffset, memory[n], 0, frameBytes);
            packets[n] = packets[n] == null ? new ReceivedPacket() : packets[n];
            copy(packet, packets[n]);
            packets[n].frame = memory[n];
            packets[n].frameOffset = 0;
        }
        return n;
    }

    private static void copy(ReceivedPacket from, ReceivedPacket to) {
        to.headerOffset = from.headerOffset;
        to.length = from.length;
        to.segmentSize = from.segmentSize;
        to.checksumValid = from.checksumValid;
        to.localAddress = from.localAddress;
        to.peerAddress = from.peerAddress;
        to.ecn = from.ecn;
    }

    /** Copies a payload of two spans of a region. Answers its number; 0: there is no memory. */
    public int keep(MemorySegment region, long firstOffset, int firstLength, long secondOffset, int secondLength) {
        int n = take(firstLength + secondLength);
        if (n != 0) {
            MemorySegment.copy(region, firstOffset, memory[n], 0, firstLength);
            MemorySegment.copy(region, secondOffset, memory[n], firstLength, secondLength);
        }
        return n;
    }

    private int take(int lengthBytes) {
        int n = freeCount > 0 ? free[freeCount - 1] : made + 1;
        long has = n < memory.length && memory[n] != null ? memory[n].byteSize() : 0;
        long wanted = Math.max(has, Math.max(MIN_BYTES, Integer.highestOneBit(Math.max(lengthBytes - 1, 1)) * 2L));
        if (n == memory.length || bytes + wanted - has > maxBytes) {
            refused++;
            return 0;
        }
        if (wanted > has) {
            memory[n] = Arena.ofAuto().allocate(wanted, Long.BYTES);
            bytes += wanted - has;
        }
        if (n > made) {
            made = n;
        } else {
            freeCount--;
        }
        length[n] = lengthBytes;
        references[n] = 1;
        return n;
    }

    /** One more item refers to a copy. */
    public void share(int n) {
        references[n]++;
    }

    /** An item refers to a copy no more. */
    public void release(int n) {
        assert references[n] > 0 : "a frame is released twice";
        if (--references[n] == 0) {
            leaving[leavingCount++] = n;
        }
    }

    /** The port has all that was sent: what has been released can be used again. */
    public void recycle() {
        while (leavingCount > 0) {
            free[freeCount++] = leaving[--leavingCount];
        }
    }

    /** {@return memory of a copy; it begins at 0} */
    public MemorySegment memory(int n) {
        return memory[n];
    }

    /** {@return its bytes} */
    public int length(int n) {
        return length[n];
    }

    /** {@return its datagram} */
    public ReceivedPacket packet(int n) {
        return packets[n];
    }

    /** {@return which copy a datagram is of, or 0} */
    public int number(ReceivedPacket packet) {
        return Math.max(Arrays.asList(packets).indexOf(packet), 0);
    }

    /** {@return how many copies there are} */
    public int inUse() {
        return made - freeCount - leavingCount;
    }

    /** {@return how often there was no memory} */
    public long refused() {
        return refused;
    }
}

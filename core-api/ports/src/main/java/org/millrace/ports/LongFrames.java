package org.millrace.ports;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.millrace.api.port.FrameBatch;
import org.millrace.memory.Sockets;

/**
 * The frames of a batch that wait in the socket's queue because they are longer than a slot of the ring. The queue has the order
 * of the ring, and what is received from it is gone: whoever wants a frame has those before it completed first, and those that
 * nobody has wanted are thrown away before the next batch. The kernel copies a frame's payload straight to where it belongs, from
 * the pages that the sender has it in: over the ring it would be copied twice.
 *
 * <p>Owned by: the data-path thread.
 */
final class LongFrames implements FrameBatch.Rest {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    /** So many wait of one batch at most. */
    private static final int MOST = 1 << 10;
    /** Ethernet, and the longest packet that IPv4 can say; a link may be set to longer ones, and what is behind is left in the kernel. */
    static final int MOST_BYTES = 14 + 65535;

    /** {@code struct msghdr}: iov at 16, iovlen at 24. */
    private static final int MESSAGE_BYTES = 56;
    private static final int MESSAGE_IOV = 16;
    private static final int MESSAGE_IOV_COUNT = 24;
    private static final int IOV_BYTES = 16;
    /** What is not wanted, two spans. */
    private static final int IOVS = 3;
    private static final int VNET_BYTES = 10;
    private static final int TAG_BYTES = 4;
    private static final int ADDRESSES_BYTES = 12;
    /** An error that waits at the socket, as of an interface that goes down, is reported once in place of a frame. */
    private static final int ATTEMPTS = 4;

    private final int descriptor;
    private final MemorySegment message = Arena.ofAuto().allocate(MESSAGE_BYTES, 8);
    private final MemorySegment iovs = Arena.ofAuto().allocate(IOVS * IOV_BYTES, 8);
    private final MemorySegment unwanted = Arena.ofAuto().allocate(VNET_BYTES + MOST_BYTES, 8);
    private final MemorySegment[] memory = new MemorySegment[MOST];
    private final int[] frames = new int[MOST];
    private final int[] lengths = new int[MOST];
    private final int[] tagBytes = new int[MOST];
    private int next;
    private int count;

    LongFrames(int descriptor) {
        this.descriptor = descriptor;
        message.set(LONG, MESSAGE_IOV, iovs.address());
    }

    /** A frame of the batch waits, of so many bytes, at most {@link #MOST_BYTES}, without the tag that the kernel has taken out. */
    void add(int frame, int length, int tag) {
        frames[count] = frame;
        lengths[count] = length;
        tagBytes[count++] = tag;
    }

    boolean isFull() {
        return count == MOST;
    }

    /** Throws away what nobody has wanted. */
    void forget() {
        while (next < count) {
            iov(0, unwanted.address(), VNET_BYTES);
            receive(1, VNET_BYTES);
        }
        next = 0;
        count = 0;
    }

    void completeAll(FrameBatch batch) {
        while (next < count) {
            complete(batch);
        }
    }

    @Override
    public void complete(FrameBatch batch, int frame) {
        while (next < count && frames[next] <= frame) {
            complete(batch);
        }
    }

    /** The next one. */
    private void complete(FrameBatch batch) {
        int i = next;
        if (memory[i] == null) {
            memory[i] = Arena.ofAuto().allocate(VNET_BYTES + TAG_BYTES + MOST_BYTES, 64);
        }
        int tag = tagBytes[i];
        long start = VNET_BYTES + tag;
        iov(0, unwanted.address(), VNET_BYTES);
        iov(1, memory[i].address() + start, lengths[i]);
        receive(2, VNET_BYTES + lengths[i]);
        if (tag != 0) { // as the ring has it
            MemorySegment.copy(memory[i], start, memory[i], start - tag, ADDRESSES_BYTES);
            MemorySegment.copy(batch.segment[frames[i]], batch.offset[frames[i]] + ADDRESSES_BYTES, memory[i],
                    start - tag + ADDRESSES_BYTES, tag);
        }
        batch.moved(frames[i], memory[i], start - tag);
    }

    @Override
    public void take(FrameBatch batch, int frame, int from, MemorySegment to, long firstOffset, int firstLength, long secondOffset,
                     int secondLength) {
        complete(batch, frame - 1);
        int skipped = VNET_BYTES + from - tagBytes[next];
        iov(0, unwanted.address(), skipped);
        iov(1, to.address() + firstOffset, firstLength);
        iov(2, to.address() + secondOffset, secondLength);
        receive(secondLength == 0 ? 2 : 3, skipped + firstLength + secondLength);
    }

    private void iov(int i, long address, long length) {
        iovs.set(LONG, (long) i * IOV_BYTES, address);
        iovs.set(LONG, (long) i * IOV_BYTES + 8, length);
    }

    /** Takes the next one out of the queue. */
    private void receive(int parts, long bytes) {
        message.set(LONG, MESSAGE_IOV_COUNT, parts);
        long received = -1;
        for (int i = 0; i < ATTEMPTS && received < 0; i++) {
            received = Sockets.receiveQuietly(descriptor, message.address(), Sockets.MSG_DONTWAIT);
        }
        next++;
        if (received != bytes) {
            throw new IllegalStateException("packet port: " + received + " of " + bytes + " bytes of a frame could be received");
        }
    }
}

package org.millrace.ports;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.millrace.api.port.TransmitBatch;
import org.millrace.memory.Linux;
import org.millrace.memory.Sockets;

/**
 * Sends a batch by one sendmmsg(2), each frame gathered by the kernel from its headers, with the virtio-net header
 * right before them, and its payload spans.
 *
 * <p>Owned by: the data-path thread.
 */
final class PacketTransmitter {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort NETWORK_SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    /** {@code struct mmsghdr}: iov at 16, iovlen at 24. */
    private static final int MESSAGE_BYTES = 64;
    private static final int MESSAGE_IOV = 16;
    private static final int MESSAGE_IOV_COUNT = 24;
    private static final int IOV_BYTES = 16;
    private static final int IOVS = 3;

    private static final int VNET_BYTES = 10;
    private static final int NEEDS_CHECKSUM = 1;
    private static final int GSO_TCP4 = 1;
    private static final int GSO_TCP6 = 4;
    private static final int ETHER_TYPE = 12;
    private static final int ETHER_TYPE_IPV6 = 0x86dd;

    /** Header memory of a frame: room for the virtio-net header, then the headers, in whole cache lines. */
    private static final int HEADROOM = 16;
    private static final int STRIDE = 256;

    /** Looks at a full queue this often in a batch before the rest is dropped; about 10 µs. */
    private static final int RETRIES = 16;

    private final Sockets sockets = new Sockets();
    private final int descriptor;
    private final int capacity;
    private final MemorySegment messages;
    private final MemorySegment iovs;
    private long frames;
    private long bytes;
    private long dropped;

    PacketTransmitter(int descriptor, int capacity) {
        this.descriptor = descriptor;
        this.capacity = capacity;
        messages = Arena.ofAuto().allocate((long) capacity * MESSAGE_BYTES, 64);
        iovs = Arena.ofAuto().allocate((long) capacity * IOVS * IOV_BYTES, 64);
        for (int i = 0; i < capacity; i++) {
            messages.set(LONG, (long) i * MESSAGE_BYTES + MESSAGE_IOV, iovs.address() + (long) i * IOVS * IOV_BYTES);
        }
    }

    TransmitBatch newBatch() {
        return new TransmitBatch(capacity, Arena.ofAuto().allocate((long) capacity * STRIDE, 64), HEADROOM, STRIDE);
    }

    int transmit(TransmitBatch batch) {
        int count = batch.count();
        for (int i = 0; i < count; i++) {
            describe(batch, i);
        }
        int sent = 0;
        int next = 0;
        int retries = 0;
        while (next < count) {
            int result = sockets.sendMany(descriptor, messages.address() + (long) next * MESSAGE_BYTES, count - next,
                    Sockets.MSG_DONTWAIT);
            if (result > 0) {
                account(batch, next, result);
                next += result;
                sent += result;
            } else if (result == -Linux.EAGAIN || result == -Sockets.ENOBUFS || result == -Linux.EINTR) {
                if (++retries > RETRIES) {
                    break;
                }
            } else if (result == -Sockets.ENETDOWN) {
                break;
            } else {
                next++; // this frame is not acceptable, the others may be
            }
        }
        dropped += count - sent;
        batch.clear();
        return sent;
    }

    private void describe(TransmitBatch batch, int i) {
        long headers = batch.headerOffset(i) - VNET_BYTES;
        writeVnet(batch, i, headers);
        long iov = (long) i * IOVS * IOV_BYTES;
        iovs.set(LONG, iov, batch.headers.address() + headers);
        iovs.set(LONG, iov + 8, VNET_BYTES + (long) batch.headerLength[i]);
        int used = 1;
        if (batch.firstLength[i] != 0) {
            iovs.set(LONG, iov + IOV_BYTES, batch.first[i].address() + batch.firstOffset[i]);
            iovs.set(LONG, iov + IOV_BYTES + 8, batch.firstLength[i]);
            used = 2;
        }
        if (batch.secondLength[i] != 0) {
            iovs.set(LONG, iov + 2 * IOV_BYTES, batch.second[i].address() + batch.secondOffset[i]);
            iovs.set(LONG, iov + 2 * IOV_BYTES + 8, batch.secondLength[i]);
            used = 3;
        }
        messages.set(LONG, (long) i * MESSAGE_BYTES + MESSAGE_IOV_COUNT, used);
    }

    /** virtio 1.2 §5.1.6: u8 flags, u8 gso type, u16 header length, u16 gso size, u16 checksum start, u16 offset. */
    private static void writeVnet(TransmitBatch batch, int i, long at) {
        MemorySegment memory = batch.headers;
        int start = batch.checksumStart[i];
        int segmentBytes = batch.segmentSize[i];
        if (start == 0) {
            memory.set(INT, at, 0);
            memory.set(INT, at + 4, 0);
            memory.set(SHORT, at + 8, (short) 0);
            return;
        }
        int gso = 0;
        if (segmentBytes != 0 && batch.firstLength[i] + batch.secondLength[i] > segmentBytes) {
            int etherType = memory.get(NETWORK_SHORT, at + VNET_BYTES + ETHER_TYPE) & 0xffff;
            gso = etherType == ETHER_TYPE_IPV6 ? GSO_TCP6 : GSO_TCP4;
        } else {
            segmentBytes = 0;
        }
        memory.set(INT, at, NEEDS_CHECKSUM | gso << 8 | batch.headerLength[i] << 16);
        memory.set(INT, at + 4, segmentBytes | start << 16);
        memory.set(SHORT, at + 8, (short) batch.checksumOffset[i]);
    }

    private void account(TransmitBatch batch, int from, int sent) {
        frames += sent;
        for (int i = from; i < from + sent; i++) {
            bytes += batch.frameLength(i);
        }
    }

    long frames() {
        return frames;
    }

    long bytes() {
        return bytes;
    }

    long dropped() {
        return dropped;
    }
}

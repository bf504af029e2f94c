package org.millrace.ports;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.millrace.api.port.FrameBatch;
import org.millrace.memory.Linux;

/**
 * The receive ring of a packet socket: TPACKET_V2 with virtio-net headers. A slot belongs to the kernel while its
 * status is 0 and to us while bit 0 is set; it holds
 *
 * <pre>
 *    0  u32 status, u32 length, u32 captured length, u16 offset of the frame (m), u16, u32, u32
 *   24  u16 802.1Q tag control, u16 tag protocol
 *  m-10 virtio-net header: u8 flags, u8 gso type, u16 header length, u16 gso size, u16 checksum start, u16 offset
 *    m  frame
 * </pre>
 *
 * <p>All integers in the machine's order, little-endian. A frame that is longer than a slot begins in it and waits, whole, in the
 * socket's queue ({@link LongFrames}), in the same order.
 *
 * <p>Owned by: the data-path thread.
 */
@SuppressWarnings("restricted")
final class PacketReceiver implements AutoCloseable {
    /** A slot takes a frame of the MTU behind what the kernel and a tag need, in whole lines; an odd number, so that slots share no cache set. */
    private static final int SLOT_OVERHEAD = 192;
    private static final int LINE_BYTES = 64;
    /** A frame of 64 KB. */
    private static final int MOST_BYTES = 65536;
    /** So much has to have room in the socket's queue: a window. Else slots take whatever comes. */
    private static final int LEAST_QUEUE_BYTES = 2 << 20;
    /** Slots for super-frames are so many times larger, and fewer. */
    private static final int LONG_SLOTS_SHARE = 16;
    private static final int LEAST_SLOTS = 16;
    /** Whole pages, which have up to 64 KiB (aarch64). */
    private static final int SMALL_BLOCK_BYTES = 1 << 16;
    private static final int LARGE_BLOCK_BYTES = 1 << 20;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort NETWORK_SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final VarHandle STATUS = INT.varHandle();

    private static final int LENGTH = 4;
    private static final int CAPTURED = 8;
    private static final int FRAME_OFFSET = 12;
    private static final int TAG_CONTROL = 24;
    private static final int TAG_PROTOCOL = 26;

    private static final int STATUS_USER = 1;
    /** COPY: all of it is in the socket's queue. */
    private static final int STATUS_QUEUED = 2;
    private static final int STATUS_TAG_VALID = 0x10;
    /** CSUMNOTREADY: a peer on this machine left it to a device; CSUM_VALID: a device has checked it. */
    private static final int STATUS_CHECKSUM_GOOD = 0x08 | 0x80;

    private static final int VNET_BYTES = 10;
    private static final int VNET_GSO_TYPE = 1;
    private static final int VNET_GSO_SIZE = 4;
    /** NEEDS_CSUM and DATA_VALID. */
    private static final int VNET_CHECKSUM_GOOD = 1 | 2;

    private static final int TAG_BYTES = 4;
    private static final int ADDRESSES_BYTES = 12;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment ring;
    private final LongFrames longFrames;
    private final long[] slotOffset;
    /** First slot that the owner still uses. */
    private int held;
    /** How many it uses. */
    private int heldCount;
    private long frames;
    private long bytes;
    private long truncated;

    /** Makes the ring of a socket that has its options and is not bound yet, of at least {@code slots} slots of a frame of the MTU. */
    PacketReceiver(PacketSocket socket, int slots, int mtuBytes, int receiveBufferBytes) {
        longFrames = new LongFrames(socket.descriptor());
        boolean isQueued = socket.queueLongFrames(receiveBufferBytes) >= LEAST_QUEUE_BYTES;
        int slotBytes = (Math.min(isQueued ? mtuBytes : MOST_BYTES, MOST_BYTES) + SLOT_OVERHEAD) / LINE_BYTES * LINE_BYTES | LINE_BYTES;
        int blockBytes = 2 * slotBytes < SMALL_BLOCK_BYTES ? SMALL_BLOCK_BYTES : LARGE_BLOCK_BYTES;
        int slotsPerBlock = blockBytes / slotBytes;
        int blocks = Math.ceilDiv(isQueued ? slots : Math.max(LEAST_SLOTS, slots / LONG_SLOTS_SHARE), slotsPerBlock);
        slotOffset = new long[blocks * slotsPerBlock];
        for (int i = 0; i < slotOffset.length; i++) {
            slotOffset[i] = (long) (i / slotsPerBlock) * blockBytes + (long) (i % slotsPerBlock) * slotBytes;
        }
        long size = (long) blocks * blockBytes;
        ring = MemorySegment.ofAddress(socket.mapReceiveRing(blockBytes, blocks, slotBytes, slotOffset.length))
                .reinterpret(size, arena, mapping -> Linux.unmap(mapping.address(), size));
    }

    /** Gives the slots of the previous batch back and fills {@code batch}. */
    int receive(FrameBatch batch) {
        release();
        longFrames.forget();
        batch.clear();
        int slot = held;
        while (!batch.isFull() && heldCount < slotOffset.length && !longFrames.isFull()) {
            long offset = slotOffset[slot];
            int status = (int) STATUS.getAcquire(ring, offset);
            if ((status & STATUS_USER) == 0) {
                break;
            }
            take(batch, offset, status);
            heldCount++;
            slot = slot + 1 == slotOffset.length ? 0 : slot + 1;
        }
        if (!batch.takesHeads) {
            longFrames.completeAll(batch);
        }
        frames += batch.count();
        return batch.count();
    }

    private void take(FrameBatch batch, long slot, int status) {
        int length = ring.get(INT, slot + LENGTH);
        int captured = ring.get(INT, slot + CAPTURED);
        if (captured != length && (status & STATUS_QUEUED) == 0) {
            truncated++;
            return;
        }
        long start = slot + (ring.get(SHORT, slot + FRAME_OFFSET) & 0xffff);
        long vnet = start - VNET_BYTES;
        boolean good = (status & STATUS_CHECKSUM_GOOD) != 0 || (ring.get(BYTE, vnet) & VNET_CHECKSUM_GOOD) != 0;
        int segmentBytes = ring.get(BYTE, vnet + VNET_GSO_TYPE) == 0 ? 0 : ring.get(SHORT, vnet + VNET_GSO_SIZE) & 0xffff;
        int tagBytes = (status & STATUS_TAG_VALID) != 0 ? TAG_BYTES : 0;
        if (tagBytes != 0) {
            restoreTag(slot, start);
        }
        int flags = good ? FrameBatch.CHECKSUM_VALID : 0;
        if (captured == length) {
            batch.add(ring, start - tagBytes, length + tagBytes, segmentBytes, flags);
        } else {
            length = Math.min(length, LongFrames.MOST_BYTES);
            batch.addHead(ring, start - tagBytes, Math.min(captured, length) + tagBytes, length + tagBytes, segmentBytes, flags, longFrames);
            longFrames.add(batch.count() - 1, length, tagBytes);
            if (!good || tagBytes != 0) { // somebody will look at all of it
                longFrames.complete(batch, batch.count() - 1);
            }
        }
        bytes += length + tagBytes;
    }

    /** Puts the 802.1Q tag that the kernel has taken out back behind the addresses, over the virtio-net header. */
    private void restoreTag(long slot, long start) {
        MemorySegment.copy(ring, start, ring, start - TAG_BYTES, ADDRESSES_BYTES);
        long tag = start - TAG_BYTES + ADDRESSES_BYTES;
        ring.set(NETWORK_SHORT, tag, ring.get(SHORT, slot + TAG_PROTOCOL));
        ring.set(NETWORK_SHORT, tag + 2, ring.get(SHORT, slot + TAG_CONTROL));
    }

    private void release() {
        int slot = held;
        for (int i = heldCount; i > 0; i--) {
            STATUS.setRelease(ring, slotOffset[slot], 0);
            slot = slot + 1 == slotOffset.length ? 0 : slot + 1;
        }
        held = slot;
        heldCount = 0;
    }

    long frames() {
        return frames;
    }

    long bytes() {
        return bytes;
    }

    long truncated() {
        return truncated;
    }

    @Override
    public void close() {
        arena.close();
    }
}

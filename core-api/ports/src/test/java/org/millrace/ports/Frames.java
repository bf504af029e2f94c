package org.millrace.ports;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Random;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.TransmitBatch;

/** Makes frames for tests, and reads them. */
final class Frames {
    static final int UDP = 17;
    static final int TCP = 6;
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private Frames() {
    }

    /** {@return random payload in native memory} */
    static MemorySegment payload(Random random, int bytes) {
        byte[] content = new byte[bytes];
        random.nextBytes(content);
        return Arena.ofAuto().allocate(Math.max(1, bytes)).copyFrom(MemorySegment.ofArray(content));
    }

    /** Adds a frame of type 0x88b5 (for experiments) with {@code headerBytes} of headers and the payload in two spans. */
    static byte[] add(TransmitBatch batch, Random random, int headerBytes, MemorySegment payload, int cut, int length) {
        long at = batch.headerOffset(batch.count());
        byte[] headers = new byte[headerBytes];
        random.nextBytes(headers);
        MemorySegment.copy(headers, 0, batch.headers, BYTE, at, headerBytes);
        mac(batch.headers, at, 0xffffffffffffL);
        mac(batch.headers, at + 6, 0x020000000001L);
        batch.headers.set(SHORT, at + 12, (short) 0x88b5);
        batch.add(headerBytes);
        batch.span(payload, 0, cut);
        batch.span(payload, cut, length - cut);
        byte[] frame = new byte[headerBytes + length];
        MemorySegment.copy(batch.headers, BYTE, at, frame, 0, headerBytes);
        MemorySegment.copy(payload, BYTE, 0, frame, headerBytes, length);
        return frame;
    }

    /** Writes Ethernet and IPv4 headers with a complete IP checksum; returns the folded TCP or UDP pseudo-header sum. */
    static int ipv4(MemorySegment memory, long at, long to, long from, int source, int target, int protocol,
                    int transportBytes) {
        mac(memory, at, to);
        mac(memory, at + 6, from);
        memory.set(SHORT, at + 12, (short) 0x0800);
        memory.asSlice(at + 14, 20).fill((byte) 0);
        memory.set(SHORT, at + 14, (short) 0x4500);
        memory.set(SHORT, at + 16, (short) (20 + transportBytes));
        memory.set(BYTE, at + 22, (byte) 64);
        memory.set(BYTE, at + 23, (byte) protocol);
        memory.set(INT, at + 26, source);
        memory.set(INT, at + 30, target);
        memory.set(SHORT, at + 24, (short) ~sum(memory, at + 14, 20, 0));
        return sum(memory, at + 26, 8, protocol + transportBytes);
    }

    /** {@return the folded one's complement sum of {@code bytes} at {@code at}, added to {@code initial}} */
    static int sum(MemorySegment memory, long at, int bytes, int initial) {
        long sum = initial;
        for (int i = 0; i + 1 < bytes; i += 2) {
            sum += memory.get(SHORT, at + i) & 0xffff;
        }
        if ((bytes & 1) != 0) {
            sum += (memory.get(BYTE, at + bytes - 1) & 0xff) << 8;
        }
        while (sum >> 16 != 0) {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        return (int) sum;
    }

    static void mac(MemorySegment memory, long at, long mac) {
        memory.set(SHORT, at, (short) (mac >> 32));
        memory.set(INT, at + 2, (int) mac);
    }

    /** {@return a copy of frame {@code i}} */
    static byte[] bytes(FrameBatch batch, int i) {
        return batch.segment[i].asSlice(batch.offset[i], batch.length[i]).toArray(BYTE);
    }
}

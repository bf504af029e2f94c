package org.millrace.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.pipeline.PayloadDma;
import org.millrace.api.pipeline.SegmentMeta;

/**
 * Payload DMA over byte arrays: moves the bytes, notes each transfer, and fails on one that reaches outside the received
 * payload or is longer than the ring.
 */
public final class RecordingDma implements PayloadDma {
    private final int ringBytes;
    private final Map<Integer, byte[]> frames = new HashMap<>();
    private final Map<Long, byte[]> receiveRings = new HashMap<>();
    private final Map<Long, byte[]> transmitRings = new HashMap<>();
    private final List<Transfer> transfers = new ArrayList<>();

    /**
     * One transfer.
     *
     * @param toHost     whether it went into a receive ring
     * @param connection the connection
     * @param position   as asked for, not masked
     * @param bytes      what was moved
     */
    public record Transfer(boolean toHost, int connection, int position, byte[] bytes) {
    }

    /** Rings of 64 KiB. */
    public RecordingDma() {
        this(1 << 16);
    }

    /**
     * Empty rings.
     *
     * @param ringBytes size of each, a power of two
     */
    public RecordingDma(int ringBytes) {
        if (Integer.bitCount(ringBytes) != 1) {
            throw new IllegalArgumentException("ringBytes is " + ringBytes + ", allowed is a power of two");
        }
        this.ringBytes = ringBytes;
    }

    /**
     * Puts a received frame where {@link #toHost} finds it.
     *
     * @param number {@link SegmentMeta#frame()} of its item
     * @param frame  the whole frame
     * @return this
     */
    public RecordingDma frame(int number, byte[] frame) {
        frames.put(number, frame);
        return this;
    }

    /**
     * {@return the receive ring of a connection}
     *
     * @param context    its context
     * @param connection the connection
     */
    public byte[] receiveRing(int context, int connection) {
        return ring(receiveRings, context, connection);
    }

    /**
     * {@return the transmit ring of a connection, to be filled by the test}
     *
     * @param context    its context
     * @param connection the connection
     */
    public byte[] transmitRing(int context, int connection) {
        return ring(transmitRings, context, connection);
    }

    private byte[] ring(Map<Long, byte[]> rings, int context, int connection) {
        return rings.computeIfAbsent((long) context << 32 | connection & 0xffff_ffffL, k -> new byte[ringBytes]);
    }

    @Override
    public void toHost(SegmentMeta meta) {
        byte[] frame = frames.get(meta.frame());
        if (frame == null) {
            throw new AssertionError("DMA of frame " + meta.frame() + ", which the test has not set");
        }
        int from = meta.payloadOffset();
        check(meta, from >= 0 && meta.length() <= meta.payloadLength() && meta.length() <= frame.length - from,
            "beyond the payload of " + meta.payloadLength() + " bytes at " + from);
        byte[] ring = receiveRing(meta.context(), meta.connection());
        for (int i = 0; i < meta.length(); i++) {
            ring[meta.position() + i & ringBytes - 1] = frame[from + i];
        }
        transfers.add(new Transfer(true, meta.connection(), meta.position(),
            Arrays.copyOfRange(frame, from, from + meta.length())));
    }

    @Override
    public void fromHost(SegmentMeta meta) {
        check(meta, true, "");
        byte[] ring = transmitRing(meta.context(), meta.connection());
        byte[] bytes = new byte[meta.length()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = ring[meta.position() + i & ringBytes - 1];
        }
        transfers.add(new Transfer(false, meta.connection(), meta.position(), bytes));
    }

    private void check(SegmentMeta meta, boolean inside, String otherwise) {
        if (meta.length() < 0 || meta.length() > ringBytes) {
            throw new AssertionError("DMA of " + meta.length() + " bytes, the ring has " + ringBytes);
        }
        if (!inside) {
            throw new AssertionError("DMA of " + meta.length() + " bytes goes " + otherwise);
        }
    }

    /** {@return all transfers, in order} */
    public List<Transfer> transfers() {
        return List.copyOf(transfers);
    }
}

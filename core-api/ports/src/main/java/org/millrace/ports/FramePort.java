package org.millrace.ports;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.Port;
import org.millrace.api.port.PortCounters;
import org.millrace.api.port.PortInfo;
import org.millrace.api.port.TransmitBatch;
import org.millrace.wire.EthernetHeader;

/** A port whose wire is in the hands of whoever tests or simulates: it receives what it is given, and hands over what is sent. Owned by: one thread. */
public final class FramePort implements Port {
    private static final int BATCH_FRAMES = 64;
    private static final int STRIDE = 256;

    private final PortInfo info;
    private final Consumer<byte[]> wire;
    private final Deque<byte[]> waiting = new ArrayDeque<>();
    private long receivedFrames;
    private long receivedBytes;
    private long transmittedFrames;
    private long transmittedBytes;

    /**
     * Makes a port that does nothing for its host.
     *
     * @param name     how it is called
     * @param mac      its address, low 48 bits
     * @param mtuBytes largest IP datagram
     * @param wire     takes each frame that is sent
     */
    public FramePort(String name, long mac, int mtuBytes, Consumer<byte[]> wire) {
        this(new PortInfo(name, mac, mtuBytes, EthernetHeader.LENGTH + mtuBytes, false, false, false), wire);
    }

    /**
     * Makes a port.
     *
     * @param info what it is; a checksum that is left to it stays partial, and nothing is cut
     * @param wire takes each frame that is sent
     */
    public FramePort(PortInfo info, Consumer<byte[]> wire) {
        this.info = info;
        this.wire = wire;
    }

    /**
     * Has a frame received with the next batches.
     *
     * @param frame Ethernet header to payload; the port's from now on
     */
    public void inject(byte[] frame) {
        waiting.add(frame);
    }

    @Override
    public PortInfo info() {
        return info;
    }

    @Override
    public int receive(FrameBatch batch) {
        batch.clear();
        while (!waiting.isEmpty() && !batch.isFull()) {
            byte[] frame = waiting.poll();
            batch.add(MemorySegment.ofArray(frame), 0, frame.length, 0, 0);
            receivedFrames++;
            receivedBytes += frame.length;
        }
        return batch.count();
    }

    @Override
    public TransmitBatch newTransmitBatch() {
        return new TransmitBatch(BATCH_FRAMES, MemorySegment.ofArray(new byte[BATCH_FRAMES * STRIDE]), 0, STRIDE);
    }

    @Override
    public int transmit(TransmitBatch batch) {
        int sent = batch.count();
        for (int i = 0; i < sent; i++) {
            byte[] frame = batch.copy(i);
            transmittedFrames++;
            transmittedBytes += frame.length;
            wire.accept(frame);
        }
        batch.clear();
        return sent;
    }

    /** {@return −1: nothing here wakes anybody} */
    @Override
    public int descriptor() {
        return -1;
    }

    @Override
    public PortCounters counters() {
        return new PortCounters(receivedFrames, receivedBytes, 0, transmittedFrames, transmittedBytes, 0);
    }

    @Override
    public void close() {
        waiting.clear();
    }
}

package org.millrace.ports;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.Port;
import org.millrace.api.port.PortCounters;
import org.millrace.api.port.PortInfo;
import org.millrace.api.port.TransmitBatch;
import org.millrace.memory.frame.Bell;
import org.millrace.memory.frame.FrameReader;
import org.millrace.memory.frame.FrameRing;
import org.millrace.memory.frame.FrameWriter;

/**
 * One end of a wire through shared memory: between two ports of one process ({@link #pair}) or of two processes that
 * share a directory ({@link MemoryPortFactory}). Needs no privilege. A frame is copied once, by the sender, and
 * received in place. When the ring is full frames are dropped and counted, as on a wire.
 *
 * <p>Owned by: the data-path thread; {@link #counters} may be called by any.
 */
public final class MemoryPort implements Port {
    /** Options of both ends. */
    static final Set<String> COMMON_OPTIONS = Set.of("mtu", "super-frames", "checksums", "ring-bytes", "batch-frames");
    private static final int ETHERNET_BYTES = 14;
    private static final int TAG_BYTES = 4;

    private final MemoryWire wire;
    private final PortInfo info;
    private final Bell bell;
    private final FrameReader reader;
    private final FrameWriter writer;
    private final int batchFrames;
    private boolean closed;

    private MemoryPort(MemoryWire wire, char side, PortInfo info, int batchFrames) {
        this.wire = wire;
        this.info = info;
        this.batchFrames = batchFrames;
        MemorySegment memory = wire.region.segment();
        long fromA = 0;
        long fromB = FrameRing.sizeBytes(wire.capacityBytes);
        boolean a = side == 'a';
        bell = a ? wire.bellA : wire.bellB;
        reader = new FrameReader(memory, a ? fromB : fromA, wire.capacityBytes, bell, FrameBatch.CHECKSUM_VALID);
        writer = new FrameWriter(memory, a ? fromA : fromB, wire.capacityBytes, info.maxFrameBytes() + TAG_BYTES,
                a ? wire.bellB : wire.bellA);
    }

    /**
     * Makes a wire within this process.
     *
     * @param options those of {@link MemoryPortFactory} without {@code path}, {@code side} and {@code mac}
     * @return its two ends
     */
    public static MemoryPort[] pair(Map<String, String> options) {
        PortOptions checked = new PortOptions("memory", options, COMMON_OPTIONS);
        PortInfo a = info(checked, 'a', PortOptions.localMac("memory:a"));
        PortInfo b = info(checked, 'b', PortOptions.localMac("memory:b"));
        int batchFrames = batchFrames(checked);
        MemoryWire wire = MemoryWire.inProcess(ringBytes(checked));
        return new MemoryPort[] {new MemoryPort(wire, 'a', a, batchFrames), new MemoryPort(wire, 'b', b, batchFrames)};
    }

    /** Opens one end as {@link MemoryPortFactory} has read its options. */
    static MemoryPort open(Path directory, char side, PortOptions options) {
        PortInfo info = info(options, side, options.mac("mac", PortOptions.localMac("memory:" + directory + ":" + side)));
        int batchFrames = batchFrames(options);
        return new MemoryPort(MemoryWire.inDirectory(directory, side, ringBytes(options)), side, info, batchFrames);
    }

    private static int ringBytes(PortOptions options) {
        return options.powerOfTwo("ring-bytes", 1 << 22, FrameRing.MIN_CAPACITY_BYTES, 1 << 30);
    }

    private static int batchFrames(PortOptions options) {
        return options.number("batch-frames", 64, 1, 1024);
    }

    private static PortInfo info(PortOptions options, char side, long mac) {
        boolean trusted = options.choice("checksums", "trusted", "complete").equals("trusted");
        // cutting a super-frame means completing its checksums, so one without the other is no use
        boolean superFrames = options.flag("super-frames", true) && trusted;
        int mtuBytes = options.number("mtu", 1500, 576, PacketPort.MAX_SUPER_FRAME_BYTES - ETHERNET_BYTES);
        return new PortInfo("memory:" + side, mac, mtuBytes,
                superFrames ? PacketPort.MAX_SUPER_FRAME_BYTES : mtuBytes + ETHERNET_BYTES, superFrames, trusted, trusted);
    }

    @Override
    public PortInfo info() {
        return info;
    }

    @Override
    public int receive(FrameBatch batch) {
        return reader.read(batch);
    }

    @Override
    public TransmitBatch newTransmitBatch() {
        return new TransmitBatch(batchFrames, Arena.ofAuto().allocate((long) batchFrames * TransmitBatch.HEADER_BYTES, 64),
                0, TransmitBatch.HEADER_BYTES);
    }

    @Override
    public int transmit(TransmitBatch batch) {
        return writer.write(batch);
    }

    @Override
    public int descriptor() {
        return bell.descriptor();
    }

    @Override
    public void sleeping(boolean sleeping) {
        if (sleeping) {
            reader.beforeSleep();
        } else {
            reader.afterSleep();
        }
    }

    @Override
    public PortCounters counters() {
        return new PortCounters(reader.frames(), reader.bytes(), reader.errors(),
                writer.frames(), writer.bytes(), writer.dropped());
    }

    /** Releases this end; what it shares with the other end of a {@link #pair} stays until that is closed too. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            wire.closeEnd();
        }
    }
}

package org.millrace.runtime;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.TransmitBatch;
import org.millrace.wire.PcapngWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the frames of a port, both ways, to a pcapng file until it has its size. For looking into trouble: every frame
 * costs a system call. Super-frames appear as such, checksums left to the port as partial. Owned by: the data-path
 * thread.
 */
final class Capture implements AutoCloseable {
    /** Default bound of the file, bytes. */
    static final long DEFAULT_BYTES = 256L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(Capture.class);
    private static final int MAX_FRAME = 1 << 17;

    private final Path file;
    private final PcapngWriter writer;
    private final long epochOffsetNs;
    private final MemorySegment frame = Arena.ofAuto().allocate(MAX_FRAME);
    private long remaining;

    /**
     * Begins a capture.
     *
     * @param file          written anew
     * @param limitBytes    frames that would exceed this are left out
     * @param epochOffsetNs what to add to a data path's time to get time since 1970
     * @throws IOException if the file cannot be written
     */
    Capture(Path file, long limitBytes, long epochOffsetNs) throws IOException {
        this.file = file;
        this.epochOffsetNs = epochOffsetNs;
        remaining = limitBytes;
        writer = new PcapngWriter(FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING));
    }

    void received(FrameBatch batch, int i, long nowNs) {
        write(batch.segment[i], batch.offset[i], batch.length[i], nowNs);
    }

    void sent(TransmitBatch batch, int i, long nowNs) {
        int length = batch.frameLength(i);
        if (length > MAX_FRAME) {
            return;
        }
        int at = batch.headerLength[i];
        MemorySegment.copy(batch.headers, batch.headerOffset(i), frame, 0, at);
        if (batch.firstLength[i] > 0) {
            MemorySegment.copy(batch.first[i], batch.firstOffset[i], frame, at, batch.firstLength[i]);
        }
        if (batch.secondLength[i] > 0) {
            MemorySegment.copy(batch.second[i], batch.secondOffset[i], frame, at + (long) batch.firstLength[i],
                batch.secondLength[i]);
        }
        write(frame, 0, length, nowNs);
    }

    private void write(MemorySegment memory, long offset, int length, long nowNs) {
        if (length > remaining) {
            return;
        }
        try {
            writer.write(nowNs + epochOffsetNs, memory, offset, length);
            remaining -= length;
        } catch (IOException e) {
            LOG.warn("capture to {} ends: {}", file, e.toString());
            remaining = 0;
        }
    }

    @Override
    public void close() {
        try {
            writer.close();
        } catch (IOException e) {
            LOG.warn("capture to {} may be incomplete: {}", file, e.toString());
        }
    }
}

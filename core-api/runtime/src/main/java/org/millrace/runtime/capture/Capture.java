package org.millrace.runtime.capture;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.TransmitBatch;

/**
 * Copies frames of a port, both ways, until there are enough. Super-frames appear as such, checksums left to the port as
 * partial.
 *
 * <p>DESIGN NOTES. The shards of an instance share one capture, and wait for each other while one copies: whoever captures is not
 * after the last nanosecond. A frame's time is that of the round it was met in, or that of the frame before it if another shard's
 * round began later: never later than when it was met, and in the capture time does not go back.
 *
 * <p>Called by the data-path threads of one clock.
 */
public final class Capture implements AutoCloseable {
    private static final int MAX_FRAME = 1 << 17;

    private final CaptureFilter filter;
    private final FrameSink sink;
    private final long epochOffsetNs;
    private final int snapBytes;
    private final MemorySegment frame = Arena.ofAuto().allocate(MAX_FRAME);
    private long bytesLeft;
    private long framesLeft;
    private long lastNs = Long.MIN_VALUE;
    private int shards;

    /**
     * Begins a capture of one data path.
     *
     * @param filter        which frames
     * @param sink          where they go; closed with this
     * @param maxBytes      frames that would exceed this are left out
     * @param maxFrames     most frames
     * @param snapBytes     most bytes of a frame
     * @param epochOffsetNs what to add to a data path's time to get time since 1970
     */
    public Capture(CaptureFilter filter, FrameSink sink, long maxBytes, long maxFrames, int snapBytes, long epochOffsetNs) {
        this.snapBytes = snapBytes;
        this.filter = filter;
        this.sink = sink;
        this.epochOffsetNs = epochOffsetNs;
        bytesLeft = maxBytes;
        framesLeft = maxFrames;
        shards = 1;
    }

    /** {@return this, of several data paths: each closes it} Before any of them begins it. */
    public Capture of(int dataPaths) {
        shards = dataPaths;
        return this;
    }

    synchronized void received(FrameBatch batch, int i, long nowNs) {
        if (filter.matches(batch.segment[i], batch.offset[i], batch.length[i])) {
            take(false, batch.segment[i], batch.offset[i], batch.length[i], nowNs);
        }
    }

    synchronized void sent(TransmitBatch batch, int i, long nowNs) {
        int length = batch.frameLength(i);
        int at = batch.headerLength[i];
        if (length > MAX_FRAME || !filter.matches(batch.headers, batch.headerOffset(i), at)) {
            return;
        }
        MemorySegment.copy(batch.headers, batch.headerOffset(i), frame, 0, at);
        if (batch.firstLength[i] > 0) {
            MemorySegment.copy(batch.first[i], batch.firstOffset[i], frame, at, batch.firstLength[i]);
        }
        if (batch.secondLength[i] > 0) {
            MemorySegment.copy(batch.second[i], batch.secondOffset[i], frame, at + (long) batch.firstLength[i],
                batch.secondLength[i]);
        }
        take(true, frame, 0, length, nowNs);
    }

    private void take(boolean sent, MemorySegment memory, long offset, int wireBytes, long nowNs) {
        int length = Math.min(wireBytes, snapBytes);
        if (length <= bytesLeft && framesLeft > 0) {
            lastNs = Math.max(lastNs, nowNs);
            sink.frame(lastNs + epochOffsetNs, sent, memory, offset, length, wireBytes);
            bytesLeft -= length;
            framesLeft--;
        }
    }

    /** A data path has nothing more; after the last one's the sink is closed. */
    @Override
    public synchronized void close() {
        if (--shards == 0) {
            sink.close();
        }
    }
}

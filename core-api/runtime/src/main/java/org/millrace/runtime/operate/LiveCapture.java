package org.millrace.runtime.operate;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.TimeUnit;
import org.millrace.runtime.Instance;
import org.millrace.runtime.capture.Capture;
import org.millrace.runtime.capture.CaptureFilter;
import org.millrace.runtime.capture.FrameQueue;
import org.millrace.wire.PcapngWriter;

/**
 * A capture of a running instance, written by whoever looks: the data path copies frames aside and goes on; what finds no
 * room there is lost and counted. Owned by: one thread.
 */
public final class LiveCapture implements AutoCloseable {
    private static final int QUEUE_BYTES = 8 << 20;
    private static final int BUFFER_BYTES = 64 << 10;

    private final Instance instance;
    private final FrameQueue queue = new FrameQueue(QUEUE_BYTES);
    private final Limits limits;
    private final Capture capture;
    private final long beganNs = System.nanoTime();
    private BufferedOutputStream buffered;
    private PcapngWriter writer;

    /**
     * When it is enough.
     *
     * @param bytes   of all frames; a frame that would exceed it is left out
     * @param frames  most frames
     * @param seconds longest time
     * @param snapBytes most bytes of a frame
     */
    public record Limits(long bytes, long frames, long seconds, int snapBytes) {
    }

    /**
     * Begins to capture.
     *
     * @throws IllegalStateException if the instance has ended, or has as many captures as there can be
     */
    LiveCapture(Instance instance, CaptureFilter filter, Limits limits) {
        this.instance = instance;
        this.limits = limits;
        long nowMs = System.currentTimeMillis();
        capture = instance.capture(nowNs -> new Capture(filter, queue, limits.bytes(), limits.frames(),
            limits.snapBytes(), TimeUnit.MILLISECONDS.toNanos(nowMs) - nowNs));
    }

    /**
     * Writes the head of a pcapng file.
     *
     * @param channel where everything goes
     * @throws IOException if it fails
     */
    public void writeTo(WritableByteChannel channel) throws IOException {
        buffered = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES);
        writer = new PcapngWriter(Channels.newChannel(buffered), instance.portName(), limits.snapBytes());
        buffered.flush();
    }

    /**
     * Writes what has been captured by now.
     *
     * @return whether more may come
     * @throws IOException if it fails
     */
    public boolean write() throws IOException {
        boolean last = queue.isClosed() || instance.ended() != null || queue.frames() >= limits.frames()
            || System.nanoTime() - beganNs >= TimeUnit.SECONDS.toNanos(limits.seconds());
        queue.take(this::write);
        buffered.flush();
        return !last;
    }

    private void write(long timeNs, boolean sent, MemorySegment memory, long offset, int length, int wireBytes)
        throws IOException {
        writer.write(timeNs, sent ? PcapngWriter.Direction.OUTBOUND : PcapngWriter.Direction.INBOUND, memory, offset, length,
            wireBytes);
    }

    /** {@return frames captured} */
    public long frames() {
        return queue.frames();
    }

    /** {@return frames lost because they came faster than they were written} */
    public long lost() {
        return queue.lost();
    }

    /**
     * Ends the capture and writes what is left, and how many frames were lost: the interface's statistics.
     *
     * @throws IOException if it fails
     */
    public void finish() throws IOException {
        close();
        queue.take(this::write);
        writer.statistics(TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()), frames() + lost(), lost());
        buffered.flush();
    }

    /** Ends the capture; ended before: nothing. */
    @Override
    public void close() {
        instance.end(capture);
    }
}

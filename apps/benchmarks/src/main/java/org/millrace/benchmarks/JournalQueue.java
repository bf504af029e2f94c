package org.millrace.benchmarks;

import java.nio.file.Path;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.queue.rollcycles.LegacyRollCycles;
import org.millrace.memory.Descriptor;

/** Chronicle Queue as a context queue: unbounded, in files. */
final class JournalQueue implements DescriptorQueue {
    private static final int BLOCK_BYTES = 64 << 20;

    private final ChronicleQueue queue;
    private final ExcerptAppender appender;
    private final ExcerptTailer tailer;
    private final Bytes<Void> out = Bytes.allocateDirect(Descriptor.BYTES);
    private final Bytes<Void> in = Bytes.allocateDirect(Descriptor.BYTES);

    JournalQueue(Path directory) {
        queue = SingleChronicleQueueBuilder.single(directory.toFile()).rollCycle(LegacyRollCycles.DAILY)
            .blockSize(BLOCK_BYTES).build();
        appender = queue.createAppender();
        tailer = queue.createTailer();
    }

    @Override
    public void write(int connection, int bytes) {
        Bytes<Void> to = out;
        to.clear();
        to.writeInt(Descriptor.BUMP);
        to.writeInt(connection);
        to.writeInt(bytes);
        to.writeInt(bytes);
        for (int i = 16; i < Descriptor.BYTES; i += Long.BYTES) {
            to.writeLong(0);
        }
        appender.writeBytes(to);
    }

    @Override
    public long read() {
        Bytes<Void> from = in;
        from.clear();
        if (!tailer.readBytes(from)) {
            return EMPTY;
        }
        long sum = 0;
        for (int i = 0; i < Descriptor.BYTES; i += Long.BYTES) {
            sum ^= from.readLong();
        }
        return sum;
    }

    @Override
    public void rewindWriter() {
        // it never runs full
    }

    @Override
    public void rewindReader() {
        tailer.toStart();
    }

    @Override
    public void close() {
        appender.close();
        tailer.close();
        queue.close();
        out.releaseLast();
        in.releaseLast();
    }
}

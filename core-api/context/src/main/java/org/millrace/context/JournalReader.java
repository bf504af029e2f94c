package org.millrace.context;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.core.io.Closeable;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import org.millrace.memory.Descriptor;

/** The entries of a journal, oldest first. Owned by: one thread. */
public final class JournalReader implements Iterator<JournalEntry>, AutoCloseable {
    static {
        Chronicle.prepare();
    }

    private final Path directory;
    private final ChronicleQueue queue;
    private final ExcerptTailer tailer;
    private final Bytes<?> bytes = Bytes.allocateElasticOnHeap(Journal.ENTRY_BYTES);
    private JournalEntry next;
    private long count;

    private JournalReader(Path directory, ChronicleQueue queue) {
        this.directory = directory;
        this.queue = queue;
        tailer = queue.createTailer();
    }

    static JournalReader open(Path directory) throws IOException {
        if (!Files.exists(directory.resolve("metadata.cq4t"))) {
            throw new IOException("no journal at " + directory);
        }
        ChronicleQueue queue = null;
        try {
            queue = SingleChronicleQueueBuilder.single(directory.toFile()).rollCycle(Journal.CYCLE).readOnly(true).build();
            return new JournalReader(directory, queue);
        } catch (Exception | Error e) { // Chronicle throws checked exceptions that it does not declare
            Closeable.closeQuietly(queue);
            throw damaged(directory, 0, e);
        }
    }

    @Override
    public boolean hasNext() {
        if (next == null) {
            next = read();
        }
        return next != null;
    }

    @Override
    public JournalEntry next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        JournalEntry entry = next;
        next = null;
        count++;
        return entry;
    }

    private JournalEntry read() {
        try {
            bytes.clear();
            if (!tailer.readBytes(bytes)) {
                return null;
            }
            byte[] descriptor = new byte[Descriptor.BYTES];
            int direction = bytes.byteOrder() == ByteOrder.LITTLE_ENDIAN ? bytes.readInt(Journal.DIRECTION) : -1;
            if (bytes.readRemaining() != Journal.ENTRY_BYTES || direction < 0
                || direction >= JournalEntry.Direction.values().length) {
                throw new IllegalStateException("an entry of " + bytes.readRemaining() + " bytes, direction " + direction);
            }
            bytes.read(Journal.DESCRIPTOR, descriptor, 0, Descriptor.BYTES);
            return new JournalEntry(bytes.readLong(0), bytes.readInt(Journal.CONTEXT),
                JournalEntry.Direction.values()[direction], descriptor);
        } catch (Exception | Error e) { // Chronicle throws checked exceptions that it does not declare
            throw new UncheckedIOException(damaged(directory, count, e));
        }
    }

    private static IOException damaged(Path directory, long count, Throwable cause) {
        String text = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return new IOException("journal " + directory + " is damaged behind entry " + count + ": "
            + text.lines().findFirst().orElse(""), cause);
    }

    @Override
    public void close() {
        tailer.close();
        queue.close();
    }
}

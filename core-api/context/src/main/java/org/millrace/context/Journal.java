package org.millrace.context;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.queue.rollcycles.LegacyRollCycles;
import org.millrace.memory.Descriptor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The record of every descriptor of a context, both ways, in a Chronicle Queue: for audit, tracing and replay.
 *
 * <pre>
 * entry, 80 bytes, little-endian:  0 i64 time ns   8 i32 context   12 i32 direction   16 64 B descriptor
 * </pre>
 *
 * DESIGN NOTES. A queue rolls by time only, its fastest cycle is a minute, and only whole cycles can be deleted. So the
 * bound on size holds in two ways: old cycles are deleted, and when the current one alone is over the bound its further
 * descriptors are skipped and counted until the next minute. Cycles follow the data path's clock, so a journal of virtual
 * time is the same on every run. An append costs 150 to 200 ns, a roll some milliseconds: a journalled context is not for
 * benchmarks. Whatever goes wrong ends the journal with one logged line and nothing else. A write to a mapped file that
 * finds the disk full would fault, and the JVM may deliver that fault after this class has returned: so the journal looks
 * for free space first, each 4096 descriptors and each 100 ms, and stops while there still is some.
 *
 * <p>Owned by: the thread that runs the data path; another one may run it later, which then has seen all that this one has done.
 */
public final class Journal implements AutoCloseable {
    static final int ENTRY_BYTES = 16 + Descriptor.BYTES;
    static final int CONTEXT = 8;
    static final int DIRECTION = 12;
    static final int DESCRIPTOR = 16;
    static final LegacyRollCycles CYCLE = LegacyRollCycles.MINUTELY;
    static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
    private static final int BLOCK_BYTES = 1 << 20;
    // About 400 KB: what can be written beyond a bound before it is noticed.
    private static final int CHECK_ENTRIES = 4096;
    // Divides the cycle, so that every cycle begins with a check.
    private static final long CHECK_MS = 100;
    // More than a roll and CHECK_ENTRIES need.
    private static final long MIN_FREE_BYTES = 16 << 20;
    private static final long NS_PER_MS = 1_000_000;

    static {
        Chronicle.prepare();
    }

    private final Path directory;
    private final int context;
    private final JournalFiles files;
    private final long epochMs;
    private final Bytes<Void> entry = Bytes.allocateDirect(ENTRY_BYTES);
    private final MemorySegment entryMemory;
    private ChronicleQueue queue;
    private ExcerptAppender appender;
    private long nowMs;
    private int untilCheck;
    private long nextCheckMs;
    private boolean full;
    private long skipped;
    private boolean stopped;

    /**
     * How much is kept.
     *
     * @param bytes     most bytes on disk, at least 4 MiB
     * @param ageMs     cycles that ended longer ago are deleted, ms
     * @param freeBytes what must stay free on the disk, at least 16 MiB; below it journalling stops
     */
    public record Limits(long bytes, long ageMs, long freeBytes) {
        /** 1 GiB, a day, 256 MiB free. */
        public static final Limits DEFAULT = new Limits(1L << 30, 86_400_000L, 256L << 20);

        /** Checks the ranges. */
        public Limits {
            if (bytes < 4 << 20) {
                throw new IllegalArgumentException("a journal of " + bytes + " bytes, allowed is 4194304 and more");
            }
            if (freeBytes < MIN_FREE_BYTES) {
                throw new IllegalArgumentException("a journal that leaves " + freeBytes + " bytes free, allowed is "
                    + MIN_FREE_BYTES + " and more");
            }
        }
    }

    @SuppressWarnings("restricted")
    private Journal(Path directory, int context, Limits limits, long nowNs) {
        this.directory = directory;
        this.context = context;
        files = new JournalFiles(directory, limits);
        epochMs = System.currentTimeMillis() - nowNs / NS_PER_MS;
        nowMs = epochMs + nowNs / NS_PER_MS;
        entryMemory = MemorySegment.ofAddress(entry.addressForWrite(0)).reinterpret(ENTRY_BYTES);
    }

    /**
     * Opens a journal, or continues one. If that fails one line says so and nothing is recorded.
     *
     * @param directory its own
     * @param context   the context's number
     * @param limits    how much is kept
     * @param nowNs     the data path's time
     * @return the journal
     */
    public static Journal open(Path directory, int context, Limits limits, long nowNs) {
        Journal journal = new Journal(directory, context, limits, nowNs);
        try {
            Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(
                PosixFilePermissions.fromString("rwx------")));
            journal.queue = SingleChronicleQueueBuilder.single(directory.toFile()).rollCycle(CYCLE)
                .blockSize(BLOCK_BYTES).timeProvider(() -> journal.nowMs).build();
            journal.appender = journal.queue.createAppender();
            journal.appender.singleThreadedCheckDisabled(true);
        } catch (Exception | Error e) { // Chronicle throws checked exceptions that it does not declare
            journal.stop(e);
        }
        return journal;
    }

    /**
     * Records a descriptor.
     *
     * @param direction which way it goes
     * @param memory    the context's
     * @param offset    where the descriptor is
     * @param nowNs     the time
     */
    public void record(JournalEntry.Direction direction, MemorySegment memory, long offset, long nowNs) {
        if (stopped) {
            return;
        }
        try {
            nowMs = epochMs + nowNs / NS_PER_MS;
            if (--untilCheck < 0 || nowMs >= nextCheckMs) {
                check();
            }
            if (full) {
                skipped++;
            } else {
                append(direction, memory, offset, nowNs);
            }
        } catch (Exception | Error e) { // InternalError: the disk is full under a mapping
            stop(e);
        }
    }

    private void append(JournalEntry.Direction direction, MemorySegment memory, long offset, long nowNs) {
        entryMemory.set(I64, 0, nowNs);
        entryMemory.set(I32, CONTEXT, context);
        entryMemory.set(I32, DIRECTION, direction.ordinal());
        MemorySegment.copy(memory, offset, entryMemory, DESCRIPTOR, Descriptor.BYTES);
        entry.readPositionRemaining(0, ENTRY_BYTES);
        appender.writeBytes(entry);
    }

    private void check() throws IOException {
        untilCheck = CHECK_ENTRIES;
        nextCheckMs = nowMs - nowMs % CHECK_MS + CHECK_MS;
        boolean wasFull = full;
        full = !files.makeRoom(nowMs);
        if (full && !wasFull) {
            LOG.warn("journal {}: this minute alone is over the bound, its further descriptors are skipped", directory);
        }
    }

    private void stop(Throwable why) {
        stopped = true;
        String text = why.getMessage() == null ? why.getClass().getSimpleName() : why.getMessage();
        LOG.warn("journal {} of context {} stops, its context goes on: {}", directory, context,
            text.lines().findFirst().orElse(""));
    }

    /** {@return whether it has stopped because something went wrong} */
    public boolean isStopped() {
        return stopped;
    }

    /** {@return descriptors not recorded because of the bound on size} */
    public long skipped() {
        return skipped;
    }

    /** Ends the journal; it stays for tools. */
    @Override
    public void close() {
        stopped = true;
        try {
            if (queue != null) {
                appender.close();
                queue.close();
                queue = null;
                entry.releaseLast();
            }
        } catch (Exception | Error e) {
            stop(e);
        }
    }

    /**
     * Reads a journal, of a running context too.
     *
     * @param directory the journal's
     * @return its entries, oldest first, up to now; its methods throw {@link UncheckedIOException} with one line if the
     *         journal is damaged
     * @throws IOException if there is none, or it is damaged; the message is one line
     */
    public static JournalReader dump(Path directory) throws IOException {
        return JournalReader.open(directory);
    }
}

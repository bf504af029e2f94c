package org.millrace.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.context.JournalEntry.Direction;
import org.millrace.memory.Descriptor;

@Timeout(60)
class JournalTest {
    private static final long MINUTE_NS = 60_000_000_000L;
    private static final Journal.Limits SMALL = new Journal.Limits(4 << 20, 3 * 60_000L, 16 << 20);

    @TempDir
    Path directory;

    private final MemorySegment descriptor = Arena.ofAuto().allocate(Descriptor.BYTES, 8);

    @Test
    void threadsThatRunADataPathInTurnRecordAlike() throws IOException, InterruptedException {
        try (Journal journal = Journal.open(directory, 7, Journal.Limits.DEFAULT, 0)) {
            record(journal, Direction.REQUEST, 1, 100);
            Thread other = new Thread(() -> record(journal, Direction.REQUEST, 2, MINUTE_NS)); // rolls
            other.start();
            other.join();
            record(journal, Direction.REQUEST, 3, 2 * MINUTE_NS);
            assertThat(journal.isStopped()).isFalse();
            assertThat(entries()).extracting(JournalEntry::timeNs).containsExactly(100L, MINUTE_NS, 2 * MINUTE_NS);
        }
    }

    @Test
    void descriptorsReadAsTheyWereRecordedWhileItRunsAndAfter() throws IOException {
        Journal journal = Journal.open(directory, 7, Journal.Limits.DEFAULT, 0);
        record(journal, Direction.REQUEST, 1, 100);
        record(journal, Direction.EVENT, 2, 200);
        for (int round = 0; round < 2; round++) {
            List<JournalEntry> entries = entries();
            assertThat(entries).extracting(JournalEntry::timeNs).containsExactly(100L, 200L);
            assertThat(entries).extracting(JournalEntry::direction).containsExactly(Direction.REQUEST, Direction.EVENT);
            assertThat(entries).allMatch(entry -> entry.context() == 7);
            assertThat(entries.get(1).descriptor()).containsOnly(2).hasSize(64);
            journal.close();
        }
        assertThat(journal.skipped()).isZero();
    }

    @Test
    void cyclesOlderThanTheAgeAreDeleted() throws IOException {
        try (Journal journal = Journal.open(directory, 1, SMALL, 0)) {
            for (int minute = 0; minute < 8; minute++) {
                record(journal, Direction.REQUEST, minute, minute * MINUTE_NS);
            }
        }
        assertThat(entries()).extracting(entry -> (int) entry.descriptor()[0]).endsWith(5, 6, 7)
            .doesNotContain(0, 1, 2);
    }

    @Test
    void sizeStaysWithinTheBoundWithinOneMinuteAndRecordingGoesOnInTheNext() throws IOException {
        try (Journal journal = Journal.open(directory, 1, SMALL, 0)) {
            for (int i = 0; i < 100_000; i++) {
                record(journal, Direction.REQUEST, 1, i);
            }
            assertThat(journal.skipped()).isPositive();
            assertThat(journal.isStopped()).isFalse();
            assertThat(bytes()).isLessThan(SMALL.bytes() + (3 << 20));
            record(journal, Direction.REQUEST, 2, MINUTE_NS);
            record(journal, Direction.REQUEST, 3, 2 * MINUTE_NS);
            assertThat(bytes()).isLessThan(SMALL.bytes());
        }
        assertThat(entries()).extracting(entry -> (int) entry.descriptor()[0]).contains(2, 3);
    }

    @Test
    void fullDiskStopsTheJournalAndNothingElse() {
        try (Journal journal = Journal.open(directory, 1, new Journal.Limits(4 << 20, 1000, Long.MAX_VALUE), 0)) {
            record(journal, Direction.REQUEST, 1, 0);
            assertThat(journal.isStopped()).isTrue();
            record(journal, Direction.REQUEST, 1, 0);
        }
    }

    @Test
    void journalThatCannotBeOpenedIsStopped() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "in the way");
        try (Journal journal = Journal.open(file, 1, Journal.Limits.DEFAULT, 0)) {
            assertThat(journal.isStopped()).isTrue();
            record(journal, Direction.REQUEST, 1, 0);
        }
    }

    @Test
    void missingOrDamagedJournalIsOneLine() throws IOException {
        assertThatThrownBy(() -> Journal.dump(directory)).isInstanceOf(IOException.class)
            .hasMessageContaining("no journal at");
        try (Journal journal = Journal.open(directory, 1, Journal.Limits.DEFAULT, 0)) {
            record(journal, Direction.REQUEST, 1, 0);
        }
        try (var files = Files.newDirectoryStream(directory, "*.cq4")) {
            for (Path file : files) {
                try (RandomAccessFile damaged = new RandomAccessFile(file.toFile(), "rw")) {
                    byte[] garbage = new byte[2000];
                    Arrays.fill(garbage, (byte) 0x5a);
                    damaged.write(garbage);
                }
            }
        }
        assertThatThrownBy(this::entries).isInstanceOfAny(IOException.class, UncheckedIOException.class)
            .hasMessageContaining("is damaged").message().doesNotContain("\n");
    }

    private void record(Journal journal, Direction direction, int fill, long nowNs) {
        descriptor.fill((byte) fill);
        journal.record(direction, descriptor, 0, nowNs);
    }

    private List<JournalEntry> entries() throws IOException {
        List<JournalEntry> entries = new ArrayList<>();
        try (JournalReader reader = Journal.dump(directory)) {
            reader.forEachRemaining(entries::add);
        }
        assertThat(entries).isNotEmpty();
        assertThat(descriptor.get(ValueLayout.JAVA_BYTE, 0)).isNotZero();
        return entries;
    }

    private long bytes() throws IOException {
        long sum = 0;
        try (var files = Files.newDirectoryStream(directory, "*.cq4")) {
            for (Path file : files) {
                sum += Files.size(file);
            }
        }
        return sum;
    }
}

package org.millrace.context;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.TreeMap;

/** The files of a journal, one a minute, kept within its limits. Owned by: the journal's thread. */
final class JournalFiles {
    private static final String SUFFIX = ".cq4";
    private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmm");

    private final Path directory;
    private final Journal.Limits limits;

    JournalFiles(Path directory, Journal.Limits limits) {
        this.directory = directory;
        this.limits = limits;
    }

    /**
     * Deletes what is too old or too much, but not the current minute.
     *
     * @return whether there is room for more
     * @throws IOException if the disk is full, or the files cannot be dealt with
     */
    boolean makeRoom(long nowMs) throws IOException {
        long free = Files.getFileStore(directory).getUsableSpace();
        if (free < limits.freeBytes()) {
            throw new IOException("the disk is full: " + free + " bytes are free, " + limits.freeBytes()
                + " must stay");
        }
        TreeMap<Long, Path> cycles = cycles();
        long bytes = 0;
        for (Path file : cycles.values()) {
            bytes += Files.size(file);
        }
        long minute = Journal.CYCLE.lengthInMillis();
        for (Map.Entry<Long, Path> cycle : cycles.headMap(nowMs - nowMs % minute).entrySet()) {
            boolean old = cycle.getKey() + minute + limits.ageMs() < nowMs;
            if (old || bytes > limits.bytes()) {
                bytes -= Files.size(cycle.getValue());
                Files.delete(cycle.getValue());
            }
        }
        return bytes <= limits.bytes();
    }

    /** {@return the files by the time their minute began, ms since 1970} */
    private TreeMap<Long, Path> cycles() throws IOException {
        TreeMap<Long, Path> cycles = new TreeMap<>();
        try (var entries = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            for (Path file : entries) {
                String name = file.getFileName().toString();
                try {
                    cycles.put(LocalDateTime.parse(name.substring(0, name.length() - SUFFIX.length()), NAME)
                        .toInstant(ZoneOffset.UTC).toEpochMilli(), file);
                } catch (DateTimeParseException foreign) {
                    continue; // not the queue's: left alone
                }
            }
        }
        return cycles;
    }
}

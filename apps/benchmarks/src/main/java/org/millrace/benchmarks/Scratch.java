package org.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/** Directories for a while, in memory where the system has such. */
public final class Scratch {
    private static final Path MEMORY = Path.of("/dev/shm");

    private Scratch() {
    }

    static Path create() throws IOException {
        return Files.isWritable(MEMORY) ? Files.createTempDirectory(MEMORY, "millrace-bench")
            : Files.createTempDirectory("millrace-bench");
    }

    /**
     * Deletes a directory and all in it.
     *
     * @param directory the directory
     * @throws IOException if something stays
     */
    public static void delete(Path directory) throws IOException {
        try (var paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}

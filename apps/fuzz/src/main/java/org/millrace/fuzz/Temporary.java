package org.millrace.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Directories that nobody needs afterwards. */
final class Temporary {
    private Temporary() {
    }

    static Path directory() throws IOException {
        return Files.createTempDirectory("millrace-fuzz");
    }

    /** Deletes a directory and all in it, as far as that can be. */
    static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            System.err.println(directory + " is left: " + e.getMessage());
        }
    }
}

package org.millrace.launcher.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Directories that live as long as the process: under {@code XDG_RUNTIME_DIR}, which is memory, or the system's place. */
public final class TemporaryDirectory {
    private TemporaryDirectory() {
    }

    /**
     * Makes one for small things.
     *
     * @param prefix how its name begins
     * @return the directory
     * @throws IOException if there is no place for it
     */
    public static Path create(String prefix) throws IOException {
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        if (runtime != null && Files.isWritable(Path.of(runtime))) {
            return Files.createTempDirectory(Path.of(runtime), prefix);
        }
        return Files.createTempDirectory(prefix);
    }

    /**
     * Deletes a directory and all in it, as far as possible.
     *
     * @param directory the directory
     */
    public static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            System.err.println("millrace: cannot delete " + directory + ": " + e.getMessage());
        }
    }
}

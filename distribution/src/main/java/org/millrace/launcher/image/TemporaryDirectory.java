package org.millrace.launcher.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Directories that live as long as the process. One that a killed process has left behind goes when the next one is made
 * beside it: a lock, which ends with its process, tells them apart. Any thread.
 */
public final class TemporaryDirectory {
    private static final String LOCK = "in-use";
    private static final int ATTEMPTS = 50;
    private static final long PAUSE_NS = 1_000_000;
    private static final Map<Path, FileChannel> HELD = new ConcurrentHashMap<>();

    private TemporaryDirectory() {
    }

    /**
     * Makes one for small things, under {@code XDG_RUNTIME_DIR}, which is memory, or in the system's place.
     *
     * @param prefix how its name begins
     * @return the directory
     * @throws IOException if there is no place for it
     */
    public static Path create(String prefix) throws IOException {
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        return runtime != null && Files.isWritable(Path.of(runtime)) ? create(Path.of(runtime), prefix)
            : createLarge(prefix);
    }

    /**
     * Makes one for large things, in the system's place.
     *
     * @param prefix how its name begins
     * @return the directory
     * @throws IOException if there is no place for it
     */
    public static Path createLarge(String prefix) throws IOException {
        return create(Path.of(System.getProperty("java.io.tmpdir")), prefix);
    }

    static Path create(Path place, String prefix) throws IOException {
        Path directory = Files.createTempDirectory(place, prefix);
        FileChannel lock = FileChannel.open(directory.resolve(LOCK), StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE);
        lock.lock();
        HELD.put(directory, lock);
        lock.write(ByteBuffer.wrap(new byte[] {'\n'})); // whoever finds this unlocked from now on may delete
        deleteLeftBehind(place, prefix, directory);
        return directory;
    }

    private static void deleteLeftBehind(Path place, String prefix, Path own) throws IOException {
        Object owner = Files.getOwner(own);
        try (DirectoryStream<Path> others = Files.newDirectoryStream(place, prefix + "*")) {
            for (Path other : others) {
                // Closing a file that this process has locked elsewhere would end that lock.
                if (!HELD.containsKey(other) && isLeftBehind(other, owner)) {
                    delete(other);
                }
            }
        }
    }

    private static boolean isLeftBehind(Path directory, Object owner) {
        Path file = directory.resolve(LOCK);
        try {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) == 0
                || !Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS).equals(owner)) {
                return false;
            }
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                 FileLock lock = channel.tryLock()) {
                return lock != null;
            }
        } catch (IOException gone) {
            return false;
        }
    }

    /**
     * Deletes a directory and all in it, as far as possible; also what another thread puts there meanwhile.
     *
     * @param directory the directory
     */
    public static void delete(Path directory) {
        FileChannel lock = HELD.remove(directory);
        try {
            for (int i = 0; i < ATTEMPTS && Files.exists(directory); i++) {
                LockSupport.parkNanos(i * PAUSE_NS);
                deleteOnce(directory);
            }
            if (lock != null) {
                lock.close();
            }
        } catch (IOException e) {
            System.err.println("millrace: cannot delete " + directory + ": " + e.getMessage());
        }
    }

    /** The lock goes last: without it nobody would finish this if it were interrupted. */
    private static void deleteOnce(Path directory) throws IOException {
        Path lock = directory.resolve(LOCK);
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (!file.equals(lock)) {
                    file.toFile().delete();
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException gone) {
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException gone) {
                if (visited.equals(directory)) {
                    lock.toFile().delete();
                }
                visited.toFile().delete();
                return FileVisitResult.CONTINUE;
            }
        });
    }
}

package org.millrace.ports;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.millrace.api.port.PortException;
import org.millrace.memory.Linux;
import org.millrace.memory.MappedRegion;
import org.millrace.memory.frame.Bell;
import org.millrace.memory.frame.FrameRing;

/**
 * What the two ends of a wire share: a region with a {@link FrameRing} from a to b and one from b to a, and a bell for
 * each side. Closed when every end that this process has opened is closed.
 */
final class MemoryWire {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    final MappedRegion region;
    final int capacityBytes;
    final Bell bellA;
    final Bell bellB;
    private final SideLock lock;
    private final AtomicInteger ends;

    private MemoryWire(MappedRegion region, int capacityBytes, Bell bellA, Bell bellB, SideLock lock, int ends) {
        this.region = region;
        this.capacityBytes = capacityBytes;
        this.bellA = bellA;
        this.bellB = bellB;
        this.lock = lock;
        this.ends = new AtomicInteger(ends);
    }

    /** {@return a wire within this process, both ends} */
    static MemoryWire inProcess(int capacityBytes) {
        return new MemoryWire(MappedRegion.create("millrace-wire", sizeBytes(capacityBytes)), capacityBytes,
                new EventBell(), new EventBell(), null, 2);
    }

    /**
     * {@return one end of a wire through the files of a directory; whoever comes first makes them}
     *
     * <p>{@code wire} is the region, {@code bell-a} and {@code bell-b} are the FIFOs on which side a and b sleep,
     * {@code lock-a} and {@code lock-b} keep a second process off a side that is in use. A side that was closed or
     * killed can be opened again: its positions stand in the region. All of them are {@link SharedFile}s.
     */
    static MemoryWire inDirectory(Path directory, char side, int capacityBytes) {
        SideLock lock = null;
        MappedRegion region = null;
        Bell bellA = null;
        try {
            SharedFile.directory(directory);
            lock = SideLock.take(directory, side);
            region = map(directory.resolve("wire"), capacityBytes);
            bellA = new FifoBell(directory.resolve("bell-a"));
            return new MemoryWire(region, capacityBytes, bellA, new FifoBell(directory.resolve("bell-b")), lock, 1);
        } catch (IOException | RuntimeException e) {
            release(lock, region, bellA, null);
            if (e instanceof PortException refused) {
                throw refused;
            }
            throw new PortException("memory port in " + directory + ": " + e.getMessage()
                    + "; option path must name a directory on which this user may write");
        }
    }

    /**
     * A side that is in use. Sides of this process are known by name, for a lock of POSIX ends with any descriptor of its
     * file.
     */
    private record SideLock(Path file, FileChannel channel) implements Closeable {
        private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

        static SideLock take(Path directory, char side) throws IOException {
            Path file = directory.toRealPath().resolve("lock-" + side);
            if (!HELD.add(file)) {
                throw inUse(directory, side);
            }
            FileChannel channel = null;
            boolean locked = false;
            try {
                if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                    SharedFile.check(file);
                }
                channel = FileChannel.open(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS), PosixFilePermissions.asFileAttribute(OWNER_ONLY));
                SharedFile.check(file);
                locked = channel.tryLock() != null;
                if (!locked) {
                    throw inUse(directory, side);
                }
                return new SideLock(file, channel);
            } finally {
                if (!locked) {
                    HELD.remove(file);
                    if (channel != null) {
                        channel.close();
                    }
                }
            }
        }

        private static PortException inUse(Path directory, char side) {
            return new PortException("memory port in " + directory + ": side " + side
                    + " is in use by another process or port; the other side is " + (side == 'a' ? 'b' : 'a'));
        }

        @Override
        public void close() throws IOException {
            channel.close();
            HELD.remove(file);
        }
    }

    private static MappedRegion map(Path file, int capacityBytes) {
        Linux linux = new Linux();
        int fd = SharedFile.open(file, Linux.O_CREAT, false);
        long size = sizeBytes(capacityBytes);
        long found = linux.fileLength(fd);
        int sized = found == 0 ? linux.truncate(fd, size) : 0;
        if (sized < 0 || found != 0 && found != size) {
            Linux.close(fd);
            Linux.check(sized, "ftruncate " + file);
            throw new PortException("memory port: " + file + " has " + found + " bytes, not the " + size
                    + " of this option ring-bytes; use that of the other side, or remove the file");
        }
        return MappedRegion.attach(fd, size);
    }

    private static long sizeBytes(int capacityBytes) {
        return 2 * FrameRing.sizeBytes(capacityBytes);
    }

    /** One end is closed. */
    void closeEnd() {
        if (ends.decrementAndGet() == 0) {
            release(lock, region, bellA, bellB);
        }
    }

    private static void release(SideLock lock, MappedRegion region, Bell bellA, Bell bellB) {
        try {
            if (bellA != null) {
                bellA.close();
            }
            if (bellB != null) {
                bellB.close();
            }
            if (region != null) {
                region.close();
            }
            if (lock != null) {
                lock.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

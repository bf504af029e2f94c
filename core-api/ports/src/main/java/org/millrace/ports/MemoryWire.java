package org.millrace.ports;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicInteger;
import org.millrace.api.port.PortException;
import org.millrace.memory.Linux;
import org.millrace.memory.MappedRegion;
import org.millrace.memory.NativeConstants;

/**
 * What the two ends of a wire share: a region with a {@link FrameRing} from a to b and one from b to a, and a bell for
 * each side. Closed when every end that this process has opened is closed.
 */
final class MemoryWire {
    final MappedRegion region;
    final int capacityBytes;
    final Bell bellA;
    final Bell bellB;
    private final FileChannel lock;
    private final AtomicInteger ends;

    private MemoryWire(MappedRegion region, int capacityBytes, Bell bellA, Bell bellB, FileChannel lock, int ends) {
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
     * killed can be opened again: its positions stand in the region.
     */
    static MemoryWire inDirectory(Path directory, char side, int capacityBytes) {
        FileChannel lock = null;
        MappedRegion region = null;
        Bell bellA = null;
        try {
            Files.createDirectories(directory);
            lock = lock(directory, side);
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

    private static FileChannel lock(Path directory, char side) throws IOException {
        FileChannel channel = FileChannel.open(directory.resolve("lock-" + side), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // held by this process: refused like any other's
        }
        channel.close();
        throw new PortException("memory port in " + directory + ": side " + side
                + " is in use by another process or port; the other side is " + (side == 'a' ? 'b' : 'a'));
    }

    private static MappedRegion map(Path file, int capacityBytes) {
        Linux linux = new Linux();
        int fd = (int) Linux.check(linux.open(file.toString(), Linux.O_RDWR | Linux.O_CREAT | Linux.O_CLOEXEC
                | NativeConstants.current().openNoFollow(), 0600), "open " + file);
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

    private static void release(FileChannel lock, MappedRegion region, Bell bellA, Bell bellB) {
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

package org.millrace.ports;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.millrace.memory.Linux;
import org.millrace.memory.frame.Bell;

/** A bell between processes that share a directory: a FIFO that both hold open for reading and writing. */
final class FifoBell implements Bell {
    private static final int DRAIN_BYTES = 64;

    private final MemorySegment buffer = Arena.ofAuto().allocate(DRAIN_BYTES);
    private final int descriptor;

    /** Makes the FIFO unless it is there. */
    FifoBell(Path path) {
        Linux linux = new Linux();
        int made = linux.makeFifo(path.toString(), 0600);
        if (made != -Linux.EEXIST) {
            Linux.check(made, "mkfifo " + path);
        }
        // opened for both, so that it neither waits for the other side nor ends with it
        descriptor = SharedFile.open(path, Linux.O_NONBLOCK, true);
    }

    @Override
    public void ring() {
        Linux.writeQuietly(descriptor, buffer.address(), 1); // a full FIFO rings already
    }

    @Override
    public boolean silence() {
        boolean rung = false;
        while (Linux.readQuietly(descriptor, buffer.address(), DRAIN_BYTES) > 0) {
            rung = true;
        }
        return rung;
    }

    @Override
    public int descriptor() {
        return descriptor;
    }

    @Override
    public void close() {
        Linux.close(descriptor);
    }
}

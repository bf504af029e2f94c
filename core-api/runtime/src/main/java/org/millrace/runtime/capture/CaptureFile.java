package org.millrace.runtime.capture;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.millrace.wire.PcapngWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pcapng file that the data path writes itself from its first frame on, for looking into trouble: every frame costs a
 * system call and none is lost. Called by one thread at a time.
 */
public final class CaptureFile implements FrameSink {
    /** Default bound of the file, bytes. */
    public static final long DEFAULT_BYTES = 256L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(CaptureFile.class);

    private final Path file;
    private final PcapngWriter writer;
    private boolean failed;

    /**
     * @param file written anew
     * @param port the name of what frames are captured at
     * @throws IOException if it cannot be
     */
    public CaptureFile(Path file, String port) throws IOException {
        this.file = file;
        writer = new PcapngWriter(FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING), port, 0);
    }

    @Override
    public void frame(long timeNs, boolean sent, MemorySegment memory, long offset, int length, int wireBytes) {
        if (failed) {
            return;
        }
        try {
            writer.write(timeNs, sent ? PcapngWriter.Direction.OUTBOUND : PcapngWriter.Direction.INBOUND, memory, offset,
                length, wireBytes);
        } catch (IOException e) {
            LOG.warn("capture to {} ends: {}", file, e.toString());
            failed = true;
        }
    }

    @Override
    public void close() {
        try {
            writer.close();
        } catch (IOException e) {
            LOG.warn("capture to {} may be incomplete: {}", file, e.toString());
        }
    }
}

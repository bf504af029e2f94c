package org.millrace.testkit;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.TransmitBatch;

/** Copies frames out of batches, for assertions and for whoever must keep one. */
public final class Frames {
    private Frames() {
    }

    /**
     * {@return a copy of a span of memory}
     *
     * @param memory where
     * @param offset its offset, bytes
     * @param length bytes
     */
    public static byte[] copy(MemorySegment memory, long offset, int length) {
        byte[] bytes = new byte[length];
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, offset, bytes, 0, length);
        return bytes;
    }

    /**
     * {@return a copy of a received frame}
     *
     * @param batch where it is
     * @param frame its index
     */
    public static byte[] copy(FrameBatch batch, int frame) {
        return copy(batch.segment[frame], batch.offset[frame], batch.length[frame]);
    }

    /**
     * {@return a copy of a frame to send, headers and payload in one piece, as the batch has it: a checksum left to the
     *          port is partial}
     *
     * @param batch where it is
     * @param frame its index
     */
    public static byte[] copy(TransmitBatch batch, int frame) {
        return batch.copy(frame);
    }
}

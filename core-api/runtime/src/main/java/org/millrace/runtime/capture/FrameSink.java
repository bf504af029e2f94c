package org.millrace.runtime.capture;

import java.lang.foreign.MemorySegment;

/** Where captured frames go. Owned by: the data-path thread. */
interface FrameSink extends AutoCloseable {
    /**
     * Takes a copy of a frame, or counts it as lost.
     *
     * @param timeNs time since 1970
     */
    void frame(long timeNs, MemorySegment memory, long offset, int length);

    /** No further frame comes. */
    @Override
    void close();
}

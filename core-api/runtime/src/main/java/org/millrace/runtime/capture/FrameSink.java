package org.millrace.runtime.capture;

import java.lang.foreign.MemorySegment;

/** Where captured frames go. Called by one thread at a time. */
interface FrameSink extends AutoCloseable {
    /**
     * Takes a copy of a frame, or counts it as lost.
     *
     * @param timeNs    time since 1970
     * @param sent      whether it was sent, not received
     * @param length    how many of its bytes are wanted
     * @param wireBytes how many it has
     */
    void frame(long timeNs, boolean sent, MemorySegment memory, long offset, int length, int wireBytes);

    /** No further frame comes. */
    @Override
    void close();
}

package org.millrace.net;

import java.lang.foreign.MemorySegment;

/** Where whole Ethernet frames leave. */
@FunctionalInterface
public interface FrameOutput {
    /**
     * Sends a copy of a frame; the memory is the caller's again on return.
     *
     * @param frame memory that holds the frame
     * @param offset absolute offset of the Ethernet header in bytes
     * @param lengthBytes length of the frame
     * @return whether there was room for it
     */
    boolean send(MemorySegment frame, long offset, int lengthBytes);
}

package org.millrace.api.port;

/**
 * Where frames enter and leave a data path.
 *
 * <p>Batch-first: {@link #receive} fills a {@link FrameBatch}, whose frames stay where the port has them until the
 * next call; {@link #transmit} sends a {@link TransmitBatch} and returns when none of its memory is needed any more.
 * A frame may be a <em>super-frame</em>: one set of headers and up to {@link PortInfo#maxFrameBytes()} bytes, to be cut
 * (or having been joined) at a segment size.
 *
 * <p>Owned by: the data-path thread. No method blocks.
 */
public interface Port extends AutoCloseable {
    /** {@return what this port is and what it can do; constant} */
    PortInfo info();

    /**
     * Gives the frames of the previous call back to the port and fills {@code batch} anew.
     *
     * @param batch where to put the frames; cleared first
     * @return the number of frames, 0 if there are none now
     */
    int receive(FrameBatch batch);

    /** {@return a new batch whose header memory suits this port} */
    TransmitBatch newTransmitBatch();

    /**
     * Sends the frames of {@code batch} in order and clears it. Frames that the port cannot take now are dropped, as a
     * full transmit queue drops them, and counted.
     *
     * @param batch a batch made by {@link #newTransmitBatch()} of this port
     * @return the number of frames sent
     */
    int transmit(TransmitBatch batch);

    /** {@return the file descriptor that polls readable while frames wait, or -1 if there is none} */
    int descriptor();

    /**
     * Says that the owner is about to sleep on {@link #descriptor()}, or has woken. A port whose peer rings no bell of
     * its own accord (shared memory) asks for one here.
     *
     * @param sleeping true before the last look at {@link #receive}, false after waking
     */
    default void sleeping(boolean sleeping) {
    }

    /** {@return whether it can send and receive now: not if its interface is down, has no link, or is gone} */
    default boolean isUp() {
        return true;
    }

    /** {@return counters since the port was opened} */
    PortCounters counters();

    /** Releases every resource of the port. */
    @Override
    void close();
}

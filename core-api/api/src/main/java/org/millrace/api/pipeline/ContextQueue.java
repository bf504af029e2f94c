package org.millrace.api.pipeline;

/** Tells an application what happened to its connection. */
public interface ContextQueue extends Extern {
    /**
     * Adds {@link SegmentMeta#rxBump()}, {@link SegmentMeta#txBump()} and {@link SegmentMeta#hostFlags()} to what
     * {@link SegmentMeta#connection()} will be told at the end of the batch. Never fails: bumps add up while the queue
     * is full.
     *
     * @param meta the item
     */
    void notify(SegmentMeta meta);

    /**
     * Announces a message of {@link SegmentMeta#length()} bytes at {@link SegmentMeta#position()} of the receive buffer,
     * from the segment's peer address and port.
     *
     * @param meta the item
     * @return false if the queue or the buffer is full; then the message must not be written
     */
    boolean message(SegmentMeta meta);
}

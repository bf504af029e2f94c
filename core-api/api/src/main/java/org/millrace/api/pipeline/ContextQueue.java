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
     * Lets an application append up to a position of its stream and no further (push pacing, §5.3.2.1). A connection is
     * pull-paced, and may append what its buffer holds, until the first grant. A position that is not beyond the last one
     * granted changes nothing: credits are not taken back.
     *
     * @param context    its number
     * @param connection the connection's id in it
     * @param position   bytes from the stream's start, mod 2^32
     */
    void grant(int context, int connection, int position);

    /**
     * Announces a message of {@link SegmentMeta#length()} bytes at {@link SegmentMeta#position()} of the receive buffer,
     * from the segment's peer address and port.
     *
     * @param meta the item
     * @return false if the queue or the buffer is full; then the message must not be written
     */
    boolean message(SegmentMeta meta);
}

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
     * Reserves {@link SegmentMeta#length()} bytes of the receive buffer of {@link SegmentMeta#connection()} for a message, in
     * one piece, and sets {@link SegmentMeta#position()} to where they begin. They are the program's until it announces
     * them with {@link #message} or gives them back with {@link #unreserve}. With {@link SegmentMeta#HOST_SPARING} half of the
     * buffer is left to others: for what strangers may begin and never end.
     *
     * @param meta the item
     * @return 0, or the code of the {@link DropReason} for which there is no room
     */
    int reserve(SegmentMeta meta);

    /**
     * Gives back what was reserved at {@link SegmentMeta#position()}, unannounced.
     *
     * @param meta the item
     */
    void unreserve(SegmentMeta meta);

    /**
     * Announces a message of {@link SegmentMeta#length()} bytes that was reserved at {@link SegmentMeta#position()}, from the
     * item's peer address and port, with {@link SegmentMeta#message()} as its number and {@link SegmentMeta#operation()} as
     * its kind. The application gives its room back, in any order.
     *
     * @param meta the item
     */
    void message(SegmentMeta meta);

    /**
     * Tells the application that its message of {@link SegmentMeta#length()} bytes at {@link SegmentMeta#position()} of the
     * transmit buffer, with the number {@link SegmentMeta#message()}, is not needed any more.
     *
     * @param meta   the item
     * @param status code of a {@link org.millrace.api.context.Status}: how it went
     */
    void sent(SegmentMeta meta, int status);
}

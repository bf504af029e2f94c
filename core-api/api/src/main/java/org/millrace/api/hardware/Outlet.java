package org.millrace.api.hardware;

import org.millrace.api.pipeline.SegmentMeta;

/**
 * Where items leave a pipeline; the runtime's side.
 *
 * @param <M> the program's metadata
 */
public interface Outlet<M extends SegmentMeta> {
    /**
     * An item was dropped.
     *
     * @param meta   the item
     * @param reason code of a {@link org.millrace.api.pipeline.DropReason}
     */
    void drop(M meta, int reason);

    /**
     * A received frame goes to the control plane.
     *
     * @param meta   the item
     * @param reason the program's code
     * @param nowNs  the time
     */
    void control(M meta, int reason, long nowNs);

    /**
     * A segment is to be sent.
     *
     * @param meta  the item
     * @param nowNs the time
     */
    void emit(M meta, long nowNs);

    /**
     * An item is done, with nothing to send.
     *
     * @param meta the item
     */
    void done(M meta);

    /**
     * The control plane is to see the metadata. Called before the item leaves by one of the others.
     *
     * @param meta  the item
     * @param nowNs the time
     */
    void digest(M meta, long nowNs);

    /**
     * A segment is to be sent, but waits in the machine first. The payload that its pass has fetched from the host is
     * kept as it is now, whatever becomes of the host's buffer. An outlet without payload keeps none.
     *
     * @param meta the item
     * @return the payload's number, for {@link #resume}; 0: the segment has none
     */
    default int hold(M meta) {
        return 0;
    }

    /**
     * The segment that is emitted next has waited; it leaves with the payload that was kept for it, once.
     *
     * @param payload the payload's number
     */
    default void resume(int payload) {
    }
}

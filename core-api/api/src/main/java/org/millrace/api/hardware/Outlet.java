package org.millrace.api.hardware;

import org.millrace.api.pipeline.SegmentMeta;

/**
 * Where items leave a pipeline; the runtime's side. An item's metadata is valid during the call.
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
     * An item waits in the machine beyond its batch: the frame and the payload that its metadata refers to are copied, as
     * they are now, into memory that stays until the item leaves by any of the others; {@link SegmentMeta#frame()} and
     * {@link SegmentMeta#payload()} refer to the copy then. Done already, or nothing to keep: nothing happens.
     *
     * @param meta the item
     * @return false if there is no memory left. An item with stages before it must be dropped then, under
     *         {@link org.millrace.api.pipeline.DropReason#NO_MEMORY}; one that is only to be emitted may be left as it is,
     *         and will be dropped instead of emitted
     */
    default boolean retain(M meta) {
        return true;
    }
}

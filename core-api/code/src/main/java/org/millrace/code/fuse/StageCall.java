package org.millrace.code.fuse;

import org.millrace.api.pipeline.SegmentMeta;

/** A stage in its place, as a call. Owned by: the data-path thread. */
public interface StageCall {
    /**
     * {@return the stage's verdict on an item; a drop if the item has no key of its state; if it has thrown, as {@link #failed}}
     *
     * @param meta  the item
     * @param nowNs the time
     */
    long run(SegmentMeta meta, long nowNs);

    /**
     * {@return the verdict that an item goes on with after the stage has thrown}
     *
     * @param thrown what
     */
    long failed(Throwable thrown);
}

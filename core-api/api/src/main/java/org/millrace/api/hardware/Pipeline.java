package org.millrace.api.hardware;

import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.StateTables;
import org.millrace.api.pipeline.Workflow;

/**
 * A loaded program. The runtime makes an item with {@link #item}, fills in what it knows and {@link #submit}s it; every
 * item submitted leaves through the {@link Outlet} exactly once, at the latest when {@link #advance} has returned with
 * {@link #isIdle()}.
 *
 * <p>Owned by: the data-path thread.
 *
 * @param <M> the program's metadata
 */
public interface Pipeline<M extends SegmentMeta> extends StateTables {
    /**
     * Begins an item. There is one at a time: it ends with {@link #submit}, or is forgotten by the next call.
     *
     * @param workflow what it will run
     * @return its metadata, all 0 but the workflow
     */
    M item(Workflow workflow);

    /**
     * Runs, or queues, the item begun last.
     *
     * @param nowNs the time
     */
    void submit(long nowNs);

    /**
     * Lets the machine go on. Payload of the frames of the current batch is gone after it returns with
     * {@link #isIdle()}.
     *
     * @param nowNs the time
     */
    void advance(long nowNs);

    /** {@return whether no item is inside, mirrored and generated ones included} */
    boolean isIdle();
}

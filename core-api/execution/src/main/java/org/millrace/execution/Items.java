package org.millrace.execution;

import java.util.function.Supplier;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.ViewCursor;
import org.millrace.api.pipeline.Workflow;

/**
 * The items of a machine: a slab of metadata, and a view that stays on each. An item is taken, waits wherever the machine
 * has it wait, and is released once; the one released last is taken next, so a machine that runs items to completion
 * works on the same few lines of cache.
 *
 * <p>DESIGN NOTES. There are so many and no more; their memory comes as they are first needed. Received segments and
 * those to send leave a reserve to host control and mirrored copies, which nobody would repeat. An item that is refused
 * is counted. A release of what is free is an error that only assertions find.
 *
 * <p>Owned by: the thread that runs the machine.
 *
 * @param <M> the program's metadata
 */
public final class Items<M extends SegmentMeta> {
    private static final int CHUNK = 64;

    private final Supplier<M> views;
    private final int words;
    private final int capacity;
    private final int withoutReserve;
    /** Those not in use, from index 0 to {@code made - inUse}. */
    private final M[] free;
    private int made;
    private int inUse;
    private long refused;

    /**
     * Makes a slab, all of it free.
     *
     * @param views    makes a view of the metadata
     * @param layout   of the metadata
     * @param capacity items there are at most
     * @param reserve  how many of them are not for received segments and those to send
     */
    @SuppressWarnings("unchecked") // holds what the supplier makes
    public Items(Supplier<M> views, Layout layout, int capacity, int reserve) {
        this.views = views;
        words = layout.words();
        this.capacity = capacity;
        withoutReserve = capacity - reserve;
        free = (M[]) new SegmentMeta[capacity];
    }

    /**
     * {@return an item, all 0 but the workflow, or null if none is left for this workflow; that is counted}
     *
     * @param workflow what it will run
     */
    public M take(Workflow workflow) {
        if (inUse >= (workflow == Workflow.RX || workflow == Workflow.TX ? withoutReserve : capacity)) {
            refused++;
            return null;
        }
        if (inUse == made) {
            make();
        }
        M item = free[made - ++inUse];
        ViewCursor.clear(item, words);
        item.workflow(workflow.ordinal());
        return item;
    }

    private void make() {
        int more = Math.min(CHUNK, capacity - made);
        int[] memory = new int[more * words];
        for (int i = 0; i < more; i++) {
            free[i] = views.get();
            ViewCursor.move(free[i], memory, (more - 1 - i) * words);
        }
        made += more;
    }

    /**
     * Gives an item back.
     *
     * @param item one that was taken
     */
    public void release(M item) {
        assert isInUse(item) : "an item is released twice";
        int at = made - inUse--;
        if (free[at] != item) {
            free[at] = item;
        }
    }

    private boolean isInUse(M item) {
        for (int i = 0; i < made - inUse; i++) {
            if (free[i] == item) {
                return false;
            }
        }
        return inUse > 0;
    }

    /** {@return whether a received segment, or one to send, finds an item} */
    public boolean hasRoom() {
        return inUse < withoutReserve;
    }

    /** {@return how many are in use} */
    public int inUse() {
        return inUse;
    }

    /** {@return how many were asked for and not there} */
    public long refused() {
        return refused;
    }
}

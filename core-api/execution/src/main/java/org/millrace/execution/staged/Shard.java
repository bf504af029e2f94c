package org.millrace.execution.staged;

import java.util.ArrayDeque;
import org.millrace.api.pipeline.SegmentMeta;

/**
 * The items that wait for the lanes of a shard, first in, first out. Owned by: whoever drives.
 *
 * @param <M> the program's metadata
 */
public final class Shard<M extends SegmentMeta> {
    private static final int INITIAL = 64;

    private final int place;
    private final int index;
    private final int limit;
    private final ArrayDeque<Work<M>> ring = new ArrayDeque<>(INITIAL);
    private int mostDepth;
    private long entered;

    Shard(int place, int index, int limit) {
        this.place = place;
        this.index = index;
        this.limit = limit;
    }

    /** {@return its place, by its number in the plan} */
    public int place() {
        return place;
    }

    /** {@return which of the place's shards it is} */
    public int index() {
        return index;
    }

    boolean isFull() {
        return limit != 0 && ring.size() >= limit;
    }

    void add(Work<M> work) {
        ring.add(work);
        entered++;
        mostDepth = Math.max(mostDepth, ring.size());
    }

    Work<M> take() {
        return ring.poll();
    }

    /** {@return items that wait} */
    public int depth() {
        return ring.size();
    }

    /** {@return most items that waited at once} */
    public int mostDepth() {
        return mostDepth;
    }

    /** {@return items that have entered} */
    public long entered() {
        return entered;
    }
}

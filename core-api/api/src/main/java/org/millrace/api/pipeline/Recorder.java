package org.millrace.api.pipeline;

/** Takes note of items at trace points. Not every hardware has room for that. */
public interface Recorder extends Extern {
    /**
     * Records an item; the oldest record goes if there is no room.
     *
     * @param meta    the item, as a stage leaves it
     * @param point   number of the trace point
     * @param verdict the stage's
     * @param nowNs   the time
     */
    void record(SegmentMeta meta, int point, long verdict, long nowNs);
}

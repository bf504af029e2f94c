package org.millrace.runtime.transport;

import java.util.Map;
import java.util.TreeMap;
import org.millrace.api.pipeline.Workflow;

/** What is counted per transport. Written by the data-path thread. */
public final class TransportCounters {
    /** Items begun, by {@link Workflow}. */
    public final long[] items = new long[Workflow.values().length];
    /** What control planes and machines that are gone have counted, by name. */
    public final Map<String, Long> named = new TreeMap<>();
    public long emitted;
    /** Segments not sent because a later one of the same batch says what they say. */
    public long replaced;
    public long sentPayloadBytes;
    public long digests;
    public long controlPackets;
    public long controlSegmentsSent;

    /** Counts on from what others have counted; levels, which are no sums, are left out. */
    public void add(TransportCounters other, Map<String, Long> others) {
        for (int i = 0; i < items.length; i++) {
            items[i] += other.items[i];
        }
        emitted += other.emitted;
        sentPayloadBytes += other.sentPayloadBytes;
        digests += other.digests;
        controlPackets += other.controlPackets;
        controlSegmentsSent += other.controlSegmentsSent;
        others.forEach((name, count) -> {
            if (!isLevel(name)) {
                named.merge(name, count, Long::sum);
            }
        });
    }

    /** {@return whether a number of this name goes up and down, and is not counted: those of a machine's buffer cells} */
    public static boolean isLevel(String name) {
        return name.endsWith(" cells");
    }
}

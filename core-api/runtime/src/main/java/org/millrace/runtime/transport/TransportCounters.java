package org.millrace.runtime.transport;

import org.millrace.api.pipeline.Workflow;

/** What is counted per transport. Written by the data-path thread. */
public final class TransportCounters {
    /** Items begun, by {@link Workflow}. */
    public final long[] items = new long[Workflow.values().length];
    public long emitted;
    public long sentPayloadBytes;
    public long digests;
    public long controlPackets;
    public long controlSegmentsSent;
}

package org.millrace.runtime;

import org.millrace.api.pipeline.Workflow;

/** What is counted per transport. Written by the data-path thread. */
final class TransportCounters {
    /** Items begun, by {@link Workflow}. */
    final long[] items = new long[Workflow.values().length];
    long emitted;
    long sentPayloadBytes;
    long digests;
    long controlPackets;
    long controlSegmentsSent;
}

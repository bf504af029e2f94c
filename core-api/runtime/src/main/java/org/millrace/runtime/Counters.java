package org.millrace.runtime;

import org.millrace.api.pipeline.DropReason;

/** What a data path counts beside its transports. Written by the data-path thread. */
final class Counters {
    final long[] drops = new long[DropReason.values().length];
    long receivedPayloadBytes;
    long contextsOpened;
    long contextsClosedForCause;
    long requests;
    long staleRequests;
    long refusedHandovers;
    long events;
    long transferFaults;
    long returnedBytes;

    void drop(int reason) {
        drops[reason > 0 && reason < drops.length ? reason : DropReason.FILTERED.code()]++;
    }

    void drop(DropReason reason) {
        drops[reason.code()]++;
    }
}

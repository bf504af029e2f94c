package org.millrace.runtime.tenant;

import org.millrace.api.pipeline.DropReason;

/** What a data path counts beside its transports. Written by the data-path thread. */
public final class Counters {
    public final long[] drops = new long[DropReason.values().length];
    public long receivedPayloadBytes;
    public long streamsAccepted;
    public long contextsOpened;
    public long contextsClosedForCause;
    public long lingeringContextsEnded;
    public long requests;
    public long staleRequests;
    public long refusedHandovers;
    public long events;
    public long transferFaults;
    public long returnedBytes;

    public void drop(int reason) {
        drops[reason > 0 && reason < drops.length ? reason : DropReason.FILTERED.code()]++;
    }

    public void drop(DropReason reason) {
        drops[reason.code()]++;
    }
}

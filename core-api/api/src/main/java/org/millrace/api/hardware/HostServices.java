package org.millrace.api.hardware;

import org.millrace.api.pipeline.ContextQueue;
import org.millrace.api.pipeline.FlowLookup;
import org.millrace.api.pipeline.FlowShares;
import org.millrace.api.pipeline.PayloadDma;

/**
 * What the runtime has for a program, for the hardware to hand out.
 *
 * @param lookup       exact match on addresses and ports
 * @param dma          moves payload
 * @param moves        the same, with the moving left to the hardware; null: it is never left to it
 * @param contextQueue tells applications
 * @param salt         random: no peer is to know where its keys go in a table
 * @param shares       how flows share what can be sent
 */
public record HostServices(FlowLookup lookup, PayloadDma dma, PayloadMoves moves, ContextQueue contextQueue, long salt,
                           FlowShares shares) {
    /**
     * Has no hardware move payload beside its stages, and all flows alike.
     *
     * @param lookup       exact match on addresses and ports
     * @param dma          moves payload
     * @param contextQueue tells applications
     * @param salt         random
     */
    public HostServices(FlowLookup lookup, PayloadDma dma, ContextQueue contextQueue, long salt) {
        this(lookup, dma, null, contextQueue, salt, FlowShares.ALIKE);
    }
}

package org.millrace.api.hardware;

import org.millrace.api.pipeline.SegmentMeta;

/** Takes {@link org.millrace.api.pipeline.PayloadDma#toHost} apart, for hardware that moves payload beside its stages. Owned by: the data-path thread. */
public interface PayloadMoves {
    /**
     * Does all of a transfer to the host but the moving: checks it, books it, and says what is to be moved. That has to be done before
     * the runtime is told of anything but items that leave, at the latest when {@link Pipeline#settle} returns.
     *
     * @param meta the item
     * @param move is set to what is to be moved
     * @return false if nothing is: there is nothing to move, it was refused and counted, or the port has moved it
     */
    boolean prepare(SegmentMeta meta, PayloadMove move);
}

package org.millrace.bluefield;

import org.millrace.api.hardware.PayloadMove;
import org.millrace.api.hardware.PayloadMoves;
import org.millrace.api.pipeline.PayloadDma;
import org.millrace.api.pipeline.SegmentMeta;

/**
 * Payload that lanes move. Owned by: the data-path thread.
 *
 * @param runtime makes segments refer to payload
 * @param moves   says what is to be moved
 * @param lanes   move it
 * @param move    what is to be moved next
 */
record LaneDma(PayloadDma runtime, PayloadMoves moves, DmaLanes lanes, PayloadMove move) implements PayloadDma {
    @Override
    public void toHost(SegmentMeta meta) {
        if (moves.prepare(meta, move)) {
            lanes.move(move);
        }
    }

    @Override
    public void fromHost(SegmentMeta meta) {
        runtime.fromHost(meta);
    }
}

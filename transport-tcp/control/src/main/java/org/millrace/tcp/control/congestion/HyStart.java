package org.millrace.tcp.control.congestion;

import java.io.IOException;
import org.millrace.tcp.control.format.Fields;
import org.millrace.wire.SequenceNumber;

/**
 * Leaves slow start before it overflows a queue: HyStart++, RFC 9406. One round trip is sampled a round, where the RFC takes
 * the least of eight: the data path times one segment at a time (RFC 6298 §3), which is early in its round.
 */
final class HyStart {
    private static final long LEAST_THRESHOLD_US = 4_000;
    private static final long MOST_THRESHOLD_US = 16_000;
    private static final int DIVISOR = 8;
    private static final int CONSERVATIVE_ROUNDS = 5;
    private static final int CONSERVATIVE_DIVISOR = 4;
    private static final long NONE = Long.MAX_VALUE;

    private boolean inRound;
    private int roundEnd;
    private long lastUs = NONE;
    private long thisUs = NONE;
    private long baselineUs = NONE;
    private int conservativeRounds;

    /** Follows the rounds, §4.2: one ends when what was in flight at its begin is acknowledged. */
    void acked(int una, int max) {
        if (inRound && SequenceNumber.lessThan(una, roundEnd)) {
            return;
        }
        if (inRound && isConservative()) {
            conservativeRounds++;
        }
        inRound = true;
        roundEnd = max;
        lastUs = thisUs == NONE ? lastUs : thisUs;
        thisUs = NONE;
    }

    void roundTrip(long rttUs) {
        thisUs = Math.min(thisUs, rttUs);
        if (isConservative()) {
            if (thisUs < baselineUs) { // §4.2: it was a jump and no queue
                baselineUs = NONE;
                conservativeRounds = 0;
            }
        } else if (lastUs != NONE && thisUs >= lastUs + Math.clamp(lastUs / DIVISOR, LEAST_THRESHOLD_US, MOST_THRESHOLD_US)) {
            baselineUs = thisUs;
        }
    }

    private boolean isConservative() {
        return baselineUs != NONE;
    }

    /** {@return by how much a window may grow for bytes acknowledged} */
    int growth(int ackedBytes) {
        return isConservative() ? ackedBytes / CONSERVATIVE_DIVISOR : ackedBytes;
    }

    /** {@return whether slow start is to end} */
    boolean isOver() {
        return conservativeRounds >= CONSERVATIVE_ROUNDS;
    }

    void walk(Fields f) throws IOException {
        inRound = f.bit(inRound);
        roundEnd = f.i32(roundEnd);
        lastUs = Math.max(f.i64(lastUs), 0);
        thisUs = Math.max(f.i64(thisUs), 0);
        baselineUs = Math.max(f.i64(baselineUs), 0);
        conservativeRounds = f.number("conservative rounds", conservativeRounds, 0, Integer.MAX_VALUE);
    }

    void restart() {
        inRound = false;
        lastUs = NONE;
        thisUs = NONE;
        baselineUs = NONE;
        conservativeRounds = 0;
    }
}

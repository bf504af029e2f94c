package org.millrace.tcp.control.recovery;

import org.millrace.wire.SequenceNumber;

/** How long a segment may be overtaken before it counts as lost: the reordering window of RFC 8985 §6.2 step 4. */
final class Reordering {
    /** What timers of the control plane can tell apart. */
    private static final long GRANULARITY_NS = 1_000_000;
    private static final int PERSISTENT_RECOVERIES = 16;
    private static final int DUPLICATE_THRESHOLD = 3;

    private boolean seen;
    private int quarters = 1;
    private int recoveriesLeft;
    private int roundEnd;

    /** Something has arrived late that had not been sent again. */
    void seen() {
        seen = true;
    }

    boolean isSeen() {
        return seen;
    }

    /** The peer has had something twice: the window was too short. It grows once a round trip. */
    void duplicate(int una, int max) {
        if (recoveriesLeft == 0 || SequenceNumber.greaterOrEqual(una, roundEnd)) {
            quarters++;
            roundEnd = max;
        }
        recoveriesLeft = PERSISTENT_RECOVERIES;
    }

    /** A recovery has ended, or a timeout has come. */
    void recovered() {
        if (recoveriesLeft > 0 && --recoveriesLeft == 0) {
            quarters = 1;
        }
    }

    /**
     * {@return the window, nanoseconds}
     *
     * @param recovering  whether losses are being recovered
     * @param sackedBytes selectively acknowledged
     * @param sackingAcks how many acknowledgements said so
     * @param mss         bytes of a segment
     */
    long windowNs(boolean recovering, int sackedBytes, int sackingAcks, int mss, long minRttNs, long rttNs) {
        boolean enough = sackingAcks >= DUPLICATE_THRESHOLD || sackedBytes > (DUPLICATE_THRESHOLD - 1) * mss;
        long windowNs = Math.max(Math.min(minRttNs / 4 * quarters, rttNs), GRANULARITY_NS);
        return !seen && (recovering || enough) ? 0 : windowNs;
    }
}

package org.millrace.tcp.bbr;

/** By how much acknowledgements run ahead of the path's bandwidth, because somebody holds them back (draft-ietf-ccwg-bbr §5.5.9). */
final class ExtraAcked {
    private static final int ROUNDS = 10;

    private long sinceNs;
    private long acked;
    private final long[] most = new long[2];
    private int roundsInHalf;

    /** Bytes have been acknowledged. */
    void acked(int bytes, long bandwidth, long windowBytes, boolean isRound, long nowNs) {
        long expected = (long) (bandwidth * ((nowNs - sinceNs) / 1e9));
        if (acked <= expected) {
            acked = 0;
            sinceNs = nowNs;
            expected = 0;
        }
        acked += bytes;
        if (isRound && ++roundsInHalf >= ROUNDS / 2) {
            roundsInHalf = 0;
            most[1] = most[0];
            most[0] = 0;
        }
        most[0] = Math.max(most[0], Math.min(acked - expected, windowBytes));
    }

    /** {@return bytes, the most of the last five to ten round trips} */
    long bytes() {
        return Math.max(most[0], most[1]);
    }
}

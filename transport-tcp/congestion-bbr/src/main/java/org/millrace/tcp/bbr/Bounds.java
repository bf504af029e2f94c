package org.millrace.tcp.bbr;

import org.millrace.tcp.control.congestion.DeliveryRate;

/**
 * What is believed of the path beyond its greatest bandwidth: how much in flight it has borne for long, and what bandwidth and how much in flight it
 * bears of late, after losses (draft-ietf-ccwg-bbr §5.5.10). {@link #NONE}: not known to be bounded.
 */
final class Bounds {
    static final long NONE = Long.MAX_VALUE;
    private static final double BETA = 0.7;
    private static final double HEADROOM = 0.15;
    private static final int MOST_ROUNDS = 30;

    /** Bytes in flight that were borne, inflight_longterm. */
    long highInFlight = NONE;
    /** Bytes in flight of late, inflight_shortterm. */
    long lowInFlight = NONE;
    /** Bytes a second of late, bw_shortterm. */
    long lowBandwidth = NONE;

    private long latestBandwidth;
    private long latestInFlight;
    private long lossRoundEnd;
    private boolean lossInRound;
    private int upRounds;
    private long upEach = NONE;
    private long upAcked;

    /**
     * Follows losses, a round trip of them at a time.
     *
     * @param isProbing   whether they are asked for
     * @param bandwidth   greatest of the path
     * @param windowBytes the window
     */
    void sample(DeliveryRate rate, boolean isProbing, boolean hasLost, long bandwidth, long windowBytes) {
        latestBandwidth = Math.max(latestBandwidth, rate.bytesPerSecond());
        latestInFlight = Math.max(latestInFlight, rate.sampleDelivered());
        lossInRound |= hasLost;
        if (rate.priorDelivered() < lossRoundEnd) {
            return;
        }
        lossRoundEnd = rate.delivered();
        if (lossInRound && !isProbing) {
            lowBandwidth = Math.max(latestBandwidth, (long) (BETA * (lowBandwidth == NONE ? bandwidth : lowBandwidth)));
            lowInFlight = Math.max(latestInFlight, (long) (BETA * (lowInFlight == NONE ? windowBytes : lowInFlight)));
        }
        lossInRound = false;
        latestBandwidth = rate.bytesPerSecond();
        latestInFlight = rate.sampleDelivered();
    }

    void resetSignals() {
        lossInRound = false;
        latestBandwidth = 0;
        latestInFlight = 0;
        upEach = NONE;
    }

    void resetLow() {
        lowBandwidth = NONE;
        lowInFlight = NONE;
    }

    /** The path has borne so much in flight. */
    void borne(long inFlight) {
        if (highInFlight != NONE) {
            highInFlight = Math.max(highInFlight, inFlight);
        }
    }

    /** It has not: what is left is what was in flight then, or a part of what the model says. */
    void tooMuch(long inFlight, long targetInFlight) {
        highInFlight = Math.max(inFlight, (long) (targetInFlight * BETA));
    }

    /** Startup has ended by loss. */
    void full(long bdpBytes) {
        highInFlight = Math.max(bdpBytes, latestInFlight);
    }

    /** {@return bytes in flight that leave room for others who come} */
    long withHeadroom(int mss, long least) {
        return highInFlight == NONE ? NONE : Math.max(highInFlight - Math.max(mss, (long) (HEADROOM * highInFlight)), least);
    }

    void beginUp(long windowBytes, int mss) {
        upRounds = 0;
        upAcked = 0;
        steeper(windowBytes, mss);
    }

    /** Each round of asking grows twice as fast as the one before. */
    private void steeper(long windowBytes, int mss) {
        upEach = Math.max(windowBytes / (1L << upRounds), mss);
        upRounds = Math.min(upRounds + 1, MOST_ROUNDS);
    }

    /** All that was believed to be borne is in flight, and is acknowledged: believe more. */
    void up(int ackedBytes, boolean isRound, long windowBytes, int mss) {
        upAcked += ackedBytes;
        long segments = upAcked / upEach;
        upAcked -= segments * upEach;
        highInFlight += segments * mss;
        if (isRound) {
            steeper(windowBytes, mss);
        }
    }
}

package org.millrace.tcp.control.congestion;

/**
 * Samples of a path's delivery rate (draft-ietf-ccwg-bbr §4.1): what has been delivered since what is acknowledged now was sent, by the longer of
 * the times in which it was sent and in which it was acknowledged.
 *
 * <p>DESIGN NOTES. The draft keeps in each segment what had been delivered when it was sent. The control plane looks at a connection
 * some times a round trip, so this keeps that of its looks, a sixteenth of a round trip apart or more. Segments are taken to leave the network in the
 * order in which they were sent, but for those that are lost. A sample begins at the last look before its segment was sent: bytes and time of it are both
 * that much longer.
 *
 * <p>Owned by: the data-path thread.
 */
public final class DeliveryRate {
    private static final int LOOKS = 64;
    private static final int LOOKS_A_ROUND_TRIP = 16;
    private static final long SECOND_NS = 1_000_000_000;

    private final long[] timeNs = new long[LOOKS];
    private final long[] sent = new long[LOOKS];
    private final long[] delivered = new long[LOOKS];
    private final long[] lost = new long[LOOKS];
    private final long[] firstSentNs = new long[LOOKS];
    private final int[] inFlight = new int[LOOKS];
    private final boolean[] limited = new boolean[LOOKS];
    private int newest = -1;
    private int count;
    private int max;
    private long sentBytes;
    private long deliveredBytes;
    private long lostBytes;
    private long limitedUntil;
    private long lastSentNs;

    private long bytesPerSecond;
    private long sampleDelivered;
    private long sampleLost;
    private long priorDelivered;
    private int sampleInFlight;
    private boolean sampleLimited;

    /** Makes one that has seen nothing. */
    public DeliveryRate() {
    }

    /**
     * Takes note of a look.
     *
     * @param d          what has come of the connection
     * @param leastRttNs the least round trip known, 0: not known; a shorter sample is none
     * @return whether there is a sample; the accessors tell of it then
     */
    public boolean look(Delivery d, long leastRttNs) {
        sentBytes += newest < 0 ? d.inFlightBytes + d.ackedBytes : d.max - max;
        max = d.max;
        deliveredBytes += d.ackedBytes;
        lostBytes += d.lostBytes;
        if (deliveredBytes > limitedUntil) {
            limitedUntil = 0;
        }
        boolean isSample = d.ackedBytes > 0 && newest >= 0 && sample(d, leastRttNs);
        if (d.isLimited) {
            markLimited(d.inFlightBytes);
        }
        if (newest < 0 || d.nowNs - timeNs[newest] >= leastRttNs / LOOKS_A_ROUND_TRIP) {
            keep(d);
        }
        return isSample;
    }

    private boolean sample(Delivery d, long leastRttNs) {
        int look = sentWith(sentBytes - d.inFlightBytes);
        lastSentNs = timeNs[look];
        long sendingNs = timeNs[look] - firstSentNs[look];
        long tookNs = Math.max(d.nowNs - timeNs[look], sendingNs);
        sampleDelivered = deliveredBytes - delivered[look];
        sampleLost = lostBytes - lost[look];
        priorDelivered = delivered[look];
        sampleInFlight = Math.max(inFlight[look], look == newest ? 0 : inFlight[(look + 1) % LOOKS]);
        sampleLimited = limited[look];
        if (tookNs <= 0 || tookNs < leastRttNs) {
            return false;
        }
        bytesPerSecond = (long) ((double) sampleDelivered * SECOND_NS / tookNs);
        return true;
    }

    /** {@return the last look before a byte was sent, or the oldest there is} */
    private int sentWith(long level) {
        int look = newest;
        for (int i = 1; i < count && sent[look] >= level; i++) {
            look = (look + LOOKS - 1) % LOOKS;
        }
        return look;
    }

    private void keep(Delivery d) {
        newest = (newest + 1) % LOOKS;
        count = Math.min(count + 1, LOOKS);
        timeNs[newest] = d.nowNs;
        sent[newest] = sentBytes;
        delivered[newest] = deliveredBytes;
        lost[newest] = lostBytes;
        firstSentNs[newest] = d.inFlightBytes == 0 || lastSentNs == 0 ? d.nowNs : lastSentNs;
        inFlight[newest] = d.inFlightBytes;
        limited[newest] = limitedUntil != 0;
    }

    /** {@return delivery rate of the sample} */
    public long bytesPerSecond() {
        return bytesPerSecond;
    }

    /** {@return bytes delivered from the sending of what is acknowledged now until now} */
    public long sampleDelivered() {
        return sampleDelivered;
    }

    /** {@return bytes lost meanwhile} */
    public long sampleLost() {
        return sampleLost;
    }

    /** {@return bytes that had been delivered when what is acknowledged now was sent} */
    public long priorDelivered() {
        return priorDelivered;
    }

    /** {@return bytes in the network when what is acknowledged now was sent} */
    public int sampleInFlight() {
        return sampleInFlight;
    }

    /** {@return whether the connection had nothing to send for part of the sample's time} */
    public boolean isSampleLimited() {
        return sampleLimited;
    }

    /** {@return bytes delivered since the first look} */
    public long delivered() {
        return deliveredBytes;
    }

    /** {@return bytes lost since the first look} */
    public long lost() {
        return lostBytes;
    }

    /** What is sent until now has been acknowledged is not limited by the policy. */
    public void markLimited(int inFlightBytes) {
        limitedUntil = deliveredBytes + Math.max(inFlightBytes, 1);
    }
}

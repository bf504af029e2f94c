package org.millrace.tcp.control.recovery;

/** Proportional rate reduction, RFC 9937 §6: how much may be sent in recovery for what has been delivered. */
final class RateReduction {
    private int threshold;
    private long flightAtStart;
    private long delivered;
    private long sent;

    /**
     * Begins.
     *
     * @param flightBytes    in flight at the start and not delivered before, RecoverFS
     * @param thresholdBytes what is to be in flight at the end, ssthresh
     */
    void begin(int flightBytes, int thresholdBytes) {
        flightAtStart = Math.max(flightBytes, 1);
        threshold = thresholdBytes;
        delivered = 0;
        sent = 0;
    }

    /** Bytes have been sent, new ones or again. */
    void sent(int bytes) {
        sent += bytes;
    }

    /**
     * {@return bytes that may be sent now}
     *
     * @param deliveredBytes newly acknowledged, selectively or not
     * @param pipeBytes      taken to be in the network
     * @param safe           whether SND.UNA has moved and nothing more is known to be lost
     * @param mss            bytes of a segment
     */
    int allowance(int deliveredBytes, int pipeBytes, boolean safe, int mss) {
        delivered += deliveredBytes;
        long count;
        if (pipeBytes > threshold) {
            count = Math.ceilDiv(delivered * threshold, flightAtStart) - sent;
        } else {
            count = Math.max(delivered - sent, deliveredBytes) + (safe ? mss : 0);
            count = Math.min(threshold - pipeBytes, count);
        }
        return (int) Math.max(count, sent == 0 ? mss : 0);
    }
}

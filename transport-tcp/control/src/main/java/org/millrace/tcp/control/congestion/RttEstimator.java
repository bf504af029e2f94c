package org.millrace.tcp.control.congestion;

import java.io.IOException;
import org.millrace.tcp.control.format.Fields;
import org.millrace.tcp.control.program.TcpConfig;

/** Retransmission timeout from round-trip samples, RFC 6298. */
public final class RttEstimator {
    private static final int GRANULARITY_US = 1_000; // the timestamps' clock
    private static final long AFTER_LOST_SYN_US = 3_000_000;

    private final long minUs;
    private final long maxUs;
    private long smoothedUs = -1;
    private long variationUs;
    private long timeoutUs;
    private int backOff;
    private long leastUs = Long.MAX_VALUE;

    public RttEstimator(TcpConfig config) {
        minUs = config.rtoMinMs() * 1_000L;
        maxUs = config.rtoMaxMs() * 1_000L;
        timeoutUs = config.rtoInitialMs() * 1_000L; // RFC 6298 (2.1)
    }

    public void sample(long rttUs) {
        leastUs = Math.min(leastUs, rttUs);
        if (smoothedUs < 0) { // RFC 6298 (2.2)
            smoothedUs = rttUs;
            variationUs = rttUs / 2;
        } else { // RFC 6298 (2.3)
            variationUs = (3 * variationUs + Math.abs(smoothedUs - rttUs)) / 4;
            smoothedUs = (7 * smoothedUs + rttUs) / 8;
        }
        long timeout = smoothedUs + Math.max(GRANULARITY_US, 4 * variationUs);
        timeoutUs = Math.clamp(timeout, minUs, maxUs); // RFC 6298 (2.4), (2.5)
    }

    /** The SYN's timer expired and no sample could be taken: RFC 6298 (5.7). */
    public void synTimedOut() {
        timeoutUs = Math.max(timeoutUs, AFTER_LOST_SYN_US);
    }

    /** RFC 6298 (5.5). */
    public void doubleTimeout() {
        if (timeoutUs << backOff < maxUs) {
            backOff++;
        }
    }

    /** New data has been acknowledged: the timeout is what the samples say again. */
    public void endBackOff() {
        backOff = 0;
    }

    public long timeoutNs() {
        return Math.min(timeoutUs << backOff, maxUs) * 1_000;
    }

    /** What the samples have come to; the limits are the configuration's. */
    public void walk(Fields f) throws IOException {
        smoothedUs = f.i64(smoothedUs);
        variationUs = f.i64(variationUs);
        timeoutUs = Math.clamp(f.i64(timeoutUs), minUs, maxUs);
        leastUs = Math.max(f.i64(leastUs), 0);
        backOff = f.number("back-off", backOff, 0, 30);
    }

    /** {@return the shortest round trip, microseconds; of a connection without a sample a guess, the timeout's half} */
    public long leastUs() {
        return leastUs == Long.MAX_VALUE ? timeoutUs / 2 : leastUs;
    }

    /** {@return mean deviation of round trips, microseconds} */
    public long variationUs() {
        return variationUs;
    }

    /** {@return smoothed round-trip time, nanoseconds; of a connection without a sample a guess, the timeout's half} */
    public long roundTripNs() {
        return smoothedUs < 0 ? timeoutUs * 500 : smoothedUs * 1_000;
    }

    /** {@return smoothed round-trip time in microseconds, or -1 if there was no sample} */
    public long smoothedUs() {
        return smoothedUs;
    }
}

package org.millrace.tcp.control.congestion;

import java.io.IOException;
import org.millrace.tcp.control.format.Fields;
import org.millrace.tcp.control.program.TcpConfig;
import org.millrace.wire.SequenceNumber;

/**
 * Timely (Mittal et al., SIGCOMM 2015; §5.5.3): sets a rate by how round trips change, Algorithm 1 of that paper with its
 * constants. The window only bounds what a path that answers nothing can take: twice what the rate fills a round trip with.
 *
 * <p>Departures: the gradient is normalised by the connection's own least round trip, not by a constant of the network, and
 * counts as 1 at most, so that one sample leaves at least a fifth of the rate. A rate that is not used does not rise (as RFC
 * 7661 for windows). Loss, which the paper leaves to the transport, halves the rate once a window. ECN is not negotiated: marks
 * mean nothing to it.
 */
final class Timely implements CongestionPolicy {
    /** Weight of a new difference in the average, alpha. */
    private static final double WEIGHT = 0.875;
    /** Strength of decrease, beta. */
    private static final double DECREASE = 0.8;
    /** Step of increase, delta: 10 Mbit/s; also the least rate. */
    static final long STEP = 1_250_000;
    /** Completions with a falling gradient before increase is fivefold, and that factor N (§4.3 of the paper, HAI). */
    private static final int HYPERACTIVE = 5;
    /** 100 Gbit/s. */
    private static final long FASTEST = 12_500_000_000L;

    private final int lowUs;
    private final int highUs;
    private final int initialWindow;
    private final int maxWindow;
    private int mss;
    private int window;
    private double rate;
    private long lastUs;
    private long leastUs = Long.MAX_VALUE;
    private double differenceUs;
    private int falling;
    private long ackedBytes;
    private int reducedUntil;
    private boolean reduced;

    /**
     * Makes a policy for a new connection; it is not paced before the first round trip.
     *
     * @param mss           payload of a segment, bytes
     * @param initialWindow bytes
     * @param maxWindow     bytes; what the transmit buffer holds
     * @param lowUs         below this round trip the rate rises, T_low
     * @param highUs        above it falls, T_high
     */
    Timely(int mss, int initialWindow, int maxWindow, int lowUs, int highUs) {
        this.mss = mss;
        this.initialWindow = initialWindow;
        this.maxWindow = Math.max(maxWindow, initialWindow);
        this.lowUs = lowUs;
        this.highUs = highUs;
        window = initialWindow;
    }

    @Override
    public int window() {
        return window;
    }

    @Override
    public long rate() {
        return (long) rate;
    }

    @Override
    public int slowStartThreshold() {
        return Integer.MAX_VALUE;
    }

    @Override
    public boolean onAcked(int acked, int ecnBytes, int una, int max, long nowNs) {
        ackedBytes += acked;
        leaveReduction(una);
        window = Math.min(window + acked, Math.max(window, initialWindow));     // after a timeout
        return false;
    }

    @Override
    public void onRoundTrip(long rttUs) {
        long us = Math.max(rttUs, 1);
        boolean used = 2e6 * ackedBytes >= rate * us;
        ackedBytes = 0;
        leastUs = Math.min(leastUs, us);
        if (rate == 0) {
            rate = initialWindow * 1e6 / us;
        } else {
            double change = us - lastUs;
            differenceUs = (1 - WEIGHT) * differenceUs + WEIGHT * change;
            adjust(us, used);
        }
        lastUs = us;
        rate = Math.clamp(rate, STEP, FASTEST);
        window = (int) Math.clamp(2 * rate * us / 1e6, initialWindow, maxWindow);
    }

    /** Algorithm 1: additive increase below T_low, decrease above T_high, by the gradient in between. */
    private void adjust(long us, boolean used) {
        double gradient = Math.min(differenceUs / leastUs, 1);
        falling = gradient <= 0 ? falling + 1 : 0;
        if (us < lowUs) {
            rate += used ? STEP : 0;
        } else if (us > highUs) {
            rate *= 1 - DECREASE * (1 - (double) highUs / us);
        } else if (gradient <= 0) {
            rate += used ? (falling >= HYPERACTIVE ? HYPERACTIVE : 1) * STEP : 0;
        } else {
            rate *= 1 - DECREASE * gradient;
        }
    }

    @Override
    public void onFastRetransmit(int una, int max) {
        leaveReduction(una);
        if (!reduced) {
            rate = halved();
            reduced = true;
            reducedUntil = max;
        }
    }

    private void leaveReduction(int una) {
        reduced &= SequenceNumber.lessThan(una, reducedUntil);
    }

    @Override
    public void onTimeout(int flightBytes, boolean repeated) {
        rate = repeated ? Math.min(rate, STEP) : halved();
        window = mss;                                                           // RFC 5681 §3.1, loss window
        reduced = false;
    }

    private double halved() {
        return rate == 0 ? 0 : Math.max(rate / 2, STEP);
    }

    @Override
    public void onIdle() {
        window = Math.min(window, initialWindow);                               // RFC 5681 §4.1
        if (rate != 0) {
            rate = Math.clamp(initialWindow * 1e6 / lastUs, Math.min(STEP, rate), rate);
        }
    }

    @Override
    public void segmentSize(int mssBytes) {
        mss = mssBytes;
    }

    @Override
    public String name() {
        return TcpConfig.TIMELY;
    }

    /** The first round trip turns the window into a rate. */
    @Override
    public void succeed(int windowBytes, int thresholdBytes) {
        window = Math.clamp(windowBytes, mss, maxWindow);
    }

    @Override
    public void walk(Fields f) throws IOException {
        window = f.number("window", window, 1, Integer.MAX_VALUE);
        rate = Math.clamp(f.f64(rate), 0, FASTEST);
        lastUs = Math.max(f.i64(lastUs), 0);
        leastUs = Math.max(f.i64(leastUs), 1);
        differenceUs = f.f64(differenceUs);
        falling = f.i32(falling);
        ackedBytes = f.i64(ackedBytes);
        reducedUntil = f.i32(reducedUntil);
        reduced = f.bit(reduced);
    }
}

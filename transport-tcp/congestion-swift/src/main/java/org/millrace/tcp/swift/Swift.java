package org.millrace.tcp.swift;

import java.io.IOException;
import org.millrace.tcp.control.congestion.CongestionPolicy;
import org.millrace.tcp.control.congestion.Delivery;
import org.millrace.tcp.control.format.Fields;
import org.millrace.wire.SequenceNumber;

/**
 * Swift, Algorithm 1 of Kumar et al. (SIGCOMM 2020) with its constants: additive increase while the delay is below its target, decrease in proportion
 * to how far it is above, once a round trip. A window below one segment is a rate.
 *
 * <p>Departures: round trips are not split into the fabric's and the endpoint's, for a peer that is not ours tells no time of its own: one window for
 * both. Slow start up to the target, which the paper leaves out: its connections live for long. Marks mean nothing to it.
 */
final class Swift implements CongestionPolicy {
    /** Additive increase, segments a round trip. */
    static final double INCREASE = 1;
    /** Multiplicative decrease, beta. */
    static final double DECREASE = 0.8;
    /** Most that one decrease takes. */
    static final double MOST_DECREASE = 0.5;
    /** Timeouts in a row after which the window is the least. */
    static final int RESET_AFTER = 5;
    private static final long NO_TIME = Long.MIN_VALUE / 2;

    private final int maxWindow;
    private int mss;
    /** Segments. */
    private double window;
    private boolean isStarting = true;
    private long leastRttUs = Long.MAX_VALUE;
    private long rttUs;
    private long lastDecreaseNs = NO_TIME;
    private long nowNs;
    private int reducedUntil;
    private boolean isReduced;
    private int timeouts;

    Swift(int mss, int initialWindow, int maxWindow) {
        this.mss = mss;
        this.maxWindow = Math.max(maxWindow, initialWindow);
        window = (double) initialWindow / mss;
    }

    @Override
    public String name() {
        return "plug-in:swift";
    }

    /** Below one segment the rate says how often it may leave. */
    @Override
    public int window() {
        return (int) Math.min(Math.max(window, 1) * mss, maxWindow);
    }

    @Override
    public long rate() {
        return rttUs == 0 || window >= 1 ? 0 : Math.max((long) (window * mss * 1e6 / rttUs), 1);
    }

    @Override
    public int slowStartThreshold() {
        return isStarting ? Integer.MAX_VALUE : window();
    }

    double segments() {
        return window;
    }

    @Override
    public boolean onAcked(int ackedBytes, int ecnBytes, int una, int max, long now) {
        isReduced &= SequenceNumber.lessThan(una, reducedUntil);
        nowNs = now;
        return false;
    }

    @Override
    public void onDelivery(Delivery d) {
        if (d.roundTripUs >= 0) {
            rttUs = Math.max(d.roundTripUs, 1);
            leastRttUs = Math.min(leastRttUs, rttUs);
        }
        if (d.ackedBytes == 0 || rttUs == 0) {
            return;
        }
        timeouts = 0;
        double targetUs = TargetDelay.us(leastRttUs, window);
        if (rttUs < targetUs) {
            if (!d.isLimited) {
                increase((double) d.ackedBytes / mss);
            }
        } else {
            isStarting = false;
            decrease(Math.min(DECREASE * (rttUs - targetUs) / rttUs, MOST_DECREASE));
        }
        window = Math.clamp(window, TargetDelay.LEAST_WINDOW, Math.max((double) maxWindow / mss, 1));
    }

    private void increase(double ackedSegments) {
        if (isStarting) {
            window += ackedSegments;
        } else {
            window += window >= 1 ? INCREASE / window * ackedSegments : INCREASE * ackedSegments;
        }
    }

    /** At most once a round trip. */
    private void decrease(double part) {
        if (nowNs - lastDecreaseNs >= rttUs * 1_000) {
            window *= 1 - part;
            lastDecreaseNs = nowNs;
        }
    }

    @Override
    public void onFastRetransmit(int una, int max) {
        isReduced &= SequenceNumber.lessThan(una, reducedUntil);
        isStarting = false;
        if (!isReduced) {
            isReduced = true;
            reducedUntil = max;
            window = Math.max(window * (1 - MOST_DECREASE), TargetDelay.LEAST_WINDOW);
            lastDecreaseNs = nowNs;
        }
    }

    @Override
    public void onTimeout(int flightBytes, boolean repeated) {
        isStarting = false;
        timeouts++;
        window = timeouts >= RESET_AFTER ? TargetDelay.LEAST_WINDOW : Math.max(window * (1 - MOST_DECREASE), TargetDelay.LEAST_WINDOW);
        lastDecreaseNs = nowNs;
    }

    @Override
    public void onIdle() {
        window = Math.min(window, 10); // RFC 5681 §4.1, RFC 6928
    }

    @Override
    public void segmentSize(int mssBytes) {
        window *= (double) mss / mssBytes;
        mss = mssBytes;
    }

    @Override
    public void succeed(int windowBytes, int thresholdBytes) {
        window = Math.clamp((double) windowBytes / mss, 1, Math.max((double) maxWindow / mss, 1));
        isStarting = windowBytes < thresholdBytes;
    }

    @Override
    public void walk(Fields f) throws IOException {
        window = Math.clamp(f.f64(window), TargetDelay.LEAST_WINDOW, Math.max((double) maxWindow / mss, 1));
        isStarting = f.bit(isStarting);
        leastRttUs = Math.max(f.i64(leastRttUs), 1);
        rttUs = Math.max(f.i64(rttUs), 0);
        lastDecreaseNs = f.since(lastDecreaseNs);
        reducedUntil = f.i32(reducedUntil);
        isReduced = f.bit(isReduced);
        timeouts = f.number("timeouts", timeouts, 0, Integer.MAX_VALUE);
    }
}

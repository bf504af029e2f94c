package org.millrace.tcp.control.congestion;

import java.io.IOException;
import org.millrace.tcp.control.format.Fields;
import org.millrace.tcp.control.program.TcpConfig;
import org.millrace.wire.SequenceNumber;

/**
 * CUBIC, RFC 9438: after a cut the window grows by the cube of the time since, flat around where it was cut and steep beyond,
 * and never slower than Reno's would. Slow start ends by {@link HyStart}. Marks count as losses (§4.6 with RFC 3168). Paths
 * whose round trip is long enough for it to matter are paced, at twice the window a round trip in slow start and 1.2 times
 * beyond, so that no burst is longer than it need be.
 */
final class Cubic implements CongestionPolicy {
    /** §5.1: how steep the cube is, segments a second cubed. */
    private static final double STEEPNESS = 0.4;
    /** §4.6: what a cut leaves. */
    private static final double DECREASE = 0.7;
    /** §4.3: what makes Reno's growth as fast as with its own decrease. */
    private static final double RENO_GROWTH = 3 * (1 - DECREASE) / (1 + DECREASE);
    private static final long SECOND_NS = 1_000_000_000;
    private static final long PACED_FROM_US = 2_000;

    private final int maxWindow;
    private final HyStart slowStart = new HyStart();
    private int initialWindow;
    private int mss;
    private double window;
    private int threshold = Integer.MAX_VALUE;
    private int reducedUntil;
    private boolean reduced;
    /** Window before the last cut, segments; W_max. */
    private double peak;
    private double priorWindow;
    private double renoWindow;
    private long epochNs;
    private boolean inEpoch;
    /** How long from the cut until the window is back at its peak, seconds; K. */
    private double toPeakS;
    private long rttUs;
    private double undoWindow;
    private int undoThreshold;

    Cubic(int mss, int initialWindow, int maxWindow) {
        this.mss = mss;
        this.initialWindow = initialWindow;
        this.maxWindow = Math.max(maxWindow, initialWindow);
        window = initialWindow;
    }

    @Override
    public String name() {
        return TcpConfig.CUBIC;
    }

    @Override
    public int window() {
        return (int) window;
    }

    @Override
    public int slowStartThreshold() {
        return threshold;
    }

    @Override
    public long rate() {
        return rttUs < PACED_FROM_US ? 0 : (long) (window * (window < threshold ? 2 : 1.2) * 1e6 / rttUs);
    }

    @Override
    public boolean onAcked(int ackedBytes, int ecnBytes, int una, int max, long nowNs) {
        if (reduced && SequenceNumber.greaterOrEqual(una, reducedUntil)) {
            reduced = false;
        }
        if (ecnBytes > 0 && !reduced) {
            reduce(window, max);
            return true;
        }
        slowStart.acked(una, max);
        boolean used = 2L * (max - una + (long) ackedBytes) >= (long) window; // RFC 7661 §1
        if (!reduced && used) {
            grow(ackedBytes, nowNs);
        } else if (!used) {
            inEpoch = false; // §4.2: time in which the window is not used does not count
        }
        return false;
    }

    private void grow(int ackedBytes, long nowNs) {
        int rest = ackedBytes;
        if (window < threshold) {
            double step = Math.min(slowStart.growth(rest), threshold - window);
            window += step;
            rest -= (int) step;
            if (slowStart.isOver()) {
                threshold = (int) window;
            }
        }
        if (window >= threshold && rest > 0) {
            avoid(rest, nowNs);
        }
        window = Math.min(window, maxWindow);
    }

    /** Congestion avoidance, §4.2 to §4.5. */
    private void avoid(int ackedBytes, long nowNs) {
        double segments = window / mss;
        if (!inEpoch) {
            inEpoch = true;
            epochNs = nowNs;
            renoWindow = segments;
            peak = Math.max(peak, segments);
            toPeakS = Math.cbrt((peak - segments) / STEEPNESS);
        }
        double acked = (double) ackedBytes / mss;
        double sinceS = (double) (nowNs - epochNs) / SECOND_NS;
        double target = Math.clamp(cube(sinceS + rttUs / 1e6), segments, 1.5 * segments);
        renoWindow += (renoWindow < priorWindow ? RENO_GROWTH : 1) * acked / segments;
        double next = cube(sinceS) < renoWindow ? Math.max(renoWindow, segments)
            : segments + (target - segments) * Math.min(acked / segments, 1);
        window = next * mss;
    }

    private double cube(double seconds) {
        double from = seconds - toPeakS;
        return STEEPNESS * from * from * from + peak;
    }

    private void reduce(double from, int max) {
        undoWindow = 0; // what is undone is a loss's
        double segments = from / mss;
        peak = segments < peak ? segments * (1 + DECREASE) / 2 : segments; // §4.7, fast convergence
        priorWindow = segments;
        threshold = (int) Math.max(from * DECREASE, 2 * mss);
        window = threshold;
        inEpoch = false;
        reducedUntil = max;
        reduced = true;
    }

    @Override
    public void onRoundTrip(long us) {
        rttUs = rttUs == 0 ? us : (7 * rttUs + us) / 8;
        if (window < threshold) {
            slowStart.roundTrip(us);
        }
    }

    @Override
    public void onFastRetransmit(int una, int max) {
        if (reduced && SequenceNumber.greaterOrEqual(una, reducedUntil)) {
            reduced = false;
        }
        double before = window;
        int thresholdBefore = threshold;
        undoWindow = 0;
        if (!reduced) {
            reduce(Math.min(max - una, window), max);
            undoWindow = before;
            undoThreshold = thresholdBefore;
        }
    }

    @Override
    public void onSpuriousRetransmit() { // §4.9
        if (undoWindow != 0) {
            window = Math.max(window, undoWindow);
            threshold = Math.max(threshold, undoThreshold);
            peak = Math.max(peak, window / mss);
            undoWindow = 0;
            inEpoch = false;
            reduced = false;
        }
    }

    @Override
    public void onTimeout(int flightBytes, boolean repeated) { // §4.8
        if (!repeated) {
            double from = Math.min(flightBytes, window);
            peak = from / mss;
            priorWindow = peak;
            threshold = (int) Math.max(from * DECREASE, 2 * mss);
        }
        window = mss;
        inEpoch = false;
        reduced = false;
        undoWindow = 0;
        slowStart.restart();
    }

    @Override
    public void onIdle() {
        window = Math.min(window, initialWindow); // RFC 5681 §4.1
        inEpoch = false;
        slowStart.restart();
    }

    @Override
    public void segmentSize(int mssBytes) {
        mss = mssBytes;
    }

    @Override
    public void succeed(int windowBytes, int thresholdBytes) {
        window = Math.clamp(windowBytes, mss, maxWindow);
        threshold = Math.max(thresholdBytes, 2 * mss);
    }

    @Override
    public void walk(Fields f) throws IOException {
        initialWindow = f.number("initial window", initialWindow, 1, Integer.MAX_VALUE);
        window = Math.clamp(f.version() == 4 ? f.i32(0) : f.f64(window), 1, maxWindow);
        threshold = f.number("slow start threshold", threshold, 1, Integer.MAX_VALUE);
        reducedUntil = f.i32(reducedUntil);
        reduced = f.bit(reduced);
        peak = Math.max(f.f64(peak), 0);
        priorWindow = Math.max(f.f64(priorWindow), 0);
        renoWindow = Math.max(f.f64(renoWindow), 0);
        epochNs = f.since(epochNs);
        inEpoch = f.bit(inEpoch);
        toPeakS = Math.max(f.f64(toPeakS), 0);
        rttUs = Math.max(f.i64(rttUs), 0);
        if (f.version() != 4) {
            slowStart.walk(f);
        }
    }
}

package org.millrace.tcp.control.congestion;

import java.io.IOException;
import org.millrace.tcp.control.format.Fields;
import org.millrace.tcp.control.program.TcpConfig;
import org.millrace.wire.SequenceNumber;

/** Slow start, congestion avoidance and one halving a window: RFC 5681, with byte counting; ECN as in RFC 3168. */
public class NewReno implements CongestionPolicy {
    private int initialWindow;
    private final int maxWindow;
    private int mss;
    private int window;
    private int threshold = Integer.MAX_VALUE;
    private int counted;
    private int reducedUntil;
    private boolean reduced;
    private int undoWindow;
    private int undoThreshold;

    /**
     * Makes a policy for a new connection.
     *
     * @param mss           payload of a segment, bytes
     * @param initialWindow bytes
     * @param maxWindow     bytes; what the transmit buffer holds, more is no use
     */
    public NewReno(int mss, int initialWindow, int maxWindow) {
        this.mss = mss;
        this.initialWindow = initialWindow;
        this.maxWindow = Math.max(maxWindow, initialWindow);
        window = initialWindow;
    }

    @Override
    public String name() {
        return TcpConfig.NEW_RENO;
    }

    @Override
    public final int window() {
        return window;
    }

    @Override
    public final int slowStartThreshold() {
        return threshold;
    }

    @Override
    public boolean onAcked(int ackedBytes, int ecnBytes, int una, int max, long nowNs) {
        leaveReduction(una);
        if (ecnBytes > 0 && !reduced) {
            // RFC 3168 §6.1.2: as for a loss, at most once a window
            reduce(window / 2, max);
            return true;
        }
        if (!reduced) {
            grow(ackedBytes, Math.max(max - una, 0));
        }
        return false;
    }

    /** Ends a reduction when all that was sent before it has been acknowledged. */
    final void leaveReduction(int una) {
        if (reduced && SequenceNumber.greaterOrEqual(una, reducedUntil)) {
            reduced = false;
        }
    }

    final boolean isReduced() {
        return reduced;
    }

    final void reduce(int newWindow, int max) {
        threshold = Math.max(newWindow, 2 * mss);
        window = threshold;
        counted = 0;
        undoWindow = 0; // what is undone is a loss's
        reducedUntil = max;
        reduced = true;
    }

    final void grow(int ackedBytes, int flightBytes) {
        // RFC 7661 §1: a window that is not used says nothing about the network
        if (2L * (flightBytes + (long) ackedBytes) < window) {
            return;
        }
        int rest = ackedBytes;
        if (window < threshold) { // RFC 5681 §3.1, slow start
            int step = Math.min(rest, threshold - window);
            window += Math.min(step, maxWindow - Math.min(window, maxWindow));
            rest -= step;
        }
        if (window >= threshold) { // RFC 5681 §3.1, congestion avoidance: one segment a window
            counted += rest;
            int windows = counted / window;
            counted -= windows * window;
            window += windows * mss;
        }
        window = Math.min(window, maxWindow);
    }

    @Override
    public void onFastRetransmit(int una, int max) {
        leaveReduction(una);
        int before = window;
        int thresholdBefore = threshold;
        undoWindow = 0;
        if (!reduced) {
            reduce(Math.min(max - una, window) / 2, max); // RFC 5681 (4)
            undoWindow = before;
            undoThreshold = thresholdBefore;
        }
    }

    @Override
    public final void onSpuriousRetransmit() {
        if (undoWindow != 0) {
            window = Math.max(window, undoWindow);
            threshold = undoThreshold;
            undoWindow = 0;
            reduced = false;
        }
    }

    @Override
    public final void onTimeout(int flightBytes, boolean repeated) {
        if (!repeated) {
            threshold = Math.max(Math.min(flightBytes, window) / 2, 2 * mss); // RFC 5681 (4)
        }
        window = mss; // RFC 5681 §3.1, loss window
        undoWindow = 0;
        counted = 0;
        reduced = false;
    }

    @Override
    public final void onIdle() {
        window = Math.min(window, initialWindow); // RFC 5681 §4.1
    }

    @Override
    public final void segmentSize(int mssBytes) {
        mss = mssBytes;
    }

    @Override
    public final void succeed(int windowBytes, int thresholdBytes) {
        window = Math.clamp(windowBytes, mss, maxWindow);
        threshold = Math.max(thresholdBytes, 2 * mss);
    }

    @Override
    public void walk(Fields f) throws IOException {
        initialWindow = f.number("initial window", initialWindow, 1, Integer.MAX_VALUE);
        window = Math.min(f.number("congestion window", window, 1, Integer.MAX_VALUE), maxWindow);
        threshold = f.number("slow start threshold", threshold, 1, Integer.MAX_VALUE);
        counted = f.number("counted bytes", counted, 0, Integer.MAX_VALUE);
        reducedUntil = f.i32(reducedUntil);
        reduced = f.bit(reduced);
    }
}

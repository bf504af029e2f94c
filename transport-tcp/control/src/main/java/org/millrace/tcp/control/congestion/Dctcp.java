package org.millrace.tcp.control.congestion;

import java.io.IOException;
import org.millrace.tcp.control.format.Fields;
import org.millrace.tcp.control.program.TcpConfig;
import org.millrace.wire.SequenceNumber;

/** DCTCP, RFC 8257 §3.3: cuts the window by the share of marked bytes, smoothed over windows. Loss still halves. */
final class Dctcp extends NewReno {
    private static final double GAIN = 1.0 / 16; // RFC 8257 §4.2

    private double alpha = 1; // RFC 8257 §3.3: DCTCP.Alpha starts at 1
    private int windowEnd;
    private boolean observing;
    private long acked;
    private long marked;

    Dctcp(int mss, int initialWindow, int maxWindow) {
        super(mss, initialWindow, maxWindow);
    }

    @Override
    public boolean onAcked(int ackedBytes, int ecnBytes, int una, int max, long nowNs) {
        acked += ackedBytes;
        marked += ecnBytes;
        leaveReduction(una);
        boolean cut = ecnBytes > 0 && !isReduced();
        if (cut) {
            estimate(una, max);
            reduce((int) (window() * (1 - alpha / 2)), max);
            return true;
        }
        estimate(una, max);
        if (!isReduced()) {
            grow(ackedBytes, Math.max(max - una, 0));
        }
        return false;
    }

    /** Once a window of data, RFC 8257 §3.3 steps 4 to 8. */
    private void estimate(int una, int max) {
        if (!observing) {
            observing = true;
            windowEnd = max;
        } else if (SequenceNumber.greaterOrEqual(una, windowEnd) && acked > 0) {
            alpha = alpha * (1 - GAIN) + GAIN * Math.min(1.0, (double) marked / acked);
            acked = 0;
            marked = 0;
            windowEnd = max;
        }
    }

    @Override
    public String name() {
        return TcpConfig.DCTCP;
    }

    @Override
    public void walk(Fields f) throws IOException {
        super.walk(f);
        alpha = Math.clamp(f.f64(alpha), 0, 1);
        windowEnd = f.i32(windowEnd);
        observing = f.bit(observing);
        acked = f.i64(acked);
        marked = f.i64(marked);
    }

    double alpha() {
        return alpha;
    }
}

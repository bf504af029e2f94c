package org.millrace.lab.agilio;

import java.io.IOException;
import org.millrace.tcp.control.congestion.CongestionAlgorithm;
import org.millrace.tcp.control.congestion.CongestionPolicy;
import org.millrace.tcp.control.format.Fields;

/**
 * DCTCP by rate, as FlexTOE's control plane has it (F user/cc.c, with the defaults of user/config.c; §4.5: the default policy): a rate per
 * flow, which the scheduler paces; the window is the receiver's. At a look with fewer than 50 segments since the last change it waits, and it
 * measures the rate over the last look alone, as the source does. A loss halves the rate until the next look at once, and for good with the
 * next change. The time wheel's horizon of 164 us bounds a segment's delay (F qman.c): no rate is less. Data-path thread.
 *
 * @param roundNs how long the control plane takes to read all connections' statistics
 */
record RateControl(long roundNs) implements CongestionAlgorithm {
    static final String NAME = "dctcp-rate";

    private static final long MBIT = 125_000; // bytes a second
    private static final long STEP = 10 * MBIT;
    private static final long INITIAL = 10 * MBIT;
    private static final double WEIGHT = 1.0 / 16;
    private static final double CLAMP = 1.2;
    private static final int LEAST_SEGMENTS = 50;
    private static final long HORIZON_NS = 163_840;
    private static final long FASTEST = 12_500_000_000L;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public CongestionPolicy make(int mss, int initialWindow, int maxWindow) {
        return new Policy(mss, maxWindow, roundNs);
    }

    private static final class Policy extends ConstantRate.Looks {
        private final double least;
        private double rate = INITIAL;
        private boolean isCut;
        private double achieved;
        private double marked;
        private boolean isSlowStart = true;
        private long lookedNs;
        private long ackedBytes;
        private long ecnBytes;
        private int segments;
        private int drops;

        Policy(int mss, int window, long roundNs) {
            super(NAME, window, roundNs);
            least = mss * 1e9 / HORIZON_NS;
        }

        @Override
        public long rate() {
            return (long) Math.max(isCut ? rate / 2 : rate, least);
        }

        @Override
        public void onReceived(int more) {
            segments += more;
        }

        @Override
        public boolean onAcked(int acked, int ecn, int una, int max, long nowNs) {
            ackedBytes += acked;
            ecnBytes += Math.min(ecn, acked);
            long tookNs = nowNs - lookedNs;
            if (tookNs >= lookGapNs()) {
                lookedNs = nowNs;
                isCut = false;
                if (segments >= LEAST_SEGMENTS && tookNs < nowNs) {
                    adjust(tookNs);
                }
            }
            return false;
        }

        private void adjust(long tookNs) {
            double now = ackedBytes * 1e9 / tookNs;
            achieved = (7 * achieved + now) / 8;
            rate = Math.min(rate, CLAMP * Math.max(now, achieved));
            isSlowStart &= drops == 0 && ecnBytes == 0;
            if (isSlowStart) {
                rate *= 2;
            } else if (drops > 0) {
                rate /= 2;
            } else {
                marked += WEIGHT * ((ackedBytes == 0 ? 0 : (double) ecnBytes / ackedBytes) - marked);
                rate = ecnBytes > 0 ? rate * (1 - marked / 2) : rate + STEP;
            }
            rate = Math.clamp(rate, least, FASTEST);
            ackedBytes = 0;
            ecnBytes = 0;
            segments = 0;
            drops = 0;
        }

        /** The data path halves the rate at once (F postprocess.c). */
        @Override
        public void onFastRetransmit(int una, int max) {
            drops++;
            isCut = true;
        }

        @Override
        public void onTimeout(int flightBytes, boolean repeated) {
            drops++;
            isCut = true;
        }

        @Override
        public void walk(Fields f) throws IOException {
            rate = Math.clamp(f.f64(rate), 1, FASTEST);
        }
    }
}

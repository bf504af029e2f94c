package org.millrace.lab.agilio;

import org.millrace.tcp.control.congestion.CongestionAlgorithm;
import org.millrace.tcp.control.congestion.CongestionPolicy;

/**
 * FlexTOE's control plane with congestion control switched off (F user/cc.c, its {@code const-rate} of 0): nothing is paced, and the window is
 * the receiver's.
 *
 * @param roundNs how long the control plane takes to read all connections' statistics
 */
record ConstantRate(long roundNs) implements CongestionAlgorithm {
    static final String NAME = "const-rate";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean usesEcn() {
        return false;
    }

    @Override
    public CongestionPolicy make(int mss, int initialWindow, int maxWindow) {
        return new Looks(NAME, maxWindow, roundNs);
    }

    /**
     * When the control plane looks at a flow: once every two round trips, and no sooner than it has gone round all connections. At the fourth
     * look without anything acknowledged, all is sent again, and four looks later again (F user/cc.c, issue_retransmits; defaults of
     * user/config.c). Data-path thread.
     */
    static class Looks extends NoControl.Open {
        private static final long GRANULARITY_NS = 50_000;
        private static final long INITIAL_RTT_US = 50;
        private static final int ROUND_TRIPS = 2;
        private static final int UNANSWERED = 4;

        private final long roundNs;
        private long rttUs = INITIAL_RTT_US;

        Looks(String name, int window, long roundNs) {
            super(name, window);
            this.roundNs = roundNs;
        }

        @Override
        public final long lookGapNs() {
            return Math.max(Math.max(GRANULARITY_NS, roundNs), ROUND_TRIPS * 1_000 * rttUs);
        }

        @Override
        public final long timeoutNs() {
            return UNANSWERED * lookGapNs();
        }

        @Override
        public final void onRoundTrip(long us) {
            rttUs = (7 * rttUs + us) / 8;
        }
    }
}

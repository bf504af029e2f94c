package org.millrace.lab.agilio;

import java.io.IOException;
import org.millrace.tcp.control.congestion.CongestionAlgorithm;
import org.millrace.tcp.control.congestion.CongestionPolicy;
import org.millrace.tcp.control.format.Fields;

/** Congestion control switched off: the window is what the buffer holds, whatever is lost or marked. */
public final class NoControl implements CongestionAlgorithm {
    /** How options name it, behind {@code plug-in:}. */
    public static final String NAME = "none";

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
        return new Open(NAME, maxWindow);
    }

    /** The window is the receiver's, whatever happens. */
    static class Open implements CongestionPolicy {
        private final String name;
        private final int window;

        Open(String name, int window) {
            this.name = name;
            this.window = window;
        }

        @Override
        public final String name() {
            return name;
        }

        @Override
        public int window() {
            return window;
        }

        @Override
        public int slowStartThreshold() {
            return window;
        }

        @Override
        public boolean onAcked(int ackedBytes, int ecnBytes, int una, int max, long nowNs) {
            return false;
        }

        @Override
        public void onFastRetransmit(int una, int max) {
            // what is lost is sent again, no slower
        }

        @Override
        public void onTimeout(int flightBytes, boolean repeated) {
            // nor after a timeout
        }

        @Override
        public void onIdle() {
            // nor after a pause
        }

        @Override
        public void segmentSize(int mssBytes) {
            // the window is in bytes
        }

        @Override
        public void succeed(int windowBytes, int thresholdBytes) {
            // the buffer's size is what counts
        }

        @Override
        public void walk(Fields f) throws IOException {
            // nothing is remembered
        }
    }
}

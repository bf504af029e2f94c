package org.millrace.tcp.swift;

import org.millrace.tcp.control.congestion.CongestionAlgorithm;
import org.millrace.tcp.control.congestion.CongestionPolicy;

/** Makes Swift policies. */
public class SwiftAlgorithm implements CongestionAlgorithm {
    /** Makes one. */
    public SwiftAlgorithm() {
    }

    @Override
    public String name() {
        return "swift";
    }

    /** Delay is all that it goes by. */
    @Override
    public boolean usesEcn() {
        return false;
    }

    @Override
    public CongestionPolicy make(int mss, int initialWindow, int maxWindow) {
        return new Swift(mss, initialWindow, maxWindow);
    }
}

package org.millrace.tcp.bbr;

import org.millrace.tcp.control.congestion.CongestionAlgorithm;
import org.millrace.tcp.control.congestion.CongestionPolicy;

/** Makes BBR policies. */
public class BbrAlgorithm implements CongestionAlgorithm {
    /** Makes one. */
    public BbrAlgorithm() {
    }

    @Override
    public String name() {
        return "bbr";
    }

    /** The draft leaves marks out. */
    @Override
    public boolean usesEcn() {
        return false;
    }

    @Override
    public CongestionPolicy make(int mss, int initialWindow, int maxWindow) {
        return new Bbr(mss, initialWindow, maxWindow);
    }
}

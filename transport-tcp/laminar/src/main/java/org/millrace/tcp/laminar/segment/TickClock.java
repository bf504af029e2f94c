package org.millrace.tcp.laminar.segment;

import org.millrace.api.pipeline.Extern;

/**
 * The timestamp extern: time in units that no ALU could divide for. Milliseconds are RFC 7323 §5.4's clock, the same as
 * the control plane's in SYNs.
 */
public final class TickClock implements Extern {
    /** {@return milliseconds, wraps} */
    int milliseconds(long nowNs) {
        return (int) (nowNs / 1_000_000);
    }

    /** {@return microseconds, wraps} */
    int microseconds(long nowNs) {
        return (int) (nowNs / 1_000);
    }
}

package org.millrace.execution;

import org.millrace.api.pipeline.Timestamps;

/** The clock of a machine that counts nanoseconds. Any thread. */
public final class TickClock implements Timestamps {
    /** Makes one. */
    public TickClock() {
    }

    @Override
    public int milliseconds(long nowNs) {
        return (int) (nowNs / 1_000_000);
    }

    @Override
    public int microseconds(long nowNs) {
        return (int) (nowNs / 1_000);
    }
}

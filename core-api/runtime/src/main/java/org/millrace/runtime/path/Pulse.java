package org.millrace.runtime.path;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What others can see of a thread that goes in rounds, without asking it: when its round has begun, or that it sleeps. Written by
 * that thread, an ordinary store a round; read by any thread. Time is the data path's, not before 0.
 */
final class Pulse {
    private static final long ASLEEP = -1;
    private static final VarHandle BEGUN;

    static {
        try {
            BEGUN = MethodHandles.lookup().findVarHandle(Pulse.class, "begunNs", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private long begunNs = ASLEEP;

    void round(long nowNs) {
        BEGUN.setOpaque(this, nowNs);
    }

    void asleep() {
        BEGUN.setOpaque(this, ASLEEP);
    }

    /** {@return another value than before if the thread has done anything since} */
    long mark() {
        return (long) BEGUN.getOpaque(this);
    }

    /** {@return how long the round has lasted by now, 0 if the thread sleeps} */
    long roundNs(long nowNs) {
        long mark = mark();
        return mark == ASLEEP ? 0 : Math.max(0, nowNs - mark);
    }
}

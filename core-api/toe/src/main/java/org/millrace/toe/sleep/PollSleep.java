package org.millrace.toe.sleep;

import java.util.List;
import java.util.function.BooleanSupplier;
import org.millrace.api.context.ContextGrant;
import org.millrace.memory.AdaptiveSpin;
import org.millrace.memory.DescriptorRing;

/**
 * How the owner of a context sleeps while it polls: it looks on for a while, if it is set to, then says that it
 * sleeps, looks once more, and waits for the bell.
 *
 * <p>Owned by: the Toe's thread; {@link #ask} and {@link #wake} by any.
 */
public final class PollSleep {
    private final DescriptorRing[] rings;
    private final PollBell bell;
    private final BooleanSupplier served;
    private AdaptiveSpin spin = new AdaptiveSpin(0);
    private volatile boolean asked;

    /**
     * @param grant   the context
     * @param rings   event rings of its lanes
     * @param futexes whether a thread can sleep on several words at once
     * @param served  whether there is somebody who could wake it
     * @throws IllegalStateException if there are several rings and no way to sleep for all
     */
    public PollSleep(ContextGrant grant, List<DescriptorRing> rings, boolean futexes, BooleanSupplier served) {
        this.rings = rings.toArray(DescriptorRing[]::new);
        bell = futexes || rings.size() == 1 ? new FutexBell(rings) : new ChannelBell(grant);
        this.served = served;
    }

    /** Looks on for so long at most from now on, nanoseconds. */
    public void spin(long limitNs) {
        spin = new AdaptiveSpin(limitNs);
    }

    /** Somebody wants the owner to be awake, now or next. */
    public void ask() {
        asked = true;
    }

    /** Wakes the owner if it sleeps. The memory has to be there. */
    public void wake() {
        bell.wake();
    }

    /** The context is closed. */
    public void close() {
        bell.close();
    }

    /** The owner is awake, whoever has asked for that. */
    public void heard() {
        if (asked) { // a volatile store is a fence, and nobody asks at most polls
            asked = false;
        }
    }

    /** Sleeps until something is there, or the time is over; negative: no limit. */
    public void sleep(long timeoutNs) {
        if (lookOn(timeoutNs)) {
            return;
        }
        waiting(bell.place());
        if (!isDue()) {
            bell.await(timeoutNs);
        }
        waiting(DescriptorRing.AWAKE);
    }

    private void waiting(int where) {
        for (DescriptorRing events : rings) {
            events.waiting(where);
        }
    }

    /** {@return whether there is something to be awake for} */
    private boolean isDue() {
        if (asked) {
            return true;
        }
        for (DescriptorRing events : rings) {
            if (events.available() != 0) {
                return true;
            }
        }
        return !served.getAsBoolean();
    }

    private boolean lookOn(long timeoutNs) {
        if (spin.spinNs() == 0) {
            return false;
        }
        long limitNs = timeoutNs < 0 ? spin.spinNs() : Math.min(timeoutNs, spin.spinNs());
        long beginNs = System.nanoTime();
        boolean paid = false;
        while (!paid && System.nanoTime() - beginNs < limitNs) {
            Thread.onSpinWait();
            paid = isDue();
        }
        spin.spun(paid);
        return paid;
    }
}

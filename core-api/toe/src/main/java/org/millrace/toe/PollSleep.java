package org.millrace.toe;

import java.util.List;
import java.util.function.BooleanSupplier;
import org.millrace.memory.AdaptiveSpin;
import org.millrace.memory.DescriptorRing;

/**
 * How the owner of a context sleeps in {@link Toe#poll}: it looks on for a while, if it is set to, then says that it
 * sleeps, looks once more, and waits for the bell.
 *
 * <p>Owned by: the Toe's thread; {@link #ask} and {@link #wake} by any.
 */
final class PollSleep {
    private final List<DescriptorRing> rings;
    private final PollBell bell;
    private final BooleanSupplier served;
    private AdaptiveSpin spin = new AdaptiveSpin(0);
    private volatile boolean asked;

    /**
     * @param rings  of its lanes
     * @param served whether there is somebody who could wake it
     */
    PollSleep(List<DescriptorRing> rings, PollBell bell, BooleanSupplier served) {
        this.rings = rings;
        this.bell = bell;
        this.served = served;
    }

    /** Looks on for so long at most from now on, nanoseconds. */
    void spin(long limitNs) {
        spin = new AdaptiveSpin(limitNs);
    }

    /** Somebody wants the owner to be awake, now or next. */
    void ask() {
        asked = true;
    }

    /** Wakes the owner if it sleeps. The memory has to be there. */
    void wake() {
        bell.wake();
    }

    /** The context is closed. */
    void close() {
        bell.close();
    }

    /** The owner is awake, whoever has asked for that. */
    void heard() {
        asked = false;
    }

    /** Sleeps until something is there, or the time is over; negative: no limit. */
    void sleep(long timeoutNs) {
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

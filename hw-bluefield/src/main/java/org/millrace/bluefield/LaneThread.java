package org.millrace.bluefield;

import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.millrace.execution.staged.LaneWork;
import org.millrace.memory.AdaptiveSpin;
import org.millrace.memory.Threads;

/**
 * Drives a lane: works, looks on for a while when there is nothing to do ({@link AdaptiveSpin}), then sleeps until it is woken. It says
 * that it sleeps, fences and looks once more; who has published fences and looks whether it sleeps.
 *
 * <p>{@link #wake}, {@link #checkAlive} and {@link #end} by the owner of the lane's ring.
 */
final class LaneThread {
    private final LaneWork lane;
    private final AdaptiveSpin spin;
    private final Thread thread;
    private volatile boolean isAsleep;
    private volatile boolean isEnding;
    private volatile Throwable failure;

    LaneThread(LaneWork lane, long spinLimitNs) {
        this.lane = lane;
        spin = new AdaptiveSpin(spinLimitNs);
        thread = new Thread(this::run, "millrace-lane-" + lane.name());
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Work was published. */
    void wake() {
        VarHandle.fullFence();
        if (isAsleep) {
            isAsleep = false;
            LockSupport.unpark(thread);
        }
    }

    void checkAlive() {
        if (failure != null) {
            throw new IllegalStateException("lane " + lane.name() + " has failed: " + failure, failure);
        }
    }

    /** Ends it and waits for that; what it is in the middle of it ends first. */
    void end() {
        isEnding = true;
        LockSupport.unpark(thread);
        Threads.joinUninterruptibly(thread);
    }

    private void run() {
        try {
            while (!isEnding) {
                if (!lane.step() && !lookOn()) {
                    sleep();
                }
            }
        } catch (Throwable e) { // the owner's, who waits for what this lane has not finished
            failure = e;
        }
    }

    private boolean lookOn() {
        long untilNs = System.nanoTime() + spin.spinNs();
        boolean paid = false;
        while (!paid && !isEnding && System.nanoTime() - untilNs < 0) {
            Thread.onSpinWait();
            paid = lane.isWaiting();
        }
        spin.spun(paid);
        return paid;
    }

    private void sleep() {
        isAsleep = true;
        VarHandle.fullFence();
        while (isAsleep && !isEnding && !lane.isWaiting()) {
            LockSupport.park(this);
        }
        isAsleep = false;
    }
}

package org.millrace.bluefield;

import java.util.List;
import org.millrace.execution.staged.LaneDriver;
import org.millrace.execution.staged.LaneWork;

/** A thread for each lane. They begin when there is work for the first time. Owned by: the owner of the lanes' rings. */
final class LaneThreads implements LaneDriver {
    private static final int LOOKS_BEFORE_YIELD = 256;

    private final List<LaneThread> threads;
    private boolean isStarted;
    private int looks;

    /**
     * Prepares threads.
     *
     * @param lanes       what they drive
     * @param spinLimitNs longest time that a lane looks on before it sleeps, nanoseconds
     */
    LaneThreads(List<? extends LaneWork> lanes, long spinLimitNs) {
        threads = lanes.stream().map(lane -> new LaneThread(lane, spinLimitNs)).toList();
    }

    @Override
    public void published(boolean wakes) {
        check();
        if (!wakes) {
            return;
        }
        if (!isStarted) {
            isStarted = true;
            threads.forEach(LaneThread::start);
            return;
        }
        for (int i = 0; i < threads.size(); i++) {
            threads.get(i).wake();
        }
    }

    /** {@inheritDoc} A core of its own may not be there: now and then others are let run. */
    @Override
    public void await() {
        check();
        if (++looks % LOOKS_BEFORE_YIELD == 0) {
            Thread.yield();
        } else {
            Thread.onSpinWait();
        }
    }

    private void check() {
        for (int i = 0; i < threads.size(); i++) {
            threads.get(i).checkAlive();
        }
    }

    @Override
    public void close() {
        threads.forEach(LaneThread::end);
    }
}

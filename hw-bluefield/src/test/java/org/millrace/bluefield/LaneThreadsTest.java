package org.millrace.bluefield;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.millrace.execution.staged.LaneWork;
import org.millrace.testkit.Eventually;

/** Threads that drive lanes: they begin with work, sleep without, and their failure is their owner's. */
class LaneThreadsTest {
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private volatile Thread runner;
    private volatile boolean throwing;
    private LaneThreads threads;

    private final class Counter implements LaneWork {
        @Override
        public String name() {
            return "count-0";
        }

        @Override
        public boolean take() {
            runner = Thread.currentThread();
            return waiting.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
        }

        @Override
        public void run() {
            if (throwing) {
                throw new IllegalArgumentException("no such number");
            }
        }

        @Override
        public void finish() {
            done.incrementAndGet();
        }

        @Override
        public boolean isWaiting() {
            return waiting.get() > 0;
        }
    }

    private void start(long spinLimitNs) {
        threads = new LaneThreads(List.of(new Counter()), spinLimitNs);
    }

    @AfterEach
    void end() {
        threads.close();
        assertThat(runner == null || !runner.isAlive()).isTrue();
    }

    private void work(int pieces) {
        int before = done.get();
        waiting.addAndGet(pieces);
        threads.published(true);
        Eventually.holds(() -> done.get() == before + pieces, () -> "not done");
    }

    @Test
    void itBeginsWithTheFirstWork() {
        start(0);
        threads.published(false);
        assertThat(runner).isNull();
        work(3);
        assertThat(runner.getName()).isEqualTo("millrace-lane-count-0");
        assertThat(runner.isDaemon()).isTrue();
    }

    @Test
    void itSleepsAndIsWokenAgainAndAgain() {
        start(1_000);
        for (int i = 0; i < 20; i++) {
            work(5);
            Eventually.holds(() -> runner.getState() == Thread.State.WAITING, () -> "not asleep");
        }
        assertThat(done).hasValue(100);
    }

    @Test
    void whatALaneThrowsIsItsOwnersFailure() {
        start(0);
        throwing = true;
        waiting.set(1);
        threads.published(true);
        Eventually.holds(() -> runner != null && !runner.isAlive(), () -> "not over");
        assertThatThrownBy(threads::await).isInstanceOf(IllegalStateException.class)
            .hasMessage("lane count-0 has failed: java.lang.IllegalArgumentException: no such number");
    }
}

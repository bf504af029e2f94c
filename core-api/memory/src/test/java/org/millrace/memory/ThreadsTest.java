package org.millrace.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class ThreadsTest {
    @Test
    void whoIsInterruptedWaitsOnAndStaysInterrupted() throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        Thread awaited = Thread.ofPlatform().daemon().start(() -> {
            boolean ended = false;
            while (!ended) {
                try {
                    end.await();
                    ended = true;
                } catch (InterruptedException e) {
                    // not meant
                }
            }
        });
        boolean[] seen = new boolean[2];
        Thread waiter = Thread.ofPlatform().daemon().start(() -> {
            Thread.currentThread().interrupt();
            Threads.joinUninterruptibly(awaited);
            seen[0] = !awaited.isAlive();
            seen[1] = Thread.currentThread().isInterrupted();
        });
        while (waiter.isAlive() && waiter.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        end.countDown();
        waiter.join();
        assertThat(seen).containsExactly(true, true);
    }

    @Test
    void oneThatNeverBeganHasEnded() {
        Thread never = new Thread(() -> { });
        Threads.joinUninterruptibly(never);
        assertThat(never.isAlive()).isFalse();
    }
}

package org.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class EventuallyTest {
    private final AtomicInteger looks = new AtomicInteger();

    @Test
    void returnsAsSoonAsTheConditionHolds() {
        Eventually.holds(() -> looks.incrementAndGet() == 3, () -> "looks: " + looks);
        assertThat(looks).hasValue(3);
    }

    @Test
    void looksOnceWhateverTheLimit() {
        Eventually.holds(() -> looks.incrementAndGet() == 1, () -> "nothing", 0);
        assertThat(looks).hasValue(1);
    }

    @Test
    void returnsWhenAnotherThreadBringsItAbout() {
        CountDownLatch looked = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        Thread.ofPlatform().daemon().start(() -> {
            try {
                looked.await();
                done.countDown();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        Eventually.holds(() -> {
            looked.countDown();
            return done.getCount() == 0;
        }, () -> "not counted down");
        assertThat(done.getCount()).isZero();
    }

    @Test
    void saysHowThingsStandWhenTheTimeIsOver() {
        assertThatThrownBy(() -> Eventually.holds(() -> looks.incrementAndGet() < 0, () -> "looks are positive",
            TimeUnit.MILLISECONDS.toNanos(5))).isInstanceOf(AssertionError.class)
            .hasMessage("not within 5 ms: looks are positive");
        assertThat(looks).hasPositiveValue();
    }

    @Test
    void interruptEndsTheWaitAndIsKept() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> Eventually.holds(() -> false, () -> "no door")).isInstanceOf(AssertionError.class)
            .hasMessage("interrupted while waiting: no door");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void conditionThatFailsEndsTheWaitWithItsCause() {
        assertThatThrownBy(() -> Eventually.holds(() -> {
            throw new IOException("gone");
        }, () -> "no file")).isInstanceOf(AssertionError.class).hasMessage("cannot come about: no file")
            .hasRootCauseMessage("gone");
    }
}

package org.millrace.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@link EventFd}, {@link Poller} and {@link Futex}. */
@Timeout(value = 20, unit = TimeUnit.SECONDS)
class DoorbellTest {
    private static final VarHandle WORD = ValueLayout.JAVA_INT.varHandle();

    @Test
    void eventFdPollsReadableFromSignalUntilDrained() {
        try (EventFd silent = new EventFd(); EventFd rung = new EventFd()) {
            Poller poller = new Poller(silent.descriptor(), -1, rung.descriptor());
            assertThat(poller.poll(0)).isZero();
            rung.signal();
            rung.signal();
            assertThat(poller.poll(-1)).isEqualTo(0b100);
            assertThat(rung.drain()).isEqualTo(2);
            assertThat(rung.drain()).isZero();
            assertThat(poller.poll(1)).isZero();
        }
    }

    @Test
    void closedEventFdIgnoresSignals() {
        EventFd bell = new EventFd();
        bell.close();
        bell.signal();
        bell.close();
        assertThat(bell.drain()).isZero();
    }

    @Test
    void pollerWakesAThreadThatSleeps() throws Exception {
        try (EventFd bell = new EventFd()) {
            FutureTask<Long> sleeper = new FutureTask<>(() -> new Poller(bell.descriptor()).poll(-1));
            Thread.ofPlatform().daemon().start(sleeper);
            bell.signal();
            assertThat(sleeper.get()).isEqualTo(1);
        }
    }

    @Test
    void pollerRefusesMoreThanItsMaskHolds() {
        assertThatThrownBy(() -> new Poller(new int[65])).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void futexReturnsAtOnceWhenTheWordHasChanged() {
        try (MappedRegion region = MappedRegion.create("test", 4096)) {
            assertThat(new Futex(region.segment(), 4).await(1, -1)).isFalse();
        }
    }

    @Test
    void futexTimesOut() {
        try (MappedRegion region = MappedRegion.create("test", 4096)) {
            assertThat(new Futex(region.segment(), 8).await(0, 1000)).isFalse();
        }
    }

    @Test
    void futexWakesAcrossTwoMappingsOfTheRegion() throws Exception {
        Linux linux = new Linux();
        try (MappedRegion here = MappedRegion.create("test", 4096);
             MappedRegion there = MappedRegion.attach(
                     linux.open("/proc/self/fd/" + here.descriptor(), Linux.O_RDWR, 0), 4096)) {
            MemorySegment word = here.segment();
            Futex waker = new Futex(there.segment(), 0);
            FutureTask<Boolean> sleeper = new FutureTask<>(() -> {
                Futex futex = new Futex(word, 0);
                while ((int) WORD.getAcquire(word, 0L) == 0) {
                    futex.await(0, -1);
                }
                return true;
            });
            Thread.ofPlatform().daemon().start(sleeper);
            while (waker.wake(1) == 0) { // the testkit is built on this module
                assertThat(Thread.currentThread().isInterrupted()).as("nobody sleeps on the word").isFalse();
                Thread.onSpinWait();
            }
            WORD.setRelease(there.segment(), 0L, 1);
            waker.wake(1);
            assertThat(sleeper.get()).isTrue();
        }
    }

    @Test
    void futexRefusesAWordThatIsNotAligned() {
        try (MappedRegion region = MappedRegion.create("test", 4096)) {
            assertThatThrownBy(() -> new Futex(region.segment(), 2)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> new Futex(region.segment(), 4096)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}

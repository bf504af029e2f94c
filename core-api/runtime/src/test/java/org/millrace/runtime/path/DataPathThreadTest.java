package org.millrace.runtime.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.millrace.api.port.Port;
import org.millrace.memory.Linux;
import org.millrace.ports.MemoryPort;
import org.millrace.runtime.place.Affinity;
import org.millrace.testkit.Eventually;

@Timeout(60)
class DataPathThreadTest {
    private static final long PATIENCE_NS = TimeUnit.MILLISECONDS.toNanos(400);

    private final MemoryPort[] wire = MemoryPort.pair(Map.of());
    private final DataPathThread thread = new DataPathThread(new TestHost(wire[0], "10.0.0.1").path, System.nanoTime(), 0, 0,
        new DataPathThread.Patience(PATIENCE_NS, PATIENCE_NS));
    private final CountDownLatch released = new CountDownLatch(1);
    private final AtomicBoolean broken = new AtomicBoolean();

    @AfterEach
    void end() {
        released.countDown();
        thread.close();
        wire[1].close();
    }

    /** As a stage that blocks does it: the thread comes out of it only when the test lets it. */
    private CompletableFuture<Object> hang() {
        CompletableFuture<Object> begun = new CompletableFuture<>();
        CompletableFuture<Object> answer = thread.call(nowNs -> {
            begun.complete(null);
            block();
            return "after all";
        });
        begun.join();
        return answer;
    }

    private <T> T ask(LongFunction<T> look) {
        return thread.answer(thread.call(look));
    }

    /** However long it takes. */
    private <T> T answer(LongFunction<T> look) {
        return thread.call(look).join();
    }

    private void block() {
        try {
            released.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whoAsksAThreadThatHangsIsToldForHowLongAndWhereItIs() {
        thread.start();
        hang();
        assertThatThrownBy(() -> ask(nowNs -> 1)).isInstanceOf(IllegalStateException.class)
            .hasMessageMatching("test has not answered for \\d+ s: it is in .*DataPathThreadTest.*block.*");
        assertThat(thread.ended()).as("it may come back").isNull();
        released.countDown();
        assertThat(this.<Integer>answer(nowNs -> 1)).isEqualTo(1);
    }

    @Test
    void whatIsGivenUpIsNeverDone() {
        thread.start();
        hang();
        AtomicInteger done = new AtomicInteger();
        assertThatThrownBy(() -> thread.await(nowNs -> done.incrementAndGet())).hasMessageContaining("has not answered");
        released.countDown();
        answer(nowNs -> null);
        assertThat(done).hasValue(0);
    }

    @Test
    void whatIsToldIsDoneWhenItComesBack() {
        thread.start();
        hang();
        AtomicInteger done = new AtomicInteger();
        thread.tell(nowNs -> done.incrementAndGet());
        assertThat(done).hasValue(0);
        released.countDown();
        answer(nowNs -> null);
        assertThat(done).hasValue(1);
    }

    @Test
    void lookThatHangsItselfIsNotWaitedFor() {
        thread.start();
        assertThatThrownBy(() -> ask(nowNs -> {
            block();
            return 1;
        })).hasMessageContaining("has not answered");
    }

    @Test
    void changeThatHasBegunIsWaitedFor() {
        thread.start();
        CompletableFuture<Integer> changed = new CompletableFuture<>();
        CompletableFuture<Object> begun = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> changed.complete(thread.await(nowNs -> {
            begun.complete(null);
            block();
            return 7;
        })));
        begun.join();
        assertThatThrownBy(() -> ask(nowNs -> 1)).as("longer than its patience").hasMessageContaining("has not answered");
        assertThat(changed).isNotDone();
        released.countDown();
        assertThat(changed.join()).isEqualTo(7);
    }

    @Test
    void closingDoesNotWaitForAThreadThatHangs() {
        thread.start();
        CompletableFuture<Object> unfinished = hang();
        thread.close();
        assertThat(thread.ended()).matches("test does not end: test has not answered for \\d+ s: it is in .*block.*");
        assertThat(unfinished).isCompletedExceptionally();
        assertThatThrownBy(() -> ask(nowNs -> 1)).hasMessageStartingWith("test does not end");
    }

    @Test
    void sleepingThreadDoesNotHang() {
        thread.start();
        Eventually.holds(() -> thread.roundNs() == 0, () -> "round of " + thread.roundNs() + " ns");
        assertThat(this.<Integer>answer(nowNs -> 1)).isEqualTo(1);
    }

    @Test
    void threadStaysOnItsProcessors() {
        BitSet last = new BitSet();
        last.set(new Linux().affinity().length() - 1);
        thread.pin(List.of(last.length() - 1));
        thread.start();
        assertThat(this.<BitSet>answer(nowNs -> new Linux().affinity())).isEqualTo(last);
        assertThat(Affinity.on(List.of(last.length() - 1), () -> new Linux().affinity())).isEqualTo(last);
    }

    @Test
    void unpinnedThreadRunsWhereItsStarterMay() {
        thread.start();
        assertThat(this.<BitSet>answer(nowNs -> new Linux().affinity())).isEqualTo(new Linux().affinity());
    }

    /** A port that fails in the last look before all sleep, and again when it is closed for that. */
    @Test
    void guestThatFailsGoesHomeAndItsHostRunsOn() {
        MemoryPort[] other = MemoryPort.pair(Map.of());
        try (DataPathThread guest = breakable(other[0])) {
            thread.start();
            guest.start();
            guest.moveTo(thread);
            breakPort(guest, true);
            Eventually.holds(() -> guest.ended() != null, () -> "it runs on with a broken port");
            assertThat(guest.ended()).contains("has failed: ", "a broken port");
            assertThat(this.<Integer>answer(nowNs -> 1)).isEqualTo(1);
            assertThat(thread.ended()).isNull();
        }
        other[1].close();
    }

    /** Who is to see to it asks its own thread, which nobody may take away, and to which nobody may come. */
    @Test
    void whatWaitsForAnotherProgramStaysAtHomeAlone() {
        MemoryPort[] other = MemoryPort.pair(Map.of());
        CompletableFuture<Throwable> told = new CompletableFuture<>();
        try (DataPathThread guest = breakable(other[0])) {
            guest.rescue().by(told::complete);
            thread.start();
            guest.start();
            guest.moveTo(thread);
            breakPort(guest, true);
            assertThat(told.join()).hasStackTraceContaining("a broken port");
            assertThat(guest.<Boolean>await(nowNs -> thread.isCurrent())).as("at home").isFalse();
            assertThatThrownBy(() -> guest.moveTo(thread)).hasMessage("test is not run by another thread: what it runs has failed");
            assertThatThrownBy(() -> thread.moveTo(guest)).hasMessageStartingWith("test is not run by another thread: that one has ended, or waits");
            breakPort(guest, false);
            guest.await(nowNs -> {
                guest.rescue().mended();
                return null;
            });
            guest.moveTo(thread);
            assertThat(thread.<Boolean>await(nowNs -> guest.isCurrent())).isTrue();
            breakPort(guest, true); // the rescuer does not come again
            Eventually.holds(() -> guest.ended() != null, () -> "it waits for nobody");
            assertThat(guest.ended()).contains("a broken port");
        }
        other[1].close();
    }

    private DataPathThread breakable(Port good) {
        Port port = (Port) Proxy.newProxyInstance(Port.class.getClassLoader(), new Class<?>[] {Port.class}, (proxy, method, arguments) -> {
            if (broken.get() && List.of("sleeping", "close").contains(method.getName())) {
                throw new IllegalStateException("a broken port");
            }
            return method.invoke(good, arguments);
        });
        return new DataPathThread(new TestHost(port, "10.0.0.2").path, System.nanoTime(), 0, 0);
    }

    private void breakPort(DataPathThread owner, boolean is) {
        owner.call(nowNs -> {
            broken.set(is);
            return null;
        }).join();
    }
}

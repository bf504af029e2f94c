package org.millrace.net.timer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimerWheelTest {
    private static final long HOUR_NS = 3_600_000_000_000L;

    private static Timed timer() {
        return new Timed() {
        };
    }

    private static Set<Timed> due(TimerWheel wheel, long nowNs) {
        Set<Timed> due = new HashSet<>();
        for (Timed timer = wheel.poll(nowNs); timer != null; timer = wheel.poll(nowNs)) {
            assertThat(timer.deadlineNs).isEqualTo(Timed.NEVER);
            assertThat(due.add(timer)).as("handed out once").isTrue();
        }
        return due;
    }

    @Test
    void emptyWheelNeverExpires() {
        TimerWheel wheel = new TimerWheel();
        assertThat(wheel.nextNs()).isEqualTo(Timed.NEVER);
        assertThat(wheel.poll(Long.MAX_VALUE - 1)).isNull();
    }

    @Test
    void whatIsPastIsDueAtOnce() {
        TimerWheel wheel = new TimerWheel();
        wheel.poll(HOUR_NS);
        Timed late = timer();
        wheel.schedule(late, 5);
        assertThat(wheel.nextNs()).isLessThanOrEqualTo(HOUR_NS);
        assertThat(wheel.poll(HOUR_NS)).isSameAs(late);
        assertThat(wheel.nextNs()).isEqualTo(Timed.NEVER);
    }

    /** Against a list of all, at scales from a tick to hours, from any origin of time. */
    @ParameterizedTest
    @CsvSource({"1000, 0", "1000000, 0", "10000000000, 0", "40000000000000, 0", "1000000000, -9000000000000000000",
        "1000000000, -500000000", "100000000000, 9000000000000000000"})
    void everyElementIsDueWhenItsDeadlineComesAndNotBefore(long scaleNs, long startNs) {
        long seed = 42;
        Random random = new Random(seed);
        TimerWheel wheel = new TimerWheel();
        List<Timed> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            all.add(timer());
        }
        long nowNs = startNs;
        for (int round = 0; round < 20_000; round++) {
            Timed timer = all.get(random.nextInt(all.size()));
            if (random.nextInt(6) == 0) {
                wheel.cancel(timer);
            } else {
                wheel.schedule(timer, nowNs + random.nextLong(scaleNs) - scaleNs / 20);
            }
            if (random.nextInt(3) == 0) {
                long atNs = nowNs + random.nextLong(scaleNs / 16 + 1);
                nowNs = random.nextBoolean() ? atNs : Math.max(nowNs, Math.min(atNs, wheel.nextNs()));
                Set<Timed> expected = new HashSet<>();
                for (Timed each : all) {
                    if (each.deadlineNs <= nowNs) {
                        expected.add(each);
                    }
                }
                assertThat(due(wheel, nowNs)).as("seed %d, round %d", seed, round).isEqualTo(expected);
            }
            long first = all.stream().mapToLong(t -> t.deadlineNs).min().orElseThrow();
            assertThat(wheel.nextNs()).as("seed %d, round %d", seed, round).isLessThanOrEqualTo(Math.max(first, nowNs));
        }
    }

    /** Who waits for the first deadline is woken a few times before, not again and again. */
    @Test
    void aDeadlineFarAwayIsWaitedForInFewSteps() {
        TimerWheel wheel = new TimerWheel();
        wheel.poll(12_345_678_901L);
        wheel.schedule(timer(), 12_345_678_901L + 2 * HOUR_NS);
        int steps = 0;
        for (long nowNs = wheel.nextNs(); wheel.poll(nowNs) == null; nowNs = wheel.nextNs()) {
            steps++;
        }
        assertThat(steps).isLessThan(9);
    }

    @Test
    void aDeadlineThatMovesOnWakesOnceForEachSlotItWasIn() {
        TimerWheel wheel = new TimerWheel();
        Timed timer = timer();
        long nowNs = 0;
        for (int packet = 0; packet < 100_000; packet++, nowNs += 1_000) {
            wheel.schedule(timer, nowNs + 200_000_000);
        }
        int wakes = 0;
        while (true) {
            nowNs = Math.max(nowNs, wheel.nextNs());
            if (wheel.poll(nowNs) != null) {
                break;
            }
            wakes++;
        }
        assertThat(nowNs).isEqualTo(99_999_000 + 200_000_000);
        assertThat(wakes).isLessThan(10);
    }
}

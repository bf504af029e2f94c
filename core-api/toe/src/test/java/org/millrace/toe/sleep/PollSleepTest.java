package org.millrace.toe.sleep;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.millrace.memory.DescriptorRing;
import org.millrace.toe.FakeDataPath;

/** What keeps it awake. That it sleeps and is woken is ToeTest's. */
@Timeout(value = 20, unit = TimeUnit.SECONDS)
class PollSleepTest {
    private static final long FOR_EVER = -1;

    private final FakeDataPath dataPath = new FakeDataPath();
    private final DescriptorRing events = new DescriptorRing(dataPath.region, dataPath.layout.eventRing(),
        FakeDataPath.SMALL.ringSlots());
    private int looks;
    private boolean slept;

    private PollSleep sleep(BooleanSupplier served) {
        return new PollSleep(dataPath, List.of(events), true, () -> {
            looks++;
            slept |= dataPath.applicationSleeps();
            return served.getAsBoolean();
        });
    }

    @Test
    void eventThatHasComeKeepsItAwake() {
        dataPath.bump(1, 0, 0, false);
        sleep(() -> true).sleep(FOR_EVER);
        assertThat(dataPath.applicationSleeps()).isFalse();
    }

    @Test
    void nobodySleepsWhomNobodyWouldWake() {
        sleep(() -> false).sleep(FOR_EVER);
        assertThat(dataPath.applicationSleeps()).isFalse();
    }

    @Test
    void askedBeforeItSleepsUntilItHasHeard() {
        PollSleep sleep = sleep(() -> true);
        sleep.ask();
        sleep.sleep(FOR_EVER);
        assertThat(looks).isZero();
        sleep.heard();
        sleep.sleep(1_000);
        assertThat(looks).isEqualTo(1);
    }

    @Test
    void withoutALimitItSaysAtOnceThatItSleeps() {
        sleep(() -> true).sleep(1_000);
        assertThat(slept).isTrue();
        assertThat(dataPath.applicationSleeps()).isFalse();
    }

    @Test
    void whatComesWhileItLooksOnSavesTheSleep() {
        PollSleep[] sleep = new PollSleep[1];
        sleep[0] = sleep(() -> {
            if (looks == 10) {
                sleep[0].ask();
            }
            return true;
        });
        sleep[0].spin(Long.MAX_VALUE);
        sleep[0].sleep(FOR_EVER);
        assertThat(looks).isEqualTo(10);
        assertThat(slept).isFalse();
    }

    @Test
    void itLooksOnNoLongerThanItMaySleep() {
        PollSleep sleep = sleep(() -> true);
        sleep.spin(Long.MAX_VALUE);
        sleep.sleep(1_000);
        assertThat(slept).isTrue();
    }
}

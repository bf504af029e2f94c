package org.millrace.runtime.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.millrace.api.context.Limit;
import org.millrace.api.pipeline.DropReason;

class HealthCheckTest {
    private static final long SECOND = 1_000_000_000;
    private static final String NO_BUFFER = DropReason.NO_BUFFER.text();

    private final HealthCheck check = new HealthCheck();

    private static Vitals vitals(long nowNs) {
        return new Vitals(nowNs, true, 0, Map.of(NO_BUFFER, 0L), 1, 10, 5, Map.of("tcp", 5), Map.of(), 100, 0, 0, 0, 0, true, List.of());
    }

    @Test
    void instanceWithoutTroubleIsReady() {
        check.remember(vitals(0));
        assertThat(check.judge(vitals(SECOND), "packet")).isEqualTo(new Health(Health.State.READY, List.of()));
    }

    @Test
    void portThatIsDownDegrades() {
        Vitals down = new Vitals(0, false, 0, Map.of(), 1, 10, 5, Map.of(), Map.of(), 100, 0, 0, 0, 0, true, List.of());
        assertThat(check.judge(down, "packet").reasons()).singleElement().asString().startsWith("port packet is down");
        assertThat(check.judge(down, "packet").state()).isEqualTo(Health.State.DEGRADED);
    }

    @Test
    void dropsForLackOfRoomCountForAMinute() {
        check.remember(vitals(0));
        Vitals dropped = drops(5 * SECOND, 7, 3);
        assertThat(check.judge(dropped, "packet").reasons()).containsExactly("3 frames lost by port packet within the last 5 s",
            "7 items dropped (" + NO_BUFFER + ") within the last 5 s");
        for (long second = 10; second <= 60; second += 10) {
            check.remember(drops(second * SECOND, 7, 3));
        }
        assertThat(check.judge(drops(61 * SECOND, 7, 3), "packet").reasons()).as("the sample of second 0 is still the base")
            .hasSize(2);
        check.remember(drops(70 * SECOND, 7, 3));
        assertThat(check.judge(drops(71 * SECOND, 7, 3), "packet").reasons()).isEmpty();
    }

    private static Vitals drops(long nowNs, long noBuffer, long port) {
        return new Vitals(nowNs, true, port, Map.of(NO_BUFFER, noBuffer), 1, 10, 5, Map.of("tcp", 5), Map.of(), 100, 0, 0, 0, 0,
            true, List.of());
    }

    @Test
    void nearlyFullTablesNameTheKeyToRaise() {
        Vitals full = new Vitals(0, true, 0, Map.of(), 9, 10, 5, Map.of("tcp-flextoe", 90, "udp", 89), Map.of(), 100, 0, 0, 0, 0, true, List.of());
        assertThat(check.judge(full, "packet").reasons()).containsExactly("9 of 10 contexts are taken: raise the key contexts",
            "90 of 100 flows of tcp-flextoe are taken: raise the key flows");
    }

    @Test
    void journalsAndRegistryThatStoppedDegrade() {
        Vitals stopped = new Vitals(0, true, 0, Map.of(), 1, 10, 5, Map.of(), Map.of(), 100, 0, 0, 3, 2, false, List.of());
        assertThat(check.judge(stopped, "packet").reasons()).containsExactly(
            "2 of 3 journals have stopped; the log says why", "the registry is kept no more; the log says why");
    }

    @Test
    void refusedSwapCountsUntilOneSucceedsOrTenMinutesHavePassed() {
        check.swapped("does not fit", 0);
        assertThat(check.judge(vitals(SECOND), "packet").reasons()).containsExactly("the last swap was refused: does not fit");
        assertThat(check.judge(vitals(HealthCheck.REFUSAL_NS), "packet").reasons()).isEmpty();
        check.swapped("does not fit", 0);
        check.swapped(null, SECOND);
        assertThat(check.judge(vitals(2 * SECOND), "packet").reasons()).isEmpty();
    }

    @Test
    void limitThatTurnsSomebodyAwayNamesItself() {
        check.remember(limited(0, 3));
        assertThat(check.judge(limited(SECOND, 3), "packet").reasons()).as("turned away before").isEmpty();
        assertThat(check.judge(limited(5 * SECOND, 10), "packet").reasons())
            .containsExactly("7 turned away by limits.user.contexts, which is 4, within the last 5 s");
    }

    private static Vitals limited(long nowNs, long refused) {
        return new Vitals(nowNs, true, 0, Map.of(), 1, 10, 5, Map.of(), Map.of(), 100, 0, 0, 0, 0, true,
            List.of(new Limit("limits.user.contexts", 4, 4, refused)));
    }
}

package org.millrace.runtime.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.millrace.api.context.Limit;
import org.millrace.api.pipeline.DropReason;

class HealthCheckTest {
    private static final long SECOND = 1_000_000_000;
    private static final String NO_BUFFER = DropReason.NO_BUFFER.text();

    private final HealthCheck check = new HealthCheck();

    private static Vitals vitals(long nowNs) {
        return new Vitals(nowNs, true, 0, Map.of(NO_BUFFER, 0L), 1, 10, 5, Map.of("tcp", 5), Map.of(), 100, 0, 0, 0, 0, true, 0, 0, List.of());
    }

    @Test
    void instanceWithoutTroubleIsReady() {
        check.remember(List.of(vitals(0)));
        assertThat(check.judge(List.of(vitals(SECOND)), "packet")).isEqualTo(new Health(Health.State.READY, List.of()));
    }

    @Test
    void portThatIsDownDegrades() {
        Vitals down = new Vitals(0, false, 0, Map.of(), 1, 10, 5, Map.of(), Map.of(), 100, 0, 0, 0, 0, true, 0, 0, List.of());
        assertThat(check.judge(List.of(down), "packet").reasons()).singleElement().asString().startsWith("port packet is down");
        assertThat(check.judge(List.of(down), "packet").state()).isEqualTo(Health.State.DEGRADED);
    }

    @Test
    void dropsForLackOfRoomCountForAMinute() {
        check.remember(List.of(vitals(0)));
        Vitals dropped = drops(5 * SECOND, 7, 3);
        assertThat(check.judge(List.of(dropped), "packet").reasons()).containsExactly("3 frames lost by port packet within the last 5 s",
            "7 items dropped (" + NO_BUFFER + ") within the last 5 s");
        for (long second = 10; second <= 60; second += 10) {
            check.remember(List.of(drops(second * SECOND, 7, 3)));
        }
        assertThat(check.judge(List.of(drops(61 * SECOND, 7, 3)), "packet").reasons()).as("the sample of second 0 is still the base")
            .hasSize(2);
        check.remember(List.of(drops(70 * SECOND, 7, 3)));
        assertThat(check.judge(List.of(drops(71 * SECOND, 7, 3)), "packet").reasons()).isEmpty();
    }

    private static Vitals drops(long nowNs, long noBuffer, long port) {
        return new Vitals(nowNs, true, port, Map.of(NO_BUFFER, noBuffer), 1, 10, 5, Map.of("tcp", 5), Map.of(), 100, 0, 0, 0, 0,
            true, 0, 0, List.of());
    }

    @Test
    void nearlyFullTablesNameTheKeyToRaise() {
        Vitals full = new Vitals(0, true, 0, Map.of(), 9, 10, 5, Map.of("tcp-flextoe", 90, "udp", 89), Map.of(), 100, 0, 0, 0, 0, true, 0, 0, List.of());
        assertThat(check.judge(List.of(full), "packet").reasons()).containsExactly("9 of 10 contexts are taken: raise the key contexts",
            "90 of 100 flows of tcp-flextoe are taken: raise the key flows");
    }

    @Test
    void journalsAndRegistryThatStoppedDegrade() {
        Vitals stopped = new Vitals(0, true, 0, Map.of(), 1, 10, 5, Map.of(), Map.of(), 100, 0, 0, 3, 2, false, 0, 0, List.of());
        assertThat(check.judge(List.of(stopped), "packet").reasons()).containsExactly(
            "2 of 3 journals have stopped; the log says why", "the registry is kept no more; the log says why");
    }

    @Test
    void refusedSwapCountsUntilOneSucceedsOrTenMinutesHavePassed() {
        check.swapped("does not fit", 0);
        assertThat(check.judge(List.of(vitals(SECOND)), "packet").reasons()).containsExactly("the last swap was refused: does not fit");
        assertThat(check.judge(List.of(vitals(HealthCheck.REFUSAL_NS)), "packet").reasons()).isEmpty();
        check.swapped("does not fit", 0);
        check.swapped(null, SECOND);
        assertThat(check.judge(List.of(vitals(2 * SECOND)), "packet").reasons()).isEmpty();
    }

    @Test
    void limitThatTurnsSomebodyAwayNamesItself() {
        check.remember(List.of(limited(0, 3)));
        assertThat(check.judge(List.of(limited(SECOND, 3)), "packet").reasons()).as("turned away before").isEmpty();
        assertThat(check.judge(List.of(limited(5 * SECOND, 10)), "packet").reasons())
            .containsExactly("7 turned away by limits.user.contexts, which is 4, within the last 5 s");
    }

    private static Vitals limited(long nowNs, long refused) {
        return new Vitals(nowNs, true, 0, Map.of(), 1, 10, 5, Map.of(), Map.of(), 100, 0, 0, 0, 0, true, 0, 0,
            List.of(new Limit("limits.user.contexts", 4, 4, refused)));
    }

    private static Vitals shard(long second, long accepted, double busy, int flows) {
        return new Vitals(second * SECOND, true, 0, Map.of(), 1, 10, 5, Map.of("tcp", flows), Map.of(), 100, 0, 0, 0, 0, true, accepted,
            (long) (busy * second * SECOND), List.of());
    }

    @Test
    void whatIsWrongWithOneShardNamesIt() {
        assertThat(check.judge(List.of(shard(1, 0, 0, 95), shard(1, 0, 0, 5)), "packet").reasons())
            .as("half of all flows are free").containsExactly("shard 0: 95 of 100 flows of tcp are taken: raise the key flows");
    }

    @Test
    void whatIsWrongWithAllIsSaidOnce() {
        Vitals down = new Vitals(0, false, 0, Map.of(), 1, 10, 5, Map.of(), Map.of(), 100, 0, 0, 0, 0, true, 0, 0, List.of());
        assertThat(check.judge(List.of(down, down), "packet").reasons()).singleElement().asString().startsWith("port packet is down");
    }

    @Test
    void shardThatDoesNotAnswerHidesNothingOfTheOthers() {
        check.remember(List.of(shard(0, 0, 0, 0), shard(0, 0, 0, 0)));
        assertThat(check.judge(Arrays.asList(null, shard(10, 0, 0, 91)), "packet").reasons())
            .containsExactly("91 of 100 flows of tcp are taken: raise the key flows");
        check.remember(Arrays.asList(null, null));
        assertThat(check.judge(Arrays.asList(shard(80, 0, 0, 0), null), "packet").reasons()).isEmpty();
    }

    @Test
    void streamsThatAreAimedAtOneShardAreNoChance() {
        check.remember(List.of(shard(0, 0, 0, 0), shard(0, 0, 0, 0), shard(0, 0, 0, 0), shard(0, 0, 0, 0)));
        assertThat(check.judge(List.of(shard(10, 30, 0, 0), shard(10, 20, 0, 0), shard(10, 25, 0, 0), shard(10, 37, 0, 0)), "packet")
            .reasons()).as("chance").isEmpty();
        assertThat(check.judge(List.of(shard(10, 2, 0, 0), shard(10, 1, 0, 0), shard(10, 100, 0, 0), shard(10, 0, 0, 0)), "packet")
            .reasons()).containsExactly("shard 2: 100 of the 103 streams that peers have opened within the last 10 s came to it, which is"
            + " not chance: they are aimed at it, or have few ports");
        assertThat(check.judge(List.of(shard(10, 0, 0, 0), shard(10, 5, 0, 0), shard(10, 0, 0, 0), shard(10, 0, 0, 0)), "packet")
            .reasons()).as("too few to tell").isEmpty();
    }

    /** Draws as steering does: it is never taken for an attack. */
    @Test
    void evenSteeringIsNeverBlamed() {
        long seed = 19;
        Random random = new Random(seed);
        for (int round = 0; round < 2000; round++) {
            int shards = 2 + random.nextInt(15);
            long[] streams = new long[shards];
            for (int i = random.nextInt(500); i > 0; i--) {
                streams[random.nextInt(shards)]++;
            }
            HealthCheck fresh = new HealthCheck();
            fresh.remember(LongStream.of(streams).mapToObj(count -> shard(0, 0, 0, 0)).toList());
            assertThat(fresh.judge(LongStream.of(streams).mapToObj(count -> shard(10, count, 0, 0)).toList(), "packet").reasons())
                .as("seed %d, round %d", seed, round).isEmpty();
        }
    }

    @Test
    void threadThatIsFullBesideIdleOnesNamesItself() {
        check.remember(List.of(shard(0, 0, 0, 0), shard(0, 0, 0, 0)));
        assertThat(check.judge(List.of(shard(10, 0, 0.97, 0), shard(10, 0, 0.12, 0)), "packet").reasons()).containsExactly(
            "shard 0: its thread is busy 97 % of the time, the others 12 % at most: what comes to it is not spread");
        assertThat(check.judge(List.of(shard(10, 0, 0.97, 0), shard(10, 0, 0.91, 0)), "packet").reasons()).as("all have work").isEmpty();
        assertThat(check.judge(List.of(shard(1, 0, 1, 0), shard(1, 0, 0, 0)), "packet").reasons()).as("one long round").isEmpty();
    }
}

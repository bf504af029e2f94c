package org.millrace.runtime.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.port.PortCounters;
import org.millrace.runtime.status.DataPathStatus.TransportStatus;

class CanaryCheckTest {
    private static final List<DataPathStatus> NONE = List.of(shard("old", 0, 0, 0, 1), shard("old", 0, 0, 0, 1), shard("old", 0, 0, 0, 1));

    private static DataPathStatus shard(String transport, long items, long timeouts, long noBuffer, long payload) {
        return new DataPathStatus("main", "hw", "eth0", new PortCounters(items, 0, 0, 0, 0, 0),
            Map.of(DropReason.NO_BUFFER.text(), noBuffer, DropReason.DUPLICATE.text(), 3 * items), Map.of(),
            List.of(new TransportStatus(transport, items, 0, 0, 0, payload, 0, 0, 0, 5, Map.of("retransmission timeouts", timeouts))),
            List.of(), List.of(), 1, 5, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, List.of());
    }

    private static List<String> judge(DataPathStatus... after) {
        return new CanaryCheck(2, List.of(NONE, Arrays.asList(after))).reasons();
    }

    @Test
    void whatIsAsGoodAsTheOthersIsNotWorse() {
        assertThat(judge(shard("old", 1000, 3, 10, 900), shard("old", 2000, 8, 30, 900), shard("new", 1500, 7, 25, 900))).isEmpty();
        assertThat(judge(shard("old", 0, 0, 0, 1), shard("old", 0, 0, 0, 1), shard("new", 0, 0, 0, 1))).as("nothing to compare").isEmpty();
    }

    @Test
    void moreTimeoutsOrLossesThanChanceGivesAreWorse() {
        assertThat(judge(shard("old", 1000, 3, 0, 900), shard("old", 1000, 2, 0, 900), shard("new", 1000, 40, 0, 900)))
            .containsExactly("40 retransmission timeouts in 1000 items, the others 5 in 2000");
        assertThat(judge(shard("old", 1000, 0, 1, 900), shard("old", 1000, 0, 0, 900), shard("new", 1000, 0, 50, 900)))
            .containsExactly("50 items dropped for lack of room in 1000 items, the others 1 in 2000");
    }

    @Test
    void burstComesOnceAndIsNoReason() {
        List<DataPathStatus> burst = List.of(shard("old", 1000, 0, 0, 900), shard("old", 1000, 0, 0, 900), shard("new", 1000, 40, 0, 900));
        List<DataPathStatus> quiet = List.of(shard("old", 2000, 1, 0, 1900), shard("old", 2000, 0, 0, 1900), shard("new", 2000, 41, 0, 1900));
        List<DataPathStatus> again = List.of(shard("old", 2000, 1, 0, 1900), shard("old", 2000, 0, 0, 1900), shard("new", 2000, 80, 0, 1900));
        assertThat(new CanaryCheck(2, List.of(NONE, burst, quiet)).reasons()).isEmpty();
        assertThat(new CanaryCheck(2, List.of(NONE, burst, again)).reasons())
            .containsExactly("80 retransmission timeouts in 2000 items, the others 1 in 4000");
    }

    @Test
    void moreWorkExplainsMoreHarm() {
        assertThat(judge(shard("old", 100, 2, 0, 900), shard("old", 100, 2, 0, 900), shard("new", 4000, 80, 0, 900))).isEmpty();
    }

    @Test
    void whatMovesNoPayloadAnyMoreIsWorse() {
        assertThat(judge(shard("old", 1000, 0, 0, 900), shard("old", 1000, 0, 0, 900), shard("new", 500, 0, 0, 1)))
            .containsExactly("it has moved no payload in 500 segments, the others have");
        assertThat(judge(shard("old", 1000, 0, 0, 900), shard("old", 1000, 0, 0, 900), shard("new", 5, 0, 0, 1))).as("few segments").isEmpty();
    }

    @Test
    void shardThatDoesNotAnswerIsWorseAndOthersThatDoNotAreLeftOut() {
        assertThat(judge(shard("old", 1000, 0, 0, 900), shard("old", 1000, 0, 0, 900), null)).containsExactly("it does not answer");
        assertThat(judge(null, shard("old", 1000, 2, 0, 900), shard("new", 1000, 3, 0, 900))).isEmpty();
    }

    /** Harm that falls on all alike sends few back. */
    @Test
    void chanceIsSeldomTakenForHarm() {
        long seed = 1919;
        Random random = new Random(seed);
        int back = 0;
        for (int round = 0; round < 2000; round++) {
            long[] timeouts = new long[3];
            for (int i = random.nextInt(200); i > 0; i--) {
                timeouts[random.nextInt(3)]++;
            }
            List<DataPathStatus> after = new ArrayList<>(IntStream.range(0, 3).mapToObj(i -> shard("any", 1000, timeouts[i], 0, 900)).toList());
            back += new CanaryCheck(2, List.of(NONE, after)).reasons().isEmpty() ? 0 : 1;
        }
        assertThat(back).as("seed %d", seed).isLessThanOrEqualTo(1);
    }
}

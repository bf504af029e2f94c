package org.millrace.sim.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What a receiver keeps and reports, and what a sender makes of it. */
class ScoreboardTest {
    private static final int PACKETS = 90;

    private final Messages all = new Messages((nowPs, messages, message) -> { });
    private final int message = all.open(0, 1, PACKETS, 0, 0);

    private Intervals intervals(int most) {
        Intervals intervals = new Intervals(all, most);
        all.expect(message, PACKETS);
        intervals.open(message);
        return intervals;
    }

    /** {@return the first that is missing} */
    private int arrive(Intervals intervals, int missing, int packet) {
        if (intervals.keeps(message, missing, packet)) {
            all.arrive(message, packet, 1);
        }
        int next = missing;
        while (next < PACKETS && all.hasArrived(message, next)) {
            next++;
        }
        intervals.report(message, next, packet);
        return next;
    }

    private static String blocks(Intervals intervals) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < Intervals.BLOCKS; i++) {
            int end = Intervals.end(intervals.low(), intervals.high(), i);
            text.append(end == 0 ? "" : Intervals.begin(intervals.low(), intervals.high(), i) + "-" + end + " ");
        }
        return text.toString().strip();
    }

    @Test
    void oneIntervalGrowsAtBothEndsAndNoOtherBegins() {
        Intervals one = intervals(1);
        int missing = arrive(one, 0, 5);
        assertThat(blocks(one)).isEqualTo("5-6");
        missing = arrive(one, missing, 6);
        missing = arrive(one, missing, 4);
        assertThat(blocks(one)).isEqualTo("4-7");
        missing = arrive(one, missing, 9);
        assertThat(all.hasArrived(message, 9)).as("a second interval").isFalse();
        missing = arrive(one, missing, 0);
        assertThat(missing).isEqualTo(1);
        for (int packet = 1; packet < 4; packet++) {
            missing = arrive(one, missing, packet);
        }
        assertThat(missing).isEqualTo(7);
        assertThat(blocks(one)).isEmpty();
        missing = arrive(one, missing, 9);
        assertThat(all.hasArrived(message, 9)).as("the interval is free again").isTrue();
    }

    @Test
    void nothingIsKeptWithoutIntervals() {
        Intervals none = intervals(0);
        assertThat(arrive(none, 0, 1)).isZero();
        assertThat(all.hasArrived(message, 1)).isFalse();
        assertThat(arrive(none, 0, 0)).isEqualTo(1);
    }

    @Test
    void theLatestBlockComesFirstAndFourAtMost() {
        Intervals many = intervals(WindowProfile.Repair.ALL);
        int missing = 0;
        for (int packet : new int[] {20, 10, 2, 4, 6, 11}) {
            missing = arrive(many, missing, packet);
        }
        assertThat(blocks(many)).isEqualTo("10-12 20-21 6-7 4-5");
    }

    @Test
    void whatIsReportedBehindMakesALoss() {
        Intervals many = intervals(WindowProfile.Repair.ALL);
        Scoreboard board = new Scoreboard(2);
        board.open(message, PACKETS);
        arrive(many, 0, 3);
        assertThat(board.take(message, many.low(), many.high())).isTrue();
        assertThat(board.isLost(message, 0)).as("one reported behind it").isFalse();
        assertThat(board.pipe(message, 0, 6)).isEqualTo(5);
        arrive(many, 0, 5);
        board.take(message, many.low(), many.high());
        assertThat(board.isLost(message, 2)).isTrue();
        assertThat(board.isLost(message, 4)).as("one reported behind it").isFalse();
        assertThat(board.pipe(message, 0, 6)).isEqualTo(1);
        assertThat(board.nextLost(message, 0)).isZero();
        board.sendAgain(message, 0);
        assertThat(board.nextLost(message, 0)).isEqualTo(1);
        assertThat(board.pipe(message, 0, 6)).isEqualTo(2);
        board.loseAll(message, 0, 6);
        assertThat(board.nextLost(message, 0)).isZero();
        assertThat(board.pipe(message, 0, 6)).isZero();
        assertThat(board.isLost(message, 3)).as("it is reported").isFalse();
        board.loseAll(message, 3, 6);
        assertThat(board.nextLost(message, 3)).as("not acknowledged, though it was reported").isEqualTo(3);
    }

    /** Against a naive receiver that remembers all and counts runs anew. */
    @Test
    void randomArrivalsAgreeWithANaiveReceiver() {
        for (int seed = 1; seed <= 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int most = random.nextInt(4);
            Intervals intervals = intervals(most);
            BitSet naive = new BitSet();
            int missing = 0;
            while (missing < PACKETS) {
                int packet = Math.min(PACKETS - 1, missing + random.nextInt(8));
                BitSet with = (BitSet) naive.clone();
                with.set(packet);
                if (packet == missing || runs(with) <= Math.max(most, runs(naive))) {
                    naive = with;
                }
                missing = arrive(intervals, missing, packet);
                assertThat(missing).as("seed %d", seed).isEqualTo(naive.nextClearBit(0));
            }
        }
    }

    /** Runs beyond the first gap. */
    private static int runs(BitSet packets) {
        int runs = 0;
        for (int at = packets.nextSetBit(packets.nextClearBit(0)); at >= 0; at = packets.nextSetBit(packets.nextClearBit(at))) {
            runs++;
        }
        return runs;
    }
}

package org.millrace.lab.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LaneTest {
    private static final int FRAMES = 20_000;
    private static final long MS = 1_000_000;
    private static final long GAP_NS = 100_000;
    private static final int BYTES = 1_226;

    private final MemorySegment frame = Arena.ofAuto().allocate(WaitingFrames.FRAME_BYTES);
    private final WaitingFrames waiting = new WaitingFrames(4_096);
    private final List<Integer> arrived = new ArrayList<>();
    private final List<Long> arrivedNs = new ArrayList<>();

    /** Frames with a number each, {@value #GAP_NS} ns apart. */
    private Lane run(Conditions conditions, long gapNs) {
        Lane lane = new Lane(conditions, waiting, new SplittableRandom(conditions.seed()));
        long nowNs = 0;
        for (int i = 0; i < FRAMES; i++, nowNs += gapNs) {
            frame.set(ValueLayout.JAVA_INT, 0, i);
            lane.take(waiting.keep(frame, 0, BYTES, 0), nowNs);
            lane.expire(nowNs);
            arrive(nowNs);
        }
        lane.letGo(nowNs);
        arrive(Long.MAX_VALUE - 1);
        return lane;
    }

    private void arrive(long nowNs) {
        while (waiting.nextNs() <= nowNs) {
            arrivedNs.add(waiting.nextNs());
            int slot = waiting.leave();
            arrived.add(waiting.memory().get(ValueLayout.JAVA_INT, waiting.offset(slot)));
            waiting.free(slot);
        }
    }

    @Test
    void framesComeInOrderHalfARoundTripLater() {
        run(Conditions.of(0, 0, 20 * MS, 12_500_000, 1), GAP_NS);
        assertThat(arrived).hasSize(FRAMES).isSorted();
        assertThat(arrivedNs.getFirst()).isEqualTo(10 * MS + 100_000); // 1250 bytes on the wire at 100 Mbit/s
        assertThat(arrivedNs.getLast()).isEqualTo(10 * MS + FRAMES * GAP_NS);
    }

    @Test
    void soManyAreLostAsWasAsked() {
        Lane lane = run(Conditions.of(0.03, 0, 0, 1_000_000_000, 7), GAP_NS);
        assertThat(lane.lost()).isBetween(500L, 700L);
        assertThat(arrived).hasSize(FRAMES - (int) lane.lost()).isSorted();
        assertThat(lane.full()).isZero();
    }

    @Test
    void bottleneckPassesItsRateAndDropsWhatDoesNotFit() {
        Lane lane = run(new Conditions(0, 0, 0, 6_250_000, 100_000, 1), GAP_NS);
        assertThat(lane.full()).isCloseTo(FRAMES / 2, org.assertj.core.data.Offset.offset(100L));
        assertThat(lane.mostWaitingNs()).isBetween(15 * MS, 16 * MS);
    }

    @Test
    void overtakenFramesAreOvertakenByEightAtMostAndNoneIsLost() {
        run(Conditions.of(0, 0.03, 20 * MS, 12_500_000, 3), GAP_NS);
        assertThat(arrived.stream().sorted().toList()).hasSize(FRAMES).doesNotHaveDuplicates();
        int late = 0;
        int highest = -1;
        for (int number : arrived) {
            late += number < highest ? 1 : 0;
            assertThat(highest - number).isLessThanOrEqualTo(2 * Lane.MOST_OVERTAKING);
            highest = Math.max(highest, number);
        }
        assertThat(late).isBetween(500, 700);
    }
}

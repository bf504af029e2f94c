package org.millrace.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.millrace.api.pipeline.FlowShares;

/** A carousel whose flows are of class {@code flow / 100}. */
class ClassQueuesTest {
    private static final int PER_CLASS = 100;
    private static final int SEGMENT = 1448;

    private final Shares shares = new Shares();
    private final Carousel carousel = new Carousel(10 * PER_CLASS, shares);

    private static final class Shares implements FlowShares {
        private int[] weights = {1, 1, 1};
        private boolean set = true;
        private boolean contended = true;

        @Override
        public boolean areSet() {
            return set;
        }

        @Override
        public boolean areContended() {
            return contended;
        }

        @Override
        public int classes() {
            return weights.length;
        }

        @Override
        public int classOf(int flow) {
            return flow / PER_CLASS;
        }

        @Override
        public int weight(int number) {
            return weights[number];
        }
    }

    /** The next flow, in another round if need be. */
    private int next() {
        int flow = carousel.next(0);
        if (flow == 0) {
            carousel.round();
            flow = carousel.next(0);
        }
        return flow;
    }

    private void submit(int... flows) {
        Arrays.stream(flows).forEach(flow -> carousel.submit(flow, 0));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 30", "3, 64"})
    void classesThatAlwaysHaveSomethingGetWhatTheirWeightsSay(long seed, int inside) {
        System.out.println("seed " + seed);
        shares.weights = new int[] {1, 3, 10};
        Random random = new Random(seed);
        long[] got = new long[3];
        Deque<Integer> machine = new ArrayDeque<>();
        submit(1, 2, 3, 4, 5, 101, 201, 202);
        for (int i = 0; i < 100_000; i++) {
            int flow = next();
            carousel.submit(flow, 0);
            machine.add(flow);
            if (machine.size() == inside) {
                int done = machine.remove();
                int bytes = random.nextInt(10) == 0 ? 0 : 1 + random.nextInt(done < PER_CLASS ? SEGMENT : 10 * SEGMENT);
                got[done / PER_CLASS] += bytes == 0 ? 0 : bytes + ClassQueues.HEADER_BYTES;
                carousel.sent(done, bytes);
            }
        }
        long sum = Arrays.stream(got).sum();
        for (int i = 0; i < 3; i++) {
            assertThat((double) got[i]).isCloseTo(sum * shares.weights[i] / 14.0, Percentage.withPercentage(1));
        }
    }

    @Test
    void flowsOfAClassTakeTurns() {
        submit(1, 2, 3);
        int[] flows = new int[6];
        for (int i = 0; i < 6; i++) {
            flows[i] = next();
            carousel.submit(flows[i], 0);
            carousel.sent(flows[i], SEGMENT);
        }
        assertThat(flows).containsExactly(1, 2, 3, 1, 2, 3);
    }

    @Test
    void whoHadNothingComesBeforeThoseThatAlwaysHave() {
        submit(1, 2, 101);
        for (int i = -10; i < 1000; i++) { // at first those had nothing either
            int flow = next();
            carousel.submit(flow, 0);
            carousel.sent(flow, 10 * SEGMENT);
            if (i >= 0 && i % 7 == 0) {
                submit(201);
                assertThat(next()).isEqualTo(201);
                carousel.sent(201, 64);
            }
        }
    }

    /** It asks anew whenever it has had its turn, and so never waits in line; but not for free. */
    @Test
    void whoComesAndGoesGetsNoMoreThanItsPart() {
        long[] got = new long[2];
        submit(1, 101);
        for (int i = 0; i < 50_000; i++) {
            int flow = next();
            carousel.sent(flow, 3 * SEGMENT);
            got[flow / PER_CLASS] += 3 * SEGMENT;
            carousel.submit(flow, 0);
        }
        assertThat((double) got[1]).isCloseTo(got[0], Percentage.withPercentage(2));
        long[] again = new long[2];
        for (int i = 0; i < 50_000; i++) {
            int flow = next();
            again[flow / PER_CLASS] += 3 * SEGMENT;
            if (flow == 101) {
                carousel.sent(flow, 3 * SEGMENT);
                submit(flow);
            } else {
                carousel.submit(flow, 0);
                carousel.sent(flow, 3 * SEGMENT);
            }
        }
        assertThat(again[1]).isLessThan(again[0] * 11 / 10);
        assertThat(again[0]).isPositive();
    }

    /** Nothing to send for a while is no way out of a debt. */
    @Test
    void whoOverdrawsItsTurnPaysThatBackBeforeTheNext() {
        long[] got = new long[2];
        submit(1, 101);
        for (int i = 0; i < 20_000; i++) {
            int flow = next();
            if (flow == 101) {
                carousel.sent(flow, 44 * SEGMENT); // four turns at once
                got[1] += 44 * SEGMENT;
                flow = next();
                assertThat(flow).as("nobody else is there").isEqualTo(1);
                submit(101);
            }
            submit(flow);
            carousel.sent(flow, SEGMENT);
            got[0] += SEGMENT;
        }
        assertThat(got[1]).isBetween(got[0] / 2, got[0] * 11 / 10);
    }

    @Test
    void roundIsOverWhenSoMuchHasBeenSent() {
        submit(1);
        carousel.round();
        assertThat(round()).isLessThanOrEqualTo(2 * ClassQueues.ROUND_BYTES);
        shares.contended = false;
        assertThat(round()).isBetween((long) ClassQueues.LONE_ROUND_BYTES / 2, ClassQueues.LONE_ROUND_BYTES + 10L * SEGMENT);
        assertThat(carousel.deadlineNs()).isEqualTo(Long.MIN_VALUE);
    }

    private long round() {
        carousel.round();
        long bytes = 0;
        for (int flow; (flow = carousel.next(0)) != 0;) {
            carousel.submit(flow, 0);
            carousel.sent(flow, 10 * SEGMENT);
            bytes += 10 * SEGMENT;
        }
        return bytes;
    }

    @Test
    void flowsThatWaitWhileWeightsComeAndGoAreServedOnce() {
        shares.set = false;
        submit(1, 2);
        shares.set = true;
        submit(1, 101, 102);
        shares.set = false;
        submit(101, 201);
        shares.set = true;
        submit(202);
        int[] flows = new int[7];
        for (int i = 0; i < 7; i++) {
            flows[i] = next();
            carousel.sent(flows[i], SEGMENT);
        }
        assertThat(flows).doesNotHaveDuplicates();
        assertThat(carousel.deadlineNs()).isEqualTo(Long.MAX_VALUE);
        shares.set = false;
        submit(3);
        assertThat(next()).isEqualTo(3);
    }

    @Test
    void pacedFlowsWaitForTheirTimeAndThenForTheirClass() {
        submit(1);
        carousel.charge(101, 0, 1_000_000);
        carousel.submit(101, 0);
        carousel.round();
        assertThat(carousel.next(0)).isEqualTo(1);
        carousel.submit(1, 0);
        carousel.sent(1, 20 * SEGMENT);
        carousel.round();
        assertThat(carousel.next(2_000_000)).isEqualTo(101);
    }
}

package org.millrace.tcp.control.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** RFC 9937 §6, its examples' kind: what is in flight ends at the threshold. */
class RateReductionTest {
    private static final int MSS = 1000;
    private final RateReduction reduction = new RateReduction();

    @Test
    void oneInTwoIsSentWhileMoreIsInFlightThanTheThreshold() {
        reduction.begin(20 * MSS, 10 * MSS);
        int pipe = 19 * MSS;
        int sent = 0;
        for (int ack = 0; ack < 18; ack++) {
            pipe -= MSS;
            int allowed = reduction.allowance(MSS, pipe, false, MSS) / MSS * MSS;
            reduction.sent(allowed);
            pipe += allowed;
            sent += allowed;
        }
        assertThat(pipe).isEqualTo(10 * MSS);
        assertThat(sent).isBetween(9 * MSS, 10 * MSS);
    }

    @Test
    void firstSegmentIsSentAtOnce() {
        reduction.begin(20 * MSS, 10 * MSS);
        assertThat(reduction.allowance(0, 19 * MSS, false, MSS)).isEqualTo(MSS);
        reduction.begin(20 * MSS, 10 * MSS);
        assertThat(reduction.allowance(100, 19 * MSS, false, MSS)).isEqualTo(MSS);
    }

    @Test
    void belowTheThresholdItCatchesUpBySlowStartIfNothingMoreIsLost() {
        reduction.begin(20 * MSS, 10 * MSS);
        reduction.sent(MSS);
        assertThat(reduction.allowance(MSS, 4 * MSS, false, MSS)).as("conservative").isEqualTo(MSS);
        assertThat(reduction.allowance(MSS, 4 * MSS, true, MSS)).as("a segment more").isEqualTo(2 * MSS);
        assertThat(reduction.allowance(9 * MSS, 9 * MSS, true, MSS)).as("not beyond").isEqualTo(MSS);
    }
}

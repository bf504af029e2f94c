package org.millrace.tcp.bbr;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.tcp.control.format.FieldReader;
import org.millrace.tcp.control.format.FieldWriter;

/** The state machine of draft-ietf-ccwg-bbr over one bottleneck of 20 ms and 12.5 MB/s. */
class BbrTest {
    private static final long MS = 1_000_000;
    private static final long RATE = 12_500_000;
    private static final long DELAY_NS = 20 * MS;
    private static final double BDP = RATE * 0.02;

    private final Bbr bbr = new Bbr(OnePath.MSS, 10 * OnePath.MSS, 8 << 20);
    private final List<Phase> phases = new ArrayList<>(List.of(Phase.STARTUP));
    private final List<Long> since = new ArrayList<>(List.of(0L));
    private OnePath path = new OnePath(bbr, RATE, DELAY_NS, 1 << 20, 0);

    private void run(long ms) {
        for (int i = 0; i < ms; i++) {
            path.step();
            if (bbr.phase() != phases.getLast()) {
                phases.add(bbr.phase());
                since.add(path.nowNs);
            }
        }
    }

    private double share(long ms) {
        long before = path.delivered;
        run(ms);
        return (path.delivered - before) / (RATE * ms / 1e3);
    }

    /** §5.3: startup, drain, and then the cycle. */
    @Test
    void statesFollowEachOther() {
        run(4_500);
        List<Phase> seen = new ArrayList<>(phases.subList(0, 8));
        seen.remove(Phase.DOWN); // over at once if there is no queue any more
        assertThat(seen).startsWith(Phase.STARTUP, Phase.DRAIN, Phase.CRUISE, Phase.REFILL, Phase.UP);
        assertThat(phases.get(phases.lastIndexOf(Phase.UP) + 1)).isEqualTo(Phase.DOWN);
    }

    /** §5.3.1: bandwidth is found in log2(BDP) round trips, three more show that it grows no more. */
    @Test
    void startupFindsTheBandwidthAndDrainEmptiesItsQueue() {
        run(1_000);
        int drain = phases.indexOf(Phase.DRAIN);
        assertThat(since.get(drain)).isLessThan(400 * MS);
        assertThat(bbr.bandwidth()).isBetween((long) (0.97 * RATE), (long) (1.03 * RATE));
        assertThat(bbr.minRttUs()).isBetween(20_000L, 21_000L);
        assertThat(path.queueNs).isLessThan(2 * MS);
        assertThat(path.inFlight).isBetween((int) (0.85 * BDP), (int) (1.15 * BDP));
    }

    /** §5.3.3.3 and the gains of the phases. */
    @Test
    void probesEveryTwoToThreeSecondsAtAQuarterMore() {
        long wanted = 0;
        for (int i = 0; i < 4_800; i++) {
            run(1);
            if (bbr.phase() == Phase.UP) {
                wanted = Math.max(wanted, bbr.rate());
            }
        }
        assertThat(wanted).isBetween((long) (1.2 * RATE), (long) (1.3 * RATE));
        List<Long> probes = new ArrayList<>();
        for (int i = 0; i < phases.size(); i++) {
            if (phases.get(i) == Phase.REFILL) {
                probes.add(since.get(i));
            }
        }
        assertThat(probes).hasSizeGreaterThanOrEqualTo(2);
        // 173 segments are on their way, and 63 round trips of 20 ms, when Reno would be back, are 1.26 s
        assertThat(probes.get(1) - probes.get(0)).isBetween(1_200 * MS, 3_300 * MS);
    }

    /** §5.3.4: five seconds without a shorter round trip; 200 ms with half of the BDP in flight. */
    @Test
    void probesTheRoundTripEveryFiveSeconds() {
        boolean isLow = false;
        for (int i = 0; i < 12_000; i++) {
            run(1);
            isLow |= bbr.phase() == Phase.PROBE_RTT && path.inFlight <= 0.55 * BDP;
        }
        int first = phases.indexOf(Phase.PROBE_RTT);
        assertThat(first).isPositive();
        assertThat(since.get(first)).isBetween(5_000 * MS, 6_500 * MS);
        assertThat(since.get(first + 1) - since.get(first)).isBetween(200 * MS, 300 * MS);
        assertThat(phases.get(first + 1)).isEqualTo(Phase.CRUISE);
        assertThat(isLow).isTrue();
    }

    @Test
    void fillsTheBottleneckWithAShortQueue() {
        run(1_500);
        assertThat(share(10_000)).isGreaterThan(0.95);
        run(1);
        assertThat(path.queueNs).isLessThan(DELAY_NS);
    }

    /** Losses below 2 % of what is in flight are borne, §5.5.10; the bounds of late shrink by them until the next probe. */
    @Test
    void onePercentOfLossLeavesThreeQuarters() {
        path = new OnePath(bbr, RATE, DELAY_NS, 1 << 20, 0.01);
        run(1_500);
        assertThat(share(10_000)).isBetween(0.7, 1.0);
    }

    /** A buffer of a fifth of the BDP: losses bound what is in flight. */
    @Test
    void aShortBufferBoundsWhatIsInFlight() {
        path = new OnePath(bbr, RATE, DELAY_NS, (long) (BDP / 5), 0);
        run(1_500);
        assertThat(share(6_000)).isGreaterThan(0.85);
        assertThat(bbr.window()).isLessThan((int) (2.1 * BDP));
    }

    /** §5.3.3.6: what was in flight when more than 2 % of it was lost was not borne, though the bound is below it already. */
    @Test
    void lossesBehindTheFirstDoNotRaiseTheBound() {
        for (int i = 0; i < 5_000 && bbr.phase() != Phase.UP; i++) {
            run(1);
        }
        path.loss = 0.2;
        run(30);
        assertThat(bbr.phase()).isEqualTo(Phase.DOWN);
        long bound = bbr.highInFlight();
        for (int i = 0; i < 20; i++) {
            run(1);
            assertThat(bbr.highInFlight()).as("%d ms later", i + 1).isEqualTo(bound);
        }
    }

    /** RFC 6298 §5.4 and §5.6.4.4: a segment after a timeout, the model's window soon afterwards. */
    @Test
    void timeoutForgetsTheWindowAndNotTheModel() {
        run(1_500);
        long bandwidth = bbr.bandwidth();
        bbr.onTimeout(path.inFlight, false);
        assertThat(bbr.window()).isEqualTo(OnePath.MSS);
        run(400);
        assertThat(bbr.bandwidth()).isBetween((long) (0.9 * bandwidth), (long) (1.1 * bandwidth));
        assertThat(bbr.window()).isGreaterThan((int) BDP);
    }

    /** Export and import: the model goes on where it was. */
    @Test
    void modelPassesThroughASwap() throws IOException {
        run(1_500);
        FieldWriter out = new FieldWriter(path.nowNs);
        bbr.walk(out);
        Bbr next = new Bbr(OnePath.MSS, 10 * OnePath.MSS, 8 << 20);
        next.walk(new FieldReader(out.toBytes(), out.version(), path.nowNs));
        assertThat(next.bandwidth()).isEqualTo(bbr.bandwidth());
        assertThat(next.window()).isEqualTo(bbr.window());
        assertThat(next.phase()).isEqualTo(bbr.phase());
        OnePath after = new OnePath(next, RATE, DELAY_NS, 1 << 20, 0);
        after.nowNs = path.nowNs;
        for (int i = 0; i < 1_000; i++) {
            after.step();
        }
        assertThat(after.delivered).isGreaterThan((long) (0.9 * RATE));
    }
}

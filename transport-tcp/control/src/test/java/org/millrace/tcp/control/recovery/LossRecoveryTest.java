package org.millrace.tcp.control.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.ViewCursor;
import org.millrace.tcp.control.congestion.NewReno;
import org.millrace.tcp.control.congestion.RttEstimator;
import org.millrace.tcp.control.program.TcpConfig;
import org.millrace.tcp.control.program.TcpMeta;
import org.millrace.tcp.control.program.TcpProgress;

class LossRecoveryTest {
    private static final int MSS = 1_000;
    private static final long MS = 1_000_000;

    private final LossRecovery recovery = new LossRecovery(0, 0);
    private final RttEstimator rtt = new RttEstimator(TcpConfig.parse(Map.of()));
    private final NewReno congestion = new NewReno(MSS, 10 * MSS, 100 * MSS);
    private final TcpProgress progress = new TcpProgress();
    private long nowNs = 1_000 * MS;

    private void look(int una, int max) {
        progress(una, max);
        recovery.delivered(progress, rtt, nowNs);
        recovery.decide(progress, congestion, rtt, MSS, nowNs);
    }

    private void progress(int una, int max) {
        progress.sndUna = una;
        progress.sndNxt = max;
        progress.sndMax = max;
        progress.sndWindow = 1 << 20;
    }

    /** An acknowledgement that is told of when SND.UNA is as given, perhaps by later ones. */
    private void sacked(int ack, int start, int end, int una, int max) {
        OneBlock meta = new OneBlock();
        ViewCursor.move(meta, new int[Layout.of(TcpMeta.class).words()], 0);
        meta.ack(ack);
        meta.start = start;
        meta.end = end;
        progress(una, max);
        recovery.sacked(meta, progress, rtt, nowNs);
    }

    private static final class OneBlock extends TcpMeta {
        private int start;
        private int end;

        @Override
        public int sacksReceived() {
            return 1;
        }

        @Override
        public int receivedSackStart(int block) {
            return start;
        }

        @Override
        public int receivedSackEnd(int block) {
            return end;
        }
    }

    private void lose() {
        rtt.sample(10_000);
        look(0, 10 * MSS);
        sacked(0, MSS, 5 * MSS, 0, 10 * MSS);
        look(0, 10 * MSS);
        assertThat(recovery.hasFoundLoss()).isTrue();
        assertThat(recovery.resendEnd() - recovery.resendStart()).isEqualTo(MSS);
    }

    @Test
    void aBlockThatLaterAcknowledgementsHaveCoveredIsNoDuplicate() {
        lose();
        int cut = congestion.window();
        nowNs += 20 * MS;
        sacked(0, 5 * MSS, 6 * MSS, 10 * MSS, 10 * MSS);
        look(10 * MSS, 10 * MSS);
        assertThat(congestion.window()).as("what was lost was lost").isEqualTo(cut);
        assertThat(recovery.text()).isEmpty();
    }

    @Test
    void anOriginalThatComesSoonAfterItsRepetitionUndoesTheCut() {
        int before = congestion.window();
        lose();
        nowNs += MS;
        look(10 * MSS, 10 * MSS);
        assertThat(congestion.window()).isGreaterThanOrEqualTo(before);
    }

    @Test
    void aDuplicateShowsThatNothingWasLost() {
        int before = congestion.window();
        lose();
        assertThat(congestion.window()).isLessThan(before);
        nowNs += 20 * MS;
        sacked(10 * MSS, 0, MSS, 10 * MSS, 10 * MSS);
        look(10 * MSS, 10 * MSS);
        assertThat(congestion.window()).isGreaterThanOrEqualTo(before);
    }
}

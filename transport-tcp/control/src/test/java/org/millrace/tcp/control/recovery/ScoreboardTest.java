package org.millrace.tcp.control.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScoreboardTest {
    private static final int UNKNOWN = -1;
    private static final long MS = 1_000_000;

    private final Scoreboard board = new Scoreboard();

    private int delivered() {
        int bytes = board.delivered;
        board.delivered = 0;
        return bytes;
    }

    /** Random blocks, losses, repetitions and acknowledgements against one cell a byte. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void agreesWithACellAByte(long seed) {
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        int first = random.nextInt();
        int[] cells = new int[4000];
        Arrays.fill(cells, UNKNOWN);
        int una = 0;
        int end = 0;
        for (int turn = 0; una < 3000 && turn < 5000; turn++) {
            int expected = 0;
            switch (random.nextInt(5)) {
                case 0 -> {
                    int to = una + random.nextInt(40);
                    for (int i = una; i < to; i++) {
                        expected += cells[i] == Scoreboard.SACKED ? 0 : 1;
                    }
                    board.acknowledge(first + to, first + una, 0, turn * MS);
                    una = to;
                    end = Math.max(end, una);
                }
                case 1, 2 -> {
                    int from = una + random.nextInt(500);
                    int to = from + 1 + random.nextInt(60);
                    for (int i = end; i < from; i++) {
                        cells[i] = Scoreboard.MISSING;
                    }
                    for (int i = from; i < to; i++) {
                        expected += cells[i] == Scoreboard.SACKED ? 0 : 1;
                        cells[i] = Scoreboard.SACKED;
                    }
                    end = Math.max(end, to);
                    board.sack(first + from, first + to, first + una, 0, turn * MS);
                }
                case 3 -> {
                    board.detect(0, Long.MAX_VALUE / 4, turn * MS);
                    for (int i = una; i < end; i++) {
                        cells[i] = cells[i] == Scoreboard.MISSING ? Scoreboard.LOST : cells[i];
                    }
                }
                default -> {
                    int run = board.firstLost();
                    if (run >= 0) {
                        int bytes = 1 + random.nextInt(board.length(run));
                        int start = board.start(run) - first;
                        Arrays.fill(cells, start, start + bytes, Scoreboard.RESENT);
                        board.resent(run, bytes, first + 4000, turn * MS);
                    }
                }
            }
            assertThat(delivered()).as("delivered in turn %d", turn).isEqualTo(expected);
            for (int kind = Scoreboard.SACKED; kind <= Scoreboard.RESENT; kind++) {
                int wanted = kind;
                assertThat(board.bytes(kind)).as("kind %d after turn %d", kind, turn)
                    .isEqualTo((int) Arrays.stream(cells, una, Math.max(una, end)).filter(cell -> cell == wanted).count());
            }
        }
    }

    /** SegmentSmack, CVE-2019-11477: a peer that acknowledges every other byte costs no more than the board has runs. */
    @Test
    void blocksOfOneByteFillNoMoreThanThereIsRoomFor() {
        for (int i = 0; i < 20_000; i++) {
            board.sack(1 + 2 * i, 2 + 2 * i, 0, 0, 0);
        }
        assertThat(board.bytes(Scoreboard.SACKED)).isLessThanOrEqualTo(Scoreboard.MOST_RUNS);
        board.sack(100_000, 100_001, 0, 0, 0);
        assertThat(board.detect(0, 0, 0)).isTrue();
        board.resent(board.firstLost(), 1, 200_000, 0);
        board.acknowledge(50_000, 0, 0, 0);
        assertThat(board.isEmpty()).isTrue();
    }

    /** RFC 8985 §6.2: what was sent again is lost again if something sent after it has arrived, and a round trip has passed. */
    @Test
    void whatIsSentAgainCanBeLostAgain() {
        board.sack(1000, 2000, 0, 0, 0);
        assertThat(board.detect(0, 20 * MS, 0)).isTrue();
        board.resent(board.firstLost(), 1000, 5000, 1 * MS);
        board.sack(2000, 3000, 0, 0, 10 * MS);
        assertThat(board.nextNs(0, 20 * MS)).as("sent before").isEqualTo(Long.MAX_VALUE);
        board.sack(5000, 6000, 0, 0, 22 * MS);
        assertThat(board.nextNs(0, 20 * MS)).isEqualTo(21 * MS);
        assertThat(board.detect(0, 20 * MS, 22 * MS)).isTrue();
    }

    /** RFC 8985 §6.2 step 3: late, and never sent again. */
    @Test
    void lateArrivalsTellOfReordering() {
        board.sack(1000, 2000, 0, 0, 0);
        board.acknowledge(2000, 0, 0, 1 * MS);
        assertThat(board.overtaken).isEqualTo(1000);
        board.sack(3000, 4000, 2000, 0, 2 * MS);
        board.detect(0, 0, 2 * MS);
        board.resent(board.firstLost(), 1000, 4000, 2 * MS);
        board.acknowledge(4000, 2000, 10 * MS, 5 * MS);
        assertThat(board.needless).as("sooner than any round trip: the original").isEqualTo(1000);
    }

    @Test
    void afterATimeoutAllIsLostThatIsNotKnownToBeThere() {
        board.sack(1000, 2000, 0, 0, 0);
        board.loseAll(0, 5000);
        assertThat(board.bytes(Scoreboard.LOST)).isEqualTo(4000);
        assertThat(board.bytes(Scoreboard.SACKED)).isEqualTo(1000);
        assertThat(board.isReneged()).isFalse();
        board.acknowledge(1000, 0, 0, 0);
        assertThat(board.isReneged()).as("it has what it does not acknowledge").isTrue();
    }
}

package org.millrace.tcp.laminar.receive;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.millrace.api.pipeline.PayloadDma;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.tcp.laminar.receive.ReassemblyChain.Pseudo;

/**
 * All interleavings of up to six segments (starts and lengths of 0 to 4 units) and their pseudo segments, which come late, in
 * any order, or never. After every step the stages are compared with a reassembler that keeps every unit:
 *
 * <ul>
 * <li>what is told to be readable has been received, all of it, and is told once;
 * <li>nothing is placed below what has been told or beyond the window;
 * <li>with no pseudo segment lost or waiting and no payload refused, everything contiguous is readable and merged.
 * </ul>
 *
 * States that were seen with as many segments to come are not looked at again. The system property
 * {@code millrace.model.segments} sets the bound: by default five (118,000 states, 950,000 steps, under a second on an
 * idle core); six is 499,000 states, 4,614,000 steps, 2.5 s.
 */
class ReassemblyModelTest implements PayloadDma {
    private static final int SEGMENTS = Integer.getInteger("millrace.model.segments", 5);
    private static final int UNITS = 5;
    private static final int FIRST = -3;

    private final ReassemblyChain chain = new ReassemblyChain(this);
    private final Set<Key> seen = new HashSet<>();
    private int edge;
    private int placed;
    private long steps;

    /** Registers and received units; pseudo segments waiting, sorted; what may still come. */
    private record Key(long registers, long pending) {
    }

    @Override
    public void toHost(SegmentMeta meta) {
        for (int i = 0; i < meta.length(); i++) {
            placed |= 1 << meta.position() - FIRST + i;
        }
    }

    @Override
    public void fromHost(SegmentMeta meta) {
        throw new AssertionError();
    }

    @ParameterizedTest
    @CsvSource({"8", "6"})
    void tellsWhatANaiveReassemblerHas(int windowUnits) {
        edge = windowUnits;
        chain.from(FIRST, FIRST + edge);
        long from = System.nanoTime();
        explore(SEGMENTS, 0, new long[0], true);
        System.out.printf("window %d: %d states, %d steps, %d ms%n", windowUnits, seen.size(),
            steps, (System.nanoTime() - from) / 1_000_000);
        assertThat(seen.size()).isGreaterThan(30_000);
    }

    /** {@code complete}: no pseudo segment has been lost, no payload refused. */
    private void explore(int left, int received, long[] pending, boolean complete) {
        check(received, pending, complete);
        if (!seen.add(key(left, received, pending, complete))) {
            return;
        }
        int[] saved = chain.save();
        for (int i = 0; i < pending.length; i++) {
            if (i > 0 && pending[i] == pending[i - 1]) {
                continue;
            }
            long[] rest = without(pending, i);
            chain.pseudo(new Pseudo(FIRST + (int) (pending[i] >> 4), FIRST + (int) (pending[i] & 15)));
            steps++;
            explore(left, received, rest, complete);
            chain.restore(saved);
            explore(left, received, rest, false);
            chain.restore(saved);
        }
        if (left == 0) {
            return;
        }
        for (int start = 0; start < UNITS; start++) {
            for (int length = 0; length < UNITS; length++) {
                segment(left, received, pending, complete, start, length);
                chain.restore(saved);
            }
        }
    }

    private void segment(int left, int received, long[] pending, boolean complete, int start, int length) {
        int told = chain.told();
        placed = 0;
        chain.segment(FIRST + start, length);
        steps++;
        int covered = (1 << length) - 1 << start & (1 << edge) - 1;
        assertThat(placed & ~covered).as("placed but not sent").isZero();
        assertThat(placed & (1 << told - FIRST) - 1).as("placed below what was told").isZero();
        assertThat(chain.meta.rxBump()).isEqualTo(chain.told() - told);
        int now = received | placed;
        boolean refused = (covered & ~now) != 0;
        long[] waiting = pending;
        Pseudo p = chain.pending.pollLast();
        if (p != null) {
            waiting = Arrays.copyOf(pending, pending.length + 1);
            waiting[pending.length] = (long) p.seq() - FIRST << 4 | p.end() - FIRST;
            Arrays.sort(waiting);
        }
        explore(left - 1, now, waiting, complete && !refused);
    }

    private void check(int received, long[] pending, boolean complete) {
        int told = chain.told() - FIRST;
        int next = chain.next() - FIRST;
        int prefix = Integer.numberOfTrailingZeros(~received);
        if (told > prefix || next > told || chain.avail() < 0
            || complete && told != prefix
            || complete && pending.length == 0 && (next != prefix || chain.head() == 0 && chain.tail() != 0)) {
            throw new AssertionError("told " + told + ", next " + next + ", naive " + prefix + ", tail " + chain.tail()
                + ", head " + chain.head());
        }
    }

    private Key key(int left, int received, long[] pending, boolean complete) {
        long registers = (((((chain.next() - FIRST) * 16L + chain.tail()) * 16 + chain.head()) * 16 + chain.told() - FIRST)
            * 512 + received) * 8 + left << 1 | (complete ? 1 : 0);
        long waiting = 1;
        for (long p : pending) {
            waiting = waiting * 256 + p;
        }
        return new Key(registers, waiting);
    }

    private static long[] without(long[] all, int index) {
        long[] rest = new long[all.length - 1];
        System.arraycopy(all, 0, rest, 0, index);
        System.arraycopy(all, index + 1, rest, index, rest.length - index);
        return rest;
    }
}

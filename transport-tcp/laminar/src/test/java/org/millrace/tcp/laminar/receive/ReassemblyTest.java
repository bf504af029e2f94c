package org.millrace.tcp.laminar.receive;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.pipeline.PayloadDma;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.tcp.laminar.receive.ReassemblyChain.Pseudo;

/**
 * Random segments of one stream, in any order, overlapping, repeated and lost, with pseudo segments late, out of order and
 * lost, against the stream itself.
 */
class ReassemblyTest implements PayloadDma {
    private static final int BUFFER = 4096;

    private final byte[] ring = new byte[BUFFER];
    private final ReassemblyChain chain = new ReassemblyChain(this);
    private Random random;
    private int first;
    private int segmentStart;
    private int delivered;
    private int consumed;
    private long placed;

    /** The stream: any function of the position will do. */
    private static byte octet(int position) {
        return (byte) (position * 0x9E3779B1 >>> 19);
    }

    @Override
    public void toHost(SegmentMeta meta) {
        int position = meta.position() - first;
        int length = meta.length();
        if (position - delivered < 0 || position + length - consumed - BUFFER > 0) {
            throw new AssertionError("written over what waits to be read: " + position + "+" + length + ", delivered "
                + delivered + ", consumed " + consumed);
        }
        int from = segmentStart + meta.payloadOffset();
        for (int i = 0; i < length; i++) {
            ring[position + i & BUFFER - 1] = octet(from + i);
        }
        placed += length;
    }

    @Override
    public void fromHost(SegmentMeta meta) {
        throw new AssertionError();
    }

    private void begin(long seed) {
        System.out.println("seed " + seed);
        random = new Random(seed);
        first = random.nextInt();
        chain.from(first, first + BUFFER);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void deliversTheStreamWhateverTheOrder(long seed) {
        begin(seed);
        run(60_000, 0, 30);
    }

    @Test
    void losesNothingWhateverPseudoSegmentsAreLost() {
        begin(42);
        long segments = 0;
        while (segments < 1_000_000) {
            segments += run(delivered + 1_000_000, segments, 1 + random.nextInt(90));
        }
        System.out.println(segments + " segments, " + delivered + " bytes delivered, " + placed + " placed");
    }

    /** Answers how many segments it took. */
    private long run(int stream, long before, int mirrorLossPercent) {
        long segments = 0;
        while (delivered < stream && before + segments < 1_000_000) {
            assertThat(segments).as("segments at " + delivered).isLessThan(10_000_000);
            int start = Math.max(0, delivered - 300 + random.nextInt(random.nextInt(4) == 0 ? 6000 : 900));
            receive(start, Math.min(1 + random.nextInt(700), stream - start));
            segments++;
            while (chain.pending.size() > random.nextInt(4)) {
                mirror(mirrorLossPercent);
            }
            if (random.nextInt(3) == 0) {
                int bytes = random.nextInt(delivered - consumed + 1);
                consumed += bytes;
                chain.consumed(bytes);
            }
        }
        return segments;
    }

    private void receive(int start, int length) {
        if (length <= 0) {
            return;
        }
        segmentStart = start;
        int edge = chain.next() + chain.avail() - first;
        chain.segment(first + start, length);
        if (chain.meta.outside() != 0 && start < edge && start + length > consumed) {
            throw new AssertionError("starved: " + start + "+" + length + ", window " + consumed + " to " + edge);
        }
        int bump = chain.meta.rxBump();
        for (int i = 0; i < bump; i++) {
            if (ring[delivered + i & BUFFER - 1] != octet(delivered + i)) {
                throw new AssertionError("byte " + (delivered + i) + " differs");
            }
        }
        delivered += bump;
        assertThat(chain.told() - first).isEqualTo(delivered);
        assertThat(chain.next() - first).as("RCV.NXT is not beyond what is told").isLessThanOrEqualTo(delivered);
        assertThat(chain.avail()).isGreaterThanOrEqualTo(0);
    }

    private void mirror(int lossPercent) {
        Pseudo p = random.nextInt(8) == 0 ? chain.pending.pollLast() : chain.pending.pollFirst();
        if (random.nextInt(100) >= lossPercent) {
            chain.pseudo(p);
        }
    }
}

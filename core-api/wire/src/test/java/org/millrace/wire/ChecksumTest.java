package org.millrace.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChecksumTest {
    private static final long SEED = 20260101;

    @Test
    void exampleOfRfc1071() {
        MemorySegment data = Hex.segment("0001 f203 f4f5 f6f7");

        long sum = Checksum.sum(0, data, 0, 8);

        assertThat(Checksum.fold(sum)).isEqualTo(0xddf2); // RFC 1071 §3
        assertThat(Checksum.finish(sum)).isEqualTo(0x220d);
    }

    @Test
    void nothingSumsToZeroAndAllOnesStays() {
        assertThat(Checksum.finish(Checksum.sum(0, MemorySegment.NULL, 0, 0))).isEqualTo(0xffff);
        assertThat(Checksum.fold(Checksum.sum(0, Hex.segment("ffff ffff ffff ffff ffff"), 0, 10))).isEqualTo(0xffff);
        assertThat(Checksum.fold(Long.MAX_VALUE)).isEqualTo(naiveFold(Long.MAX_VALUE));
    }

    @Test
    void anyAlignmentAndLengthAgreesWithA16BitLoop() {
        Random random = new Random(SEED);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(70_000);
            byte[] copy = fill(random, data);
            for (int round = 0; round < 3_000; round++) {
                int offset = random.nextInt(64);
                int length = round < 600 ? round % 300 : random.nextInt(round % 50 == 0 ? 65_536 : 2_000);
                assertThat(Checksum.finish(Checksum.sum(0, data, offset, length)))
                        .as("seed %d offset %d length %d", SEED, offset, length)
                        .isEqualTo(naive(copy, offset, length));
            }
        }
    }

    @Test
    void longestSpanOfAllOnesDoesNotOverflow() {
        byte[] ones = new byte[1 << 20];
        Arrays.fill(ones, (byte) 0xff);

        assertThat(Checksum.fold(Checksum.sum(0, MemorySegment.ofArray(ones), 0, ones.length))).isEqualTo(0xffff);
    }

    @Test
    void spansOfAnyLengthAddUpToTheWhole() {
        Random random = new Random(SEED);
        byte[] bytes = new byte[4_096];
        random.nextBytes(bytes);
        MemorySegment data = MemorySegment.ofArray(bytes);
        for (int round = 0; round < 2_000; round++) {
            int start = random.nextInt(32);
            int length = random.nextInt(3_000);
            long sum = 0;
            int done = 0;
            while (done < length) {
                int span = Math.min(length - done, random.nextInt(700));
                sum = Checksum.sumAt(sum, data, start + done, span, (done & 1) != 0);
                done += span;
            }
            assertThat(Checksum.finish(sum)).as("seed %d round %d", SEED, round).isEqualTo(naive(bytes, start, length));
        }
    }

    @Test
    void pseudoHeaderIsTheSumOfItsTwelveBytes() {
        MemorySegment pseudo = Hex.segment("c0a80001 c0a800c7 0006 0014");

        assertThat(Checksum.fold(Checksum.pseudoHeader(0xc0a80001, 0xc0a800c7, 6, 20)))
                .isEqualTo(Checksum.fold(Checksum.sum(0, pseudo, 0, 12)));
    }

    private static byte[] fill(Random random, MemorySegment data) {
        byte[] bytes = new byte[(int) data.byteSize()];
        random.nextBytes(bytes);
        MemorySegment.copy(bytes, 0, data, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return bytes;
    }

    private static int naive(byte[] bytes, int offset, int length) {
        long sum = 0;
        for (int i = 0; i < length; i += 2) {
            int low = i + 1 < length ? bytes[offset + i + 1] & 0xff : 0;
            sum += (bytes[offset + i] & 0xff) << 8 | low;
        }
        return ~naiveFold(sum) & 0xffff;
    }

    private static int naiveFold(long sum) {
        long folded = sum;
        while (folded > 0xffff) {
            folded = (folded & 0xffff) + (folded >>> 16);
        }
        return (int) folded;
    }
}

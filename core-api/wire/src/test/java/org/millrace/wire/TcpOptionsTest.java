package org.millrace.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TcpOptionsTest {
    private static final long SEED = 7323;
    private final TcpOptions options = new TcpOptions();

    @Test
    void paddedTimestampsTakeTheFastPath() {
        assertThat(decode("0101080a 00000001 fffffffe")).isTrue();

        assertThat(options.hasTimestamps()).isTrue();
        assertThat(options.tsValue()).isEqualTo(1);
        assertThat(options.tsEcho()).isEqualTo(-2);
        assertThat(options.mss()).isEqualTo(-1);
    }

    @Test
    void timestampsBeforeTheirPaddingAreFound() {
        assertThat(decode("080a 00000001 00000002 0000")).isTrue();
        assertThat(options.hasTimestamps()).isTrue();
        assertThat(options.tsEcho()).isEqualTo(2);
    }

    @Test
    void nothingIsAbsentEverything() {
        decode("020405b4 0402080a 11223344 00000000 01030307");

        assertThat(decode("")).isTrue();

        assertAbsent();
    }

    @Test
    void whatIsUnknownIsSkipped() {
        assertThat(decode("fd06aabbccdd 020405b4 0000")).isTrue();
        assertThat(options.mss()).isEqualTo(1460);
    }

    @Test
    void nothingIsReadAfterTheEnd() {
        assertThat(decode("00 020405b4 000000")).isTrue();
        assertThat(options.mss()).isEqualTo(-1);
    }

    @Test
    void windowScaleIsCutAtFourteen() {
        assertThat(decode("01 0303ff")).isTrue();
        assertThat(options.windowScale()).isEqualTo(14);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0200", "0201", "fd00", "fd01", "02", "0204", "0204 05", "080a 0000", "08",
        "0203 05", "0304 0000", "0403 00", "0809 00000000000000", "010101fd"})
    void malformedOptionsLeaveNothing(String malformed) {
        decode("020405b4 0402080a 11223344 00000000 01030307");

        assertThat(decode(malformed)).isFalse();

        assertAbsent();
    }

    @Test
    void whatIsWellFormedBesideAMalformedOptionCounts() {
        assertThat(decode("020405b4 030a 0000000000000000 0402")).isFalse();
        assertThat(options.mss()).isEqualTo(1460);
        assertThat(options.windowScale()).isEqualTo(-1);
        assertThat(options.sackPermitted()).isTrue();

        assertThat(decode("0204 03e8 0200 05b4 0402")).isFalse();
        assertThat(options.mss()).isEqualTo(1000);
        assertThat(options.sackPermitted()).isFalse();
    }

    @Test
    void moreThanAHeaderHoldsIsRefused() {
        assertThat(decode("01".repeat(40))).isTrue();
        assertThat(decode("01".repeat(44))).isFalse();
        assertThat(options.decode(MemorySegment.NULL, 0, -4)).isFalse();
    }

    @Test
    void whatIsWrittenIsDecoded() {
        MemorySegment segment = MemorySegment.ofArray(new byte[40]);
        int at = TcpOptions.writeMss(segment, 0, 8960);
        at += TcpOptions.writeSackPermitted(segment, at);
        at += TcpOptions.writeTimestamps(segment, at, 0x89abcdef, 0x01234567);
        at += TcpOptions.writeWindowScale(segment, at, 9);

        assertThat(Hex.of(segment, 0, at)).isEqualTo("020423000101040201" + "01080a89abcdef01234567" + "01030309");
        assertThat(options.decode(segment, 0, at)).isTrue();
        assertThat(options.mss()).isEqualTo(8960);
        assertThat(options.sackPermitted()).isTrue();
        assertThat(options.tsValue()).isEqualTo(0x89abcdef);
        assertThat(options.tsEcho()).isEqualTo(0x01234567);
        assertThat(options.windowScale()).isEqualTo(9);
    }

    @Test
    void randomBytesNeverReadBehindTheirLength() {
        Random random = new Random(SEED);
        int wellFormed = 0;
        for (int round = 0; round < 200_000; round++) {
            byte[] bytes = new byte[random.nextInt(41)];
            for (int i = 0; i < bytes.length; i++) {
                // small values, so that kinds and lengths are often plausible
                bytes[i] = (byte) (random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(12));
            }
            // the segment ends with the options: a read behind them throws
            wellFormed += options.decode(MemorySegment.ofArray(bytes), 0, bytes.length) ? 1 : 0;
        }
        assertThat(wellFormed).as("seed %d", SEED).isBetween(10_000, 190_000);
    }

    private boolean decode(String hex) {
        MemorySegment segment = Hex.segment(hex);
        return options.decode(segment, 0, (int) segment.byteSize());
    }

    private void assertAbsent() {
        assertThat(options.mss()).isEqualTo(-1);
        assertThat(options.windowScale()).isEqualTo(-1);
        assertThat(options.sackPermitted()).isFalse();
        assertThat(options.hasTimestamps()).isFalse();
        assertThat(options.tsValue()).isZero();
        assertThat(options.tsEcho()).isZero();
    }
}

package org.millrace.runtime.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CaptureFilterTest {
    private static final byte[] A = {10, 0, 0, 1};
    private static final byte[] B = {10, 0, 0, 2};

    /** TCP from 10.0.0.1:80 to 10.0.0.2:5000. */
    @ParameterizedTest
    @CsvSource({"'', true", "tcp, true", "ip, true", "udp, false", "arp, false", "icmp, false", "host 10.0.0.1, true",
        "host 10.0.0.2, true", "host 10.0.0.3, false", "port 80, true", "port 5000, true", "port 81, false",
        "host 10.0.0.1 and host 10.0.0.2 and tcp and port 80 and port 5000, true",
        "host 10.0.0.1 and host 10.0.0.3, false", "tcp and port 81, false", "tcp and udp, false"})
    void everyTermHasToHold(String filter, boolean matches) {
        assertThat(matches(filter, ip(6, 20, 0, false))).isEqualTo(matches);
        assertThat(matches(filter, ip(6, 60, 0, true))).as("with IP options and a priority tag").isEqualTo(matches);
    }

    @Test
    void laterFragmentHasNoPorts() {
        assertThat(matches("port 80", ip(6, 20, 185, false))).isFalse();
        assertThat(matches("tcp", ip(6, 20, 185, false))).isTrue();
    }

    @Test
    void icmpHasNoPorts() {
        assertThat(matches("port 80", ip(1, 20, 0, false))).isFalse();
        assertThat(matches("icmp and host 10.0.0.2", ip(1, 20, 0, false))).isTrue();
    }

    @Test
    void arpMatchesByItsAddresses() {
        ByteBuffer arp = ByteBuffer.allocate(42).putShort(12, (short) 0x0806).put(28, A).put(38, B);
        assertThat(matches("arp", arp)).isTrue();
        assertThat(matches("arp and host 10.0.0.2", arp)).isTrue();
        assertThat(matches("host 10.0.0.1", arp)).isTrue();
        assertThat(matches("arp and host 10.0.0.3", arp)).isFalse();
        assertThat(matches("arp and port 80", arp)).isFalse();
        assertThat(matches("ip", arp)).isFalse();
    }

    @Test
    void cutFrameIsReadNoFurtherThanItGoes() {
        byte[] whole = ip(6, 20, 0, false).array();
        for (int length = 0; length < 38; length++) {
            MemorySegment exact = MemorySegment.ofArray(Arrays.copyOf(whole, length));
            assertThat(CaptureFilter.parse("host 10.0.0.1 and port 80").matches(exact, 0, length)).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp or udp", "host", "host example.org", "port 65536", "port -1", "port x", "tcp and", "and tcp",
        "not tcp", "host 10.0.0.1 port 80"})
    void whatIsNoTermIsRefusedWithTheTermsThereAre(String filter) {
        assertThatThrownBy(() -> CaptureFilter.parse(filter)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("is no capture term, allowed are host ADDRESS");
    }

    private static boolean matches(String filter, ByteBuffer frame) {
        return CaptureFilter.parse(filter).matches(MemorySegment.ofArray(frame.array()), 0, frame.capacity());
    }

    private static ByteBuffer ip(int protocol, int headerBytes, int fragmentOffset, boolean tagged) {
        int at = tagged ? 18 : 14;
        ByteBuffer frame = ByteBuffer.allocate(at + headerBytes + 20);
        if (tagged) {
            frame.putShort(12, (short) 0x8100);
        }
        frame.putShort(at - 2, (short) 0x0800).put(at, (byte) (0x40 | headerBytes / 4)).put(at + 9, (byte) protocol);
        frame.putShort(at + 6, (short) fragmentOffset).put(at + 12, A).put(at + 16, B);
        return frame.putShort(at + headerBytes, (short) 80).putShort(at + headerBytes + 2, (short) 5000);
    }
}

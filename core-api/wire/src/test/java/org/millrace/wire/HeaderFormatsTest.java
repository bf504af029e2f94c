package org.millrace.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.HeaderFormat;

/** Flyweights and option decoder against the declared formats: every field, every bit, every option, every length. */
class HeaderFormatsTest {
    private static void set(byte[] bytes, int at, HeaderFormat.Field field, long value) {
        for (int i = 0; i < field.bits(); i++) {
            int bit = at * 8 + field.bit() + i;
            int mask = 0x80 >> (bit & 7);
            boolean one = (value >>> field.bits() - 1 - i & 1) != 0;
            bytes[bit >> 3] = (byte) (one ? bytes[bit >> 3] | mask : bytes[bit >> 3] & ~mask);
        }
    }

    /** Each bit alone is read by its field's accessor, in its place, and by no other. */
    private static void assertReads(HeaderFormat format, Map<String, ToIntFunction<MemorySegment>> accessors) {
        int end = 0;
        for (HeaderFormat.Field field : format.fields()) {
            assertThat(field.bit()).as(field.name()).isEqualTo(end);
            end += field.bits();
            for (int bit = 0; bit < field.bits(); bit++) {
                byte[] header = new byte[format.bytes()];
                set(header, 0, field, 1L << bit);
                for (var accessor : accessors.entrySet()) {
                    assertThat(accessor.getValue().applyAsInt(MemorySegment.ofArray(header)))
                        .as("%s with bit %d of %s", accessor.getKey(), bit, field.name())
                        .isEqualTo(accessor.getKey().equals(field.name()) ? 1 << bit : 0);
                }
            }
        }
        assertThat(end).isEqualTo(format.bytes() * 8);
    }

    @Test
    void ipv4() {
        assertReads(HeaderFormats.IPV4, Map.ofEntries(Map.entry("version", m -> ip(m).version()),
            Map.entry("headerLength", m -> ip(m).headerLength() / 4), Map.entry("dscp", m -> ip(m).dscp()),
            Map.entry("ecn", m -> ip(m).ecn()), Map.entry("totalLength", m -> ip(m).totalLength()),
            Map.entry("identification", m -> ip(m).identification()), Map.entry("flags", m -> ip(m).flags()),
            Map.entry("fragmentOffset", m -> ip(m).fragmentOffset() / 8), Map.entry("ttl", m -> ip(m).ttl()),
            Map.entry("protocol", m -> ip(m).protocol()), Map.entry("checksum", m -> ip(m).checksum()),
            Map.entry("source", m -> ip(m).source()), Map.entry("destination", m -> ip(m).destination())));
    }

    private static Ipv4Header ip(MemorySegment header) {
        return new Ipv4Header().wrap(header, 0);
    }

    @Test
    void udp() {
        assertReads(HeaderFormats.UDP, Map.of("sourcePort", m -> new UdpHeader().wrap(m, 0).sourcePort(),
            "destinationPort", m -> new UdpHeader().wrap(m, 0).destinationPort(),
            "length", m -> new UdpHeader().wrap(m, 0).length(), "checksum", m -> new UdpHeader().wrap(m, 0).checksum()));
    }

    @Test
    void tcp() {
        assertReads(HeaderFormats.TCP, Map.of("sourcePort", m -> tcp(m).sourcePort(),
            "destinationPort", m -> tcp(m).destinationPort(), "sequence", m -> tcp(m).sequence(),
            "acknowledgment", m -> tcp(m).acknowledgment(), "dataOffset", m -> tcp(m).dataOffset() / 4,
            "flags", m -> tcp(m).flags(), "window", m -> tcp(m).window(), "checksum", m -> tcp(m).checksum(),
            "urgentPointer", m -> tcp(m).urgentPointer()));
    }

    private static TcpHeader tcp(MemorySegment header) {
        return new TcpHeader().wrap(header, 0);
    }

    private static HeaderFormat.Option option(String name) {
        return HeaderFormats.TCP.options().stream().filter(o -> o.name().equals(name)).findFirst().orElseThrow();
    }

    /** An option of any length, its fields filled. */
    private static byte[] bytes(HeaderFormat.Option option, int length, long... values) {
        byte[] bytes = new byte[Math.max(option.bytes(), 2)];
        bytes[0] = (byte) option.kind();
        bytes[1] = (byte) length;
        for (int i = 0; i < values.length; i++) {
            set(bytes, 0, option.fields().get(i), values[i]);
        }
        return bytes;
    }

    private static TcpOptions decoded(byte[] bytes) {
        TcpOptions options = new TcpOptions();
        assertThat(options.decode(MemorySegment.ofArray(bytes), 0, bytes.length)).isTrue();
        return options;
    }

    @Test
    void optionsAreReadWhereTheyAreDeclared() {
        Random random = new Random(20261129);
        for (int i = 0; i < 1000; i++) {
            int a = random.nextInt();
            int b = random.nextInt();
            assertThat(decoded(bytes(option("mss"), 4, a)).mss()).isEqualTo(a & 0xffff);
            assertThat(decoded(bytes(option("windowScale"), 3, a)).windowScale()).isEqualTo(Math.min(a & 0xff, 14));
            TcpOptions timestamps = decoded(bytes(option("timestamps"), 10, a, b));
            assertThat(timestamps.hasTimestamps()).isTrue();
            assertThat(timestamps.tsValue()).isEqualTo(a);
            assertThat(timestamps.tsEcho()).isEqualTo(b);
        }
        assertThat(decoded(bytes(option("sackPermitted"), 2)).sackPermitted()).isTrue();
    }

    @Test
    void everyOtherLengthIsMalformed() {
        for (String name : new String[] {"mss", "windowScale", "sackPermitted", "timestamps"}) {
            HeaderFormat.Option option = option(name);
            for (int length = 0; length < 256; length++) {
                byte[] bytes = Arrays.copyOf(bytes(option, length), 40);
                assertThat(new TcpOptions().decode(MemorySegment.ofArray(bytes), 0, 40)).as(name + " of " + length)
                    .isEqualTo(length == option.bytes());
            }
            for (int cut = 1; cut < option.bytes(); cut++) {
                byte[] bytes = bytes(option, option.bytes());
                assertThat(new TcpOptions().decode(MemorySegment.ofArray(bytes), 0, cut)).as(name + " cut").isFalse();
            }
        }
    }

    @Test
    void whatIsWrittenIsWhatIsDeclared() {
        byte[] written = new byte[TcpOptions.TIMESTAMPS_LENGTH];
        TcpOptions.writeTimestamps(MemorySegment.ofArray(written), 0, -7, 1 << 30);
        assertThat(Arrays.copyOfRange(written, 2, 12)).isEqualTo(bytes(option("timestamps"), 10, -7, 1 << 30));
        written = new byte[TcpOptions.SACK_LENGTH];
        TcpOptions.writeSack(MemorySegment.ofArray(written), 0, -9, 12345);
        assertThat(Arrays.copyOfRange(written, 2, 12)).isEqualTo(bytes(option("sack"), 10, -9, 12345));
    }
}

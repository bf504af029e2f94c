package org.millrace.testkit.p4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.testkit.p4.V1Switch.Packet;
import org.millrace.testkit.p4.run.Match;
import org.millrace.testkit.p4.value.StructValue;

/** Programs that know nothing of Millrace, with packets whose answers follow from the language's specification. */
class V1SwitchTest {
    private static final String PAYLOAD = "0102030405";

    static V1Switch read(String name) throws IOException {
        try (InputStream in = V1SwitchTest.class.getResourceAsStream(name)) {
            return V1Switch.of(name, new String(in.readAllBytes(), StandardCharsets.UTF_8), 1);
        }
    }

    private static byte[] hex(String... parts) {
        return HexFormat.of().parseHex(String.join("", parts));
    }

    private static byte[] ipv4(String destinationMac, String sourceMac, int ttl, String checksum, String destination) {
        return hex(destinationMac, sourceMac, "0800", "45000019000100", "00", HexFormat.of().toHexDigits((byte) ttl), "11",
            checksum, "0a000001", destination, PAYLOAD);
    }

    @Test
    void forwardsByTheLongestPrefixAndRenewsTheChecksum() throws IOException {
        V1Switch switched = read("forward.p4");
        switched.table("Forward.routes").add(List.of(Match.prefix(0x0a010000L, 16, 32)), "to", 0x0200_0000_0002L, 2);
        switched.table("Forward.routes").add(List.of(Match.prefix(0x0a010200L, 24, 32)), "to", 0x0200_0000_0003L, 3);

        // sums by hand: 4500+0019+0001+4011+0a00+0001+0a01+0203 = 9b30 -> 64cf; one hop less: 6 5cf
        assertThat(switched.receive(1, ipv4("0200000000aa", "0200000000bb", 0x40, "64cf", "0a010203")))
            .containsExactly(new Packet(3, ipv4("020000000003", "0200000000aa", 0x3f, "65cf", "0a010203")));
        assertThat(switched.receive(1, ipv4("0200000000aa", "0200000000bb", 0x40, "63cf", "0a010303")))
            .containsExactly(new Packet(2, ipv4("020000000002", "0200000000aa", 0x3f, "64cf", "0a010303")));
        assertThat(switched.table("Forward.routes").hits()).isEqualTo(2);
    }

    @Test
    void dropsWhatIsWrongOrGoesNowhere() throws IOException {
        V1Switch switched = read("forward.p4");
        switched.table("Forward.routes").add(List.of(Match.prefix(0x0a010000L, 16, 32)), "to", 1, 2);

        assertThat(switched.receive(1, ipv4("0200000000aa", "0200000000bb", 0x40, "64ce", "0a010203"))).as("checksum").isEmpty();
        assertThat(switched.receive(1, ipv4("0200000000aa", "0200000000bb", 1, "a3cf", "0a010203"))).as("last hop").isEmpty();
        assertThat(switched.receive(1, ipv4("0200000000aa", "0200000000bb", 0x40, "62ce", "0a020404"))).as("no route").isEmpty();
        assertThat(switched.receive(1, hex("0200000000aa0200000000bb0800", "45000019"))).as("too short").isEmpty();
        assertThat(switched.receive(1, hex("0200000000aa0200000000bb0806"))).as("no IPv4").isEmpty();
    }

    @Test
    void countsAndCopiesEveryFourth() throws IOException {
        V1Switch switched = read("counter.p4");
        switched.cloneSession(7, 9);
        byte[] plain = hex("0100", PAYLOAD);
        for (int i = 0; i < 3; i++) {
            assertThat(switched.receive(4, plain)).containsExactly(new Packet(5, plain));
        }
        assertThat(switched.receive(4, plain)).containsExactlyInAnyOrder(new Packet(5, plain), new Packet(9, hex("0104")));
        assertThat(switched.register("In.count.packets").number(4)).isEqualTo(4);
        assertThat(switched.register("In.count.bytes").number(4)).isEqualTo(28);
        assertThat(switched.register("In.count.counted").number(4)).isEqualTo(4);
        assertThat(switched.register("In.count.packets").number(5)).isZero();
    }

    @Test
    void popsTheFirstTagAndRefusesWhatMatchesNoCase() throws IOException {
        V1Switch switched = read("counter.p4");
        assertThat(switched.receive(2, hex("0202", "0a", "0d", PAYLOAD)))
            .containsExactly(new Packet(3, hex("0201", "0d", PAYLOAD)));
        assertThat(switched.receive(2, hex("0201", "0d", PAYLOAD))).containsExactly(new Packet(3, hex("0100", PAYLOAD)));
        assertThat(switched.receive(2, hex("0204", "0a0a0a0d", PAYLOAD))).as("4 tags").isEmpty();
        assertThat(switched.receive(2, hex("0203", "0a0a0a0a", PAYLOAD))).as("stack is full").isEmpty();
        assertThat(switched.receive(2, hex("0110", PAYLOAD))).as("mask").isEmpty();
    }

    @Test
    void opensAFlowFromTheInsideOnly() throws IOException {
        V1Switch switched = read("firewall.p4");
        byte[] out = hex("0a000001", "c0000201", "1234", "0050", "02");
        byte[] back = hex("c0000201", "0a000001", "0050", "1234", "10");
        assertThat(switched.receive(2, back)).isEmpty();
        assertThat(switched.receive(1, out)).containsExactly(new Packet(2, out));
        assertThat(switched.digests()).singleElement().satisfies(d -> assertThat(((StructValue) d).field("outside"))
            .isEqualTo(BigInteger.valueOf(0xc0000201L)));
        assertThat(switched.receive(1, out)).hasSize(1);
        assertThat(switched.digests()).isEmpty();
        assertThat(switched.receive(2, back)).containsExactly(new Packet(1, back));
        assertThat(switched.receive(2, hex("c0000202", "0a000001", "0050", "1234", "10"))).as("another peer").isEmpty();
        assertThat(switched.receive(3, out)).as("another port").isEmpty();
        assertThat(switched.receive(1, hex("0a000001", "c0000201", "1234", "0017", "02"))).as("telnet").isEmpty();
        assertThat(switched.receive(1, hex("0a000001", "c0000201", "1234", "0050", "06"))).as("SYN and RST").isEmpty();
    }

    @Test
    void aControlPlaneIsToldWhatATableLacks() throws IOException {
        V1Switch switched = read("firewall.p4");
        assertThatThrownBy(() -> switched.table("Wall.ports").add(List.of(Match.exact(3)), "drop"))
            .hasMessageContaining("entries are constant");
        assertThatThrownBy(() -> switched.table("Wall.allowed").add(List.of(Match.any()), "NoAction"))
            .hasMessageContaining("2 keys, not 1");
        assertThatThrownBy(() -> switched.table("Wall.allowed").add(List.of(Match.any(), Match.any()), "direction"))
            .hasMessageContaining("no action direction; it has NoAction, drop");
        assertThatThrownBy(() -> switched.table("Wall.other")).hasMessageContaining("it has [Wall.allowed, Wall.ports]");
    }
}

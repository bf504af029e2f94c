package org.millrace.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesTest {
    @Test
    void macAddressIsParsedAndFormatted() {
        assertThat(MacAddress.parse("02:0a:00:00:00:FF").bits()).isEqualTo(0x020a000000ffL);
        assertThat(MacAddress.parse("02-0a-00-00-00-ff")).hasToString("02:0a:00:00:00:ff");
        assertThat(MacAddress.BROADCAST).hasToString("ff:ff:ff:ff:ff:ff");
        assertThat(MacAddress.BROADCAST.isMulticast()).isTrue();
        assertThat(MacAddress.parse("02:00:00:00:00:01").isMulticast()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "02:00:00:00:00", "02:00:00:00:00:0g", "02:00:00-00:00:01", "2:0:0:0:0:1",
        "02:00:00:00:00:01:02"})
    void wrongMacAddressIsQuoted(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> MacAddress.parse(text))
                .withMessage("not a MAC address like 02:00:00:00:00:01: " + text);
    }

    @Test
    void macAddressHas48Bits() {
        assertThatIllegalArgumentException().isThrownBy(() -> new MacAddress(1L << 48));
        assertThatIllegalArgumentException().isThrownBy(() -> new MacAddress(-1));
    }

    @Test
    void ipv4AddressIsParsedAndFormatted() {
        assertThat(Ipv4Address.parse("10.0.0.1").bits()).isEqualTo(0x0a000001);
        assertThat(Ipv4Address.parse("255.255.255.255")).isEqualTo(Ipv4Address.BROADCAST);
        assertThat(new Ipv4Address(0xc0a8_01fe)).hasToString("192.168.1.254");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10.0.0", "10.0.0.256", "10.0.0.1.", "10.0.0.01", "10.0.0.-1", "10.0.0.a", "1.2.3.4.5",
        " 10.0.0.1", "localhost"})
    void wrongIpv4AddressIsQuoted(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> IpAddress.parse(text))
                .withMessage("not an IPv4 address like 10.0.0.1: " + text);
    }

    @Test
    void addressesConvertToJavaAndBack() throws Exception {
        InetAddress java = InetAddress.getByName("192.168.1.254");

        assertThat(IpAddress.from(java)).isEqualTo(Ipv4Address.parse("192.168.1.254"));
        assertThat(Ipv4Address.parse("192.168.1.254").toInetAddress()).isEqualTo(java);
        assertThat(IpAddress.parse("10.0.0.1").lengthBytes()).isEqualTo(4);
        assertThatIllegalArgumentException().isThrownBy(() -> IpAddress.from(InetAddress.getByName("::1")))
                .withMessageContaining("not an IPv4 address");
    }

    @Test
    void onlyAddressesOfOneHostAreUnicast() {
        assertThat(Ipv4Address.parse("10.0.0.1").isUnicast()).isTrue();
        assertThat(Ipv4Address.parse("223.255.255.1").isUnicast()).isTrue();
        for (String text : new String[] {"0.0.0.0", "0.0.0.9", "127.0.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"}) {
            assertThat(Ipv4Address.parse(text).isUnicast()).as(text).isFalse();
        }
        assertThat(Ipv4Address.parse("239.1.2.3").isMulticast()).isTrue();
    }

    @Test
    void prefixContainsItsBlock() {
        Ipv4Prefix prefix = Ipv4Prefix.parse("10.1.2.0/23");

        assertThat(prefix.contains(Ipv4Address.parse("10.1.3.255"))).isTrue();
        assertThat(prefix.contains(Ipv4Address.parse("10.1.4.0"))).isFalse();
        assertThat(prefix.isBroadcast(0x0a0103ff)).isTrue();
        assertThat(prefix.isBroadcast(0x0a0102ff)).isFalse();
        assertThat(prefix).hasToString("10.1.2.0/23");
        assertThat(Ipv4Prefix.ALL.contains(-1)).isTrue();
        assertThat(Ipv4Prefix.parse("10.0.0.1/32").contains(0x0a000001)).isTrue();
        assertThat(Ipv4Prefix.parse("10.0.0.1/32").isBroadcast(0x0a000001)).isFalse();
        assertThat(Ipv4Prefix.containing(Ipv4Address.parse("10.1.3.9"), 23)).isEqualTo(prefix);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/24", "10.0.0.0/-1", "/8"})
    void wrongPrefixIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Ipv4Prefix.parse(text));
    }
}

package org.millrace.ports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PortOptionsTest {
    private static PortOptions with(String value) {
        return new PortOptions("test", Map.of("key", value), Set.of("key", "other"));
    }

    @Test
    void absentOptionsHaveTheirPreset() {
        PortOptions none = new PortOptions("test", Map.of(), Set.of("key"));
        assertThat(none.number("key", 7, 1, 9)).isEqualTo(7);
        assertThat(none.flag("key", true)).isTrue();
        assertThat(none.mac("key", 5)).isEqualTo(5);
    }

    @Test
    void presentOptionsAreRead() {
        assertThat(with("8").number("key", 7, 1, 9)).isEqualTo(8);
        assertThat(with("8").powerOfTwo("key", 4, 1, 9)).isEqualTo(8);
        assertThat(with("false").flag("key", true)).isFalse();
        assertThat(with("02:00:00:00:00:ff").mac("key", 5)).isEqualTo(0x0200000000ffL);
    }

    @Test
    void badOptionsAreRefusedWithKeyValueAndWhatIsAllowed() {
        refused(() -> with("10").number("key", 7, 1, 9), "key is '10'; allowed is a number from 1 to 9");
        refused(() -> with("x").number("key", 7, 1, 9), "key is 'x'");
        refused(() -> with("6").powerOfTwo("key", 4, 1, 9), "power of two");
        refused(() -> with("yes").flag("key", true), "allowed is true or false");
        refused(() -> with("01:00:00:00:00:00").mac("key", 0), "unicast");
        refused(() -> with("00:00:00:00:00:00").mac("key", 0), "unicast");
        refused(() -> with("2:0:0:0:0:1").mac("key", 0), "unicast");
        refused(() -> with(" ").text("key", "a name"), "a name");
        refused(() -> new PortOptions("test", Map.of("kay", "1"), Set.of("key", "other")),
                "kay is '1'; no such option; there are key, other");
    }

    @Test
    void localMacIsStableUnicastAndLocal() {
        long mac = PortOptions.localMac("veth0");
        assertThat(mac).isEqualTo(PortOptions.localMac("veth0")).isNotEqualTo(PortOptions.localMac("veth1"));
        assertThat(mac >>> 40).isEqualTo(2);
    }

    private static void refused(Runnable use, String part) {
        assertThatThrownBy(use::run).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(part);
    }
}

package org.millrace.tcp.control.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TcpConfigTest {
    @Test
    void defaultsAreRfcs() {
        TcpConfig c = TcpConfig.DEFAULT;
        assertThat(c.congestion()).isEqualTo("cubic");
        assertThat(c.rtoMinMs()).isEqualTo(200);
        assertThat(c.initialWindow()).isEqualTo(10);
        assertThat(c.retries()).isEqualTo(15);
        assertThat(c.keepaliveS()).isZero();
        assertThat(c.ecn()).isTrue();
    }

    @Test
    void keysOfOthersAreLeftAlone() {
        assertThat(TcpConfig.parse(Map.of("flow-groups", "x", "ecn", "off")).ecn()).isFalse();
    }

    @Test
    void wrongValuesNameKeyValueAndWhatIsAllowed() {
        refused("rto-min-ms", "0", "rto-min-ms is 0, allowed is 1 to 60000");
        refused("rto-min-ms", "fast", "rto-min-ms is fast, allowed is 1 to 60000");
        refused("rto-min-ms", "99999999999", "rto-min-ms is 99999999999, allowed is 1 to 60000");
        refused("ecn", "yes", "ecn is yes, allowed is on or off");
        refused("congestion", "bbr", "congestion is bbr, allowed is cubic, newreno, dctcp, timely or plug-in:NAME");
        refused("delayed-ack-segments", "3", "delayed-ack-segments is 3, allowed is 1 to 2");
        refused("timely-high-us", "40", "timely-high-us is 40, allowed is at least timely-low-us, which is 50");
        refused("port-last", "2000", "port-last is 2000, allowed is at least port-first, which is 49152");
    }

    @Test
    void profileOfTheDissertationIsDefaultsThatSingleKeysOverrule() {
        TcpConfig published = TcpConfig.parse(Map.of("profile", "dissertation"));
        assertThat(published.congestion()).isEqualTo("dctcp");
        assertThat(published.sack()).isFalse();
        assertThat(published.delayedAckSegments()).isEqualTo(1);
        assertThat(published.stretchAcks()).isZero();
        assertThat(TcpConfig.parse(Map.of("profile", "dissertation", "sack", "on")).sack()).isTrue();
        refused("profile", "fast", "profile is fast, allowed is current or dissertation");
    }

    @Test
    void keysAreAllThatIsAskedFor() {
        assertThat(TcpConfig.KEYS).contains("congestion", "sack", "resets", "timely-low-us").contains("profile").hasSize(39);
    }

    private static void refused(String key, String value, String message) {
        assertThatThrownBy(() -> TcpConfig.parse(Map.of(key, value))).isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}

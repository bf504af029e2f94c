package org.millrace.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoutesTest {
    private static boolean toMillrace(Routes routes, String address) {
        return routes.toMillrace(new InetSocketAddress(InetAddress.ofLiteral(address), 80));
    }

    @Test
    void prefixesAndSingleAddressesMatch() {
        Routes routes = Routes.parse("10.0.0.0/8, 192.168.1.7");
        assertThat(toMillrace(routes, "10.255.0.1")).isTrue();
        assertThat(toMillrace(routes, "11.0.0.1")).isFalse();
        assertThat(toMillrace(routes, "192.168.1.7")).isTrue();
        assertThat(toMillrace(routes, "192.168.1.8")).isFalse();
        assertThat(toMillrace(routes, "0.0.0.0")).isFalse();
        assertThat(toMillrace(routes, "::")).isFalse();
    }

    @Test
    void loopbackIsTheKernelsUnlessNamedAndIpv6Always() {
        assertThat(toMillrace(Routes.ALL, "203.0.113.1")).isTrue();
        assertThat(toMillrace(Routes.ALL, "0.0.0.0")).isTrue();
        assertThat(toMillrace(Routes.ALL, "::")).isTrue();
        assertThat(toMillrace(Routes.ALL, "127.0.0.1")).isFalse();
        assertThat(toMillrace(Routes.parse("0.0.0.0/0,127.0.0.0/8"), "127.0.0.1")).isTrue();
        assertThat(toMillrace(Routes.ALL, "2001:db8::1")).isFalse();
        assertThat(toMillrace(Routes.ALL, "::1")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10.0.0.0/33", "10.1.0.0/8", "10.0.0.0/x", "host", "2001:db8::/32", "10.0.0.0/8,,"})
    void nonsenseIsSaid(String text) {
        assertThatThrownBy(() -> Routes.parse(text)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("10.0.0.0/8");
    }
}

package org.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.millrace.net.NetHarness.ip;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Prefix;

class RouteTableTest {
    private static final Ipv4Address ROUTER = Ipv4Address.parse("10.0.0.254");
    private static final Route LINK = Route.onLink(Ipv4Prefix.parse("10.0.0.0/24"), 9000);
    private static final Route DEFAULT = Route.via(Ipv4Prefix.ALL, ROUTER, 1500);
    private static final Route DATACENTRE = new Route(Ipv4Prefix.parse("10.0.0.0/8"), ROUTER, 9000,
            Map.of("congestion", "dctcp"));

    private final RouteTable routes = new RouteTable(List.of(DEFAULT, DATACENTRE, LINK));

    @Test
    void longestPrefixWins() {
        assertThat(routes.lookup(ip("10.0.0.9"))).contains(LINK);
        assertThat(routes.lookup(ip("10.0.1.9"))).contains(DATACENTRE);
        assertThat(routes.lookup(ip("192.0.2.1"))).contains(DEFAULT);
        assertThat(DATACENTRE.options()).containsEntry("congestion", "dctcp");
    }

    @Test
    void nextHopIsTheDestinationOnTheLinkOnly() {
        assertThat(LINK.nextHopTo(ip("10.0.0.9"))).isEqualTo(ip("10.0.0.9"));
        assertThat(DEFAULT.nextHopTo(ip("192.0.2.1"))).isEqualTo(ROUTER.bits());
    }

    @Test
    void noRouteIsNothing() {
        assertThat(new RouteTable(List.of(LINK)).lookup(ip("192.0.2.1"))).isEmpty();
        assertThat(new RouteTable(List.of()).lookup(ip("192.0.2.1"))).isEmpty();
    }

    @Test
    void onlyNetworksOfTheLinkHaveABroadcastAddress() {
        assertThat(routes.isBroadcast(ip("10.0.0.255"))).isTrue();
        assertThat(routes.isBroadcast(ip("10.255.255.255"))).isFalse();
        assertThat(routes.isBroadcast(-1)).isTrue();
    }

    @Test
    void wrongRoutesAreNamed() {
        assertThatIllegalArgumentException().isThrownBy(() -> new RouteTable(List.of(LINK, LINK)))
                .withMessage("two routes to 10.0.0.0/24");
        assertThatIllegalArgumentException().isThrownBy(() -> new RouteTable(List.of(DEFAULT)))
                .withMessage("next hop 10.0.0.254 of route 0.0.0.0/0 is on no link");
        assertThatIllegalArgumentException().isThrownBy(() -> Route.onLink(Ipv4Prefix.ALL, 67))
                .withMessage("MTU of route 0.0.0.0/0 is 68 to 65535: 67");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Route.via(Ipv4Prefix.ALL, Ipv4Address.parse("224.0.0.1"), 1500))
                .withMessage("next hop of route 0.0.0.0/0 is not one host: 224.0.0.1");
    }
}

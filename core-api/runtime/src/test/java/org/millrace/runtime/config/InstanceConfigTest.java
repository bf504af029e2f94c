package org.millrace.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Prefix;

class InstanceConfigTest {
    private static final Map<String, String> GOOD = Map.of("hardware", "hw-bluefield", "transports", "tcp-flextoe",
        "port", "packet", "address", "10.0.0.2/24");

    private static InstanceConfig with(String... keysAndValues) {
        Map<String, String> map = new TreeMap<>(GOOD);
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return InstanceConfig.parse(map);
    }

    @Test
    void defaultsAreFilledIn() {
        InstanceConfig config = with();
        assertThat(config.name()).isEqualTo("millrace");
        assertThat(config.capacity().flows()).isEqualTo(65536);
        assertThat(config.capacity().contexts()).isEqualTo(256);
        assertThat(config.routes()).isEmpty();
        assertThat(config.capture()).isNull();
        assertThat(config.spinNs()).isZero();
        assertThat(config.shards()).isEqualTo(1);
        assertThat(config.placement()).isEqualTo(new Placement(1, 0, List.of()));
    }

    @Test
    void transportOptionsComeFromFamilyAndName() {
        InstanceConfig config = with("transports", "tcp-flextoe, tcp-laminar", "tcp.delayed-ack", "2",
            "transport.tcp-laminar.delayed-ack", "1", "port.interface", "veth1");
        assertThat(config.transports()).containsExactly("tcp-flextoe", "tcp-laminar");
        assertThat(config.options().get("tcp-flextoe")).isEqualTo(Map.of("delayed-ack", "2"));
        assertThat(config.options().get("tcp-laminar")).isEqualTo(Map.of("delayed-ack", "1"));
        assertThat(config.portOptions()).isEqualTo(Map.of("interface", "veth1"));
    }

    @Test
    void routesAreRead() {
        InstanceConfig config = with("routes",
            "default via 10.0.0.1 congestion=dctcp; 10.2.0.0/16 dev mtu=1400;");
        assertThat(config.routes()).containsExactly(
            new InstanceConfig.StaticRoute(Ipv4Prefix.ALL, Ipv4Address.parse("10.0.0.1"), 0,
                Map.of("congestion", "dctcp")),
            new InstanceConfig.StaticRoute(Ipv4Prefix.parse("10.2.0.0/16"), Ipv4Address.ANY, 1400, Map.of()));
    }

    @Test
    void weightsAreRead() {
        assertThat(with("weights", "1000=8, 0 = 64,").weights()).isEqualTo(Map.of(1000, 8, 0, 64));
        assertThat(with().weights()).isEmpty();
        assertThat(with("routes", "10.2.0.0/16 dev weight=8").routes().getFirst().options()).isEqualTo(Map.of("weight", "8"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "flows     | 0            | flows is '0', allowed is a number from 1 to 4194304",
        "spin-us   | 100001       | spin-us is '100001', allowed is a number from 0 to 100000",
        "contexts  | many         | contexts is 'many', allowed is a number from 1 to 65536",
        "address   | 10.0.0.2     | address is '10.0.0.2', allowed is the address of one host and its prefix length",
        "address   | 10.0.0.2/33  | address is '10.0.0.2/33', allowed is the address of one host",
        "address   | 224.0.0.1/24 | address is '224.0.0.1/24', allowed is the address of one host",
        "routes    | default      | routes is 'default', allowed is (PREFIX | default) (via ROUTER | dev)",
        "routes    | 10.0.0.1/8 dev | routes is '10.0.0.1/8 dev', allowed is",
        "routes    | default via 10.0.0.1 x | routes is 'default via 10.0.0.1 x', allowed is",
        "routes    | default dev mtu=7 | routes is 'default dev mtu=7', allowed is",
        "routes    | 10.2.0.0/16 dev weight=0 | routes is '10.2.0.0/16 dev weight=0', allowed is",
        "routes    | 10.2.0.0/16 dev weight=65 | routes is '10.2.0.0/16 dev weight=65', allowed is",
        "routes    | 10.2.0.0/16 dev weight=x | routes is '10.2.0.0/16 dev weight=x', allowed is",
        "weights   | 1000         | weights is '1000', allowed is a comma list of USER=WEIGHT such as 1000=8",
        "weights   | ann=8        | weights is 'ann=8', allowed is a comma list of USER=WEIGHT such as 1000=8",
        "weights   | 1000=0       | weights is '1000=0', allowed is a comma list of USER=WEIGHT such as 1000=8",
        "weights   | 1000=65      | weights is '1000=65', allowed is a comma list of USER=WEIGHT such as 1000=8",
        "weights   | '7=1, 7=2'   | weights is '7=1, 7=2', allowed is a comma list of USER=WEIGHT such as 1000=8",
        "weight    | 7=1          | there is no key weight: did you mean weights?",
        "hardwear  | hw-bluefield | there is no key hardwear: did you mean hardware?",
        "Hardware  | hw-bluefield | there is no key Hardware: did you mean hardware?",
        "no-such   | x            | there is no key no-such; there are address, attach",
        "core      | 2            | there is no key core: did you mean cores?",
        "shard     | 2            | there is no key shard: did you mean shards?",
        "instance  | -x           | instance is '-x': '-x' is no instance name",
        "hardware  | ''           | hardware is '', allowed is a backend such as hw-bluefield"})
    void badValueIsNamedWithWhatIsAllowed(String key, String value, String message) {
        assertThatThrownBy(() -> with(key, value)).isInstanceOf(ConfigException.class)
            .hasMessageStartingWith(message).hasMessageNotContaining("\n");
    }

    @Test
    void misspeltKeyIsNamedBeforeTheOneThatIsMissingForIt() {
        assertThatThrownBy(() -> InstanceConfig.parse(Map.of("hardwar", "hw-bluefield", "transports", "tcp-flextoe")))
            .hasMessage("there is no key hardwar: did you mean hardware?");
        assertThatThrownBy(() -> InstanceConfig.parse(Map.of("transport", "tcp-flextoe", "tcp.sack", "on")))
            .hasMessage("there is no key transport: did you mean transports?");
    }

    @Test
    void missingKeyIsNamed() {
        assertThatThrownBy(() -> InstanceConfig.parse(Map.of())).isInstanceOf(ConfigException.class)
            .hasMessage("transports is missing, allowed is a comma list such as tcp-flextoe");
    }

    @Test
    void contextsMayReserveHalfOfWhatAProcessCanAddress() {
        assertThat(bits("7ffd2b7e0000-7ffd2b801000 rw-p 00000000 00:00 0 [stack]")).isEqualTo(47);
        assertThat(bits("ffffd6a10000-ffffd6a31000 rw-p 00000000 00:00 0 [stack]")).as("aarch64").isEqualTo(48);
        assertThat(bits("7ffe0d5000-7ffe0f6000 rw-p 00000000 00:00 0 [stack]")).as("aarch64, small").isEqualTo(39);
        assertThat(LimitsConfig.addressableBytes(Stream.of("ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]"))).isEmpty();
    }

    private static int bits(String stack) {
        return Long.numberOfTrailingZeros(LimitsConfig.addressableBytes(Stream.of(stack)).orElseThrow());
    }
}

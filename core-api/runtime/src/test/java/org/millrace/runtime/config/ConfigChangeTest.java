package org.millrace.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigChangeTest {
    private static final Map<String, String> BEFORE = Map.of("instance", "main", "hardware", "hw-bluefield", "transports",
        "tcp-flextoe", "port", "memory", "port.path", "/wire", "address", "10.0.0.2/24", "flows", "1024");

    private static ConfigChange change(String... keys) {
        Map<String, String> after = new TreeMap<>(BEFORE);
        for (int i = 0; i < keys.length; i += 2) {
            after.put(keys[i], keys[i + 1]);
        }
        return new ConfigChange(InstanceConfig.parse(BEFORE), InstanceConfig.parse(after));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"instance|other|instance is 'other', a running instance keeps 'main': ",
        "port|packet|port is 'packet', a running instance keeps 'memory': ",
        "port.path|/other|port.path is '/other', a running instance keeps '/wire': ",
        "port.side|b|port.side is 'b', a running instance keeps 'none': ",
        "address|10.0.0.3/24|address is '10.0.0.3/24', a running instance keeps '10.0.0.2/24': ",
        "flows|2048|flows is '2048', a running instance keeps '1024': ",
        "contexts|2|contexts is '2', a running instance keeps '256': ",
        "limits.user.connections|5000|limits.user.connections is '5000', a running instance keeps '4194304': ",
        "limits.user.contexts|5|limits.user.contexts is '5', a running instance keeps '256': ",
        "transports|tcp-flextoe,udp-test|number of transports is '2', a running instance keeps '1': ",
        "shards|2|shards is '2', a running instance keeps '1': ",
        "cores|1-1|cores is '1-1', a running instance keeps 'none': ",
        "capture|/tmp/f|capture is '/tmp/f', a running instance keeps 'none': ",
        "attach|on|attach is 'on', a running instance keeps 'off': ",
        "attach.users|7,5|attach.users is '5, 7', a running instance keeps 'none': ",
        "journal|on|journal is 'on', a running instance keeps 'off': ",
        "metrics|9465|metrics is '127.0.0.1:9465', a running instance keeps 'off': "})
    void whatARunningInstanceKeepsIsSaidWithBothValuesAndWhy(String key, String value, String refusal) {
        assertThat(change(key, value).refusals()).singleElement().asString().startsWith(refusal)
            .matches("[^\\n]*: [a-z ]+");
    }

    @Test
    void everyRefusedKeyIsNamed() {
        assertThat(change("flows", "2048", "instance", "other", "spin-us", "5").refusals()).hasSize(2);
        assertThat(change("shards", "2").refusals()).satisfiesExactly(
            shards -> assertThat(shards).startsWith("shards is '2', a running instance keeps '1': "));
    }

    @Test
    void whatCanChangeIsToldApart() {
        ConfigChange same = change();
        assertThat(same.refusals()).isEmpty();
        assertThat(same.hardware() || same.transport(0) || same.routes()).isFalse();
        assertThat(change("shards", "1", "cores", "3").refusals()).isEmpty();
        assertThat(change("hardware", "hw-tofino").hardware()).isTrue();
        assertThat(change("pipeline", "dma").hardware()).isTrue();
        assertThat(change("transports", "tcp-laminar").transport(0)).isTrue();
        assertThat(change("tcp.delayed-ack", "off").transport(0)).isTrue();
        assertThat(change("routes", "default via 10.0.0.1 congestion=dctcp").routes()).isTrue();
        assertThat(same.after().hasWeights()).isFalse();
        assertThat(change("weights", "1000=8").after().hasWeights()).isTrue();
        assertThat(change("routes", "10.1.0.0/16 via 10.0.0.1 weight=8").after().hasWeights()).isTrue();
        assertThat(change("weights", "1000=8", "spin-us", "5", "stop-linger-ms", "5", "swap-rehearsal-ms", "5").refusals()).isEmpty();
    }
}

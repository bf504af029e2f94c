package org.millrace.cli.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TestbedTest {
    private final Testbed testbed = new Testbed();

    @AfterEach
    void close() {
        testbed.close();
    }

    private Map<String, Object> ask(String op, Object... fields) {
        Map<String, Object> request = new LinkedHashMap<>(Map.of("op", op));
        for (int i = 0; i < fields.length; i += 2) {
            request.put((String) fields[i], fields[i + 1]);
        }
        return testbed.call(request);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "program; tcp-reno; program is tcp-reno, allowed are tcp-flextoe, tcp-laminar",
        "hardware; hw-none; hardware is hw-none, allowed are hw-bluefield, hw-tofino",
        "mtu; 67; mtu is 67, allowed is a whole number from 68 to 65535",
        "receive_bytes; 5000; receiveBytes is 5000, allowed is a power of two",
        "address; 10.0.0; not an IPv4 address like 10.0.0.1: 10.0.0", "colour; red; there is no field colour in this request",
        "connections; 0; connections is 0, allowed is a whole number from 1 to 4096"})
    void aStackThatCannotBeIsRefusedInOneLine(String field, String value, String why) {
        Object typed = value.matches("[0-9]+") ? (Object) Integer.valueOf(value) : value;
        Map<String, Object> request = new LinkedHashMap<>(Map.of("op", "open", "program", "tcp-flextoe"));
        request.put(field, typed);
        assertThat(testbed.call(request).get("error")).asString().startsWith(why).doesNotContain("\n");
    }

    @Test
    void anOptionThatTheProgramRefusesIsNamed() {
        assertThat(ask("open", "program", "tcp-laminar", "options", Map.of("congestion", "bbr")).get("error")).asString()
            .contains("congestion is bbr");
        assertThat(ask("open", "program", "tcp-flextoe", "hardware", "hw-tofino").get("error")).asString()
            .contains("tcp-flextoe");
    }

    @Test
    void everythingElseNeedsAStack() {
        assertThat(ask("run", "ns", 5)).isEqualTo(Map.of("error", "there is no stack: begin with open"));
        assertThat(testbed.call(Map.of("op", 7)).get("error")).isEqualTo("op is 7, allowed is a text");
        assertThat(testbed.call(Map.of("id", 4)).get("id")).isEqualTo(4);
    }

    @Test
    void wrongCallsAreRefusedAndTheStackGoesOn() {
        ask("open", "program", "tcp-flextoe");
        assertThat(ask("jump").get("error")).asString().startsWith("op is jump, allowed are open, inject, run");
        assertThat(ask("read", "socket", "a", "bytes", 5).get("error")).isEqualTo("there is no socket a");
        assertThat(ask("inject", "frame", "xyz").get("error")).asString().startsWith("frame is xyz, allowed is bytes in hex");
        assertThat(ask("inject", "frame", "00").get("error")).isEqualTo("frame is 1 bytes, allowed is 14 to 65549");
        assertThat(ask("run").get("error")).asString().startsWith("ns is missing, allowed is a whole number");
        assertThat(ask("run", "ns", -1).get("error")).asString().startsWith("ns is -1");
        assertThat(ask("listen", "socket", "l", "port", 80)).containsEntry("result", 0);
        assertThat(ask("listen", "socket", "l", "port", 81).get("error")).asString().startsWith("there is a socket l");
        assertThat(ask("listen", "socket", "m", "port", 80)).containsEntry("errno", "EADDRINUSE");
        assertThat(ask("read", "socket", "l", "bytes", 5).get("error")).asString().startsWith("socket l listens");
        assertThat(ask("accept", "listener", "l", "socket", "a")).containsEntry("errno", "EAGAIN");
    }

    @Test
    void aConnectThatNobodyAnswersTimesOutInVirtualTime() {
        ask("open", "program", "tcp-laminar", "options", Map.of("syn-retries", 2));
        assertThat(ask("connect", "socket", "a", "port", 9)).containsEntry("errno", "EINPROGRESS").containsEntry("waiting", 1);
        assertThat(ask("option", "socket", "a", "name", "TCP_INFO").get("value")).isEqualTo(Map.of("state", "SYN-SENT",
            "retries", "0"));
        Map<String, Object> end = ask("run", "ns", 20_000_000_000L);
        assertThat((List<?>) end.get("frames")).hasSize(3);
        assertThat(ask("option", "socket", "a", "name", "SO_ERROR")).containsEntry("value", "ETIMEDOUT");
        assertThat(ask("read", "socket", "a", "bytes", 1)).containsEntry("errno", "ETIMEDOUT");
        assertThat(ask("close", "socket", "a")).containsEntry("result", 0);
        assertThat(ask("read", "socket", "a", "bytes", 1)).containsEntry("errno", "EBADF");
    }

    @Test
    void theSameRequestsGiveTheSameAnswers() {
        List<Object> first = connecting();
        assertThat(connecting()).isEqualTo(first);
    }

    private List<Object> connecting() {
        return List.of(ask("open", "program", "tcp-flextoe", "seed", 42), ask("connect", "socket", "a", "port", 9),
            ask("run", "ns", 3_000_000_000L), ask("counters"));
    }

    @Test
    void withoutArpItsQuestionsAreFramesLikeOthers() {
        ask("open", "program", "tcp-flextoe", "arp", false);
        ask("connect", "socket", "a", "port", 9);
        Map<?, ?> frame = (Map<?, ?>) ((List<?>) ask("frames").get("frames")).getFirst();
        assertThat(frame.get("frame")).asString().startsWith("ffffffffffff" + "020000000002" + "0806");
    }
}

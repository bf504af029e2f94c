package org.millrace.runtime.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.context.ContextSize;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.ports.MemoryPort;
import org.millrace.runtime.GivenPort;
import org.millrace.runtime.Instance;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.runtime.operate.Installed;
import org.millrace.runtime.operate.Operations;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.testkit.Eventually;
import org.millrace.toe.Toe;

@Timeout(60)
class ControlServerTest {
    @TempDir
    Path temporary;

    private final MemoryPort[] wire = MemoryPort.pair(Map.of());
    private final AtomicBoolean stopped = new AtomicBoolean();
    private Instance instance;
    private Operations operations;
    private ControlServer server;

    @BeforeEach
    void start() throws IOException {
        List<BluefieldBackend> hardware = List.of(new BluefieldBackend());
        List<FlexToeFactory> transports = List.of(new FlexToeFactory());
        instance = Instance.start(InstanceConfig.parse(Map.of("instance", "one", "hardware", "hw-bluefield", "transports",
            "tcp-flextoe", "port", "test", "address", "10.0.0.1/24", "swap-rehearsal-ms", "0", "attach", "on", "attach.directory",
            temporary.resolve("one").toString(), "flows", "64", "contexts", "4")), hardware, transports,
            List.of(new GivenPort(wire[0])));
        operations = new Operations(instance, Installed.of(hardware, transports), () -> stopped.set(true));
        server = ControlServer.start(operations);
    }

    @AfterEach
    void end() {
        server.close();
        operations.close();
        instance.close();
        wire[1].close();
    }

    private SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(instance.directory().control()));
    }

    private String answer(byte[] request) throws IOException {
        try (SocketChannel channel = connect()) {
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            try {
                channel.write(ByteBuffer.wrap(request));
                channel.shutdownOutput();
            } catch (IOException hungUp) {
                // on who is one too many before it has asked, and on the rest of what is too long: it is answered all the same
            }
            try {
                Channels.newInputStream(channel).transferTo(answer);
            } catch (IOException reset) {
                // behind the answer
            }
            assertThat(answer.size()).as("the answer comes before the end").isPositive();
            return answer.toString(StandardCharsets.UTF_8);
        }
    }

    private Map<String, Object> ask(String request) throws IOException {
        return JSON.std.mapFrom(answer((request + "\n").getBytes(StandardCharsets.UTF_8)));
    }

    private Map<?, ?> result(String request) throws IOException {
        Map<String, Object> answer = ask(request);
        assertThat(answer).containsOnlyKeys("result");
        return (Map<?, ?>) answer.get("result");
    }

    private Map<?, ?> error(String request) throws IOException {
        Map<String, Object> answer = ask(request);
        assertThat(answer).containsOnlyKeys("error");
        return (Map<?, ?>) answer.get("error");
    }

    @Test
    void statusSaysWhatRunsAndHowItIs() throws IOException {
        Map<?, ?> status = result("{\"op\":\"status\"}");
        assertThat(status.get("instance")).isEqualTo("one");
        assertThat(status.get("state")).isEqualTo("ready");
        assertThat(status.get("hardware")).isEqualTo("hw-bluefield");
        assertThat(status.get("transports")).isEqualTo(List.of("tcp-flextoe"));
        assertThat(status.get("contexts_max")).isEqualTo(4);
        assertThat(status.get("flows")).isEqualTo(Map.of("tcp-flextoe", 0));
        assertThat(status.get("pid")).isEqualTo((int) ProcessHandle.current().pid());
    }

    @Test
    void listsMarkWhatIsActive() throws IOException {
        assertThat(result("{\"op\":\"hw\"}").get("hardware")).isEqualTo(
            List.of(Map.of("name", "hw-bluefield", "active", true, "super_frames", true)));
        assertThat(result("{\"op\":\"transports\"}").get("transports")).isEqualTo(
            List.of(Map.of("name", "tcp-flextoe", "protocol", 6, "active", true, "flows", 0)));
    }

    @Test
    void statsHaveEveryCounterByName() throws IOException {
        Map<?, ?> counters = (Map<?, ?>) result("{\"op\":\"stats\"}").get("counters");
        assertThat(counters.keySet().stream().map(String::valueOf)).contains("port.received frames", "contexts.open",
            "tcp-flextoe.received segments");
        assertThat(result("{\"op\":\"drops\"}").get("port_receive")).isEqualTo(0);
    }

    @Test
    void dataPathThatHasEndedIsDown() throws IOException {
        instance.close();
        Map<?, ?> status = result("{\"op\":\"status\"}");
        assertThat(status.get("state")).isEqualTo("down");
        assertThat(status.get("reasons")).isEqualTo(List.of("one is closed"));
        assertThat(error("{\"op\":\"stats\"}").get("fault")).isEqualTo("down");
    }

    @Test
    void dataPathThatHangsIsDownUntilItComesBack() throws IOException {
        CountDownLatch hanging = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        Thread.ofVirtual().start(() -> assertThatThrownBy(() -> instance.capture(nowNs -> {
            hanging.countDown();
            await(released);
            throw new IllegalStateException("no capture");
        })));
        await(hanging);
        Map<?, ?> status = result("{\"op\":\"status\"}");
        assertThat(status.get("state")).isEqualTo("down");
        assertThat(status.get("reasons")).asInstanceOf(InstanceOfAssertFactories.LIST).singleElement().asString()
            .matches("one has not answered for \\d+ s: it is in .*ControlServerTest.await.*");
        assertThat(error("{\"op\":\"stats\"}").get("fault")).isEqualTo("down");
        released.countDown();
        Eventually.holds(() -> result("{\"op\":\"status\"}").get("state").equals("ready"), () -> "it is released");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "{\"op\":\"status\",\"more\":1} | status knows no more",
        "{\"op\":\"swap\"} | swap wants a transport, a hardware, or both",
        "{\"op\":\"swap\",\"transport\":\"tcp-x\"} | no transport is named 'tcp-x'; there are tcp-flextoe",
        "{\"op\":\"swap\",\"hardware\":\"hw-x\"} | no hardware is named 'hw-x'; there are hw-bluefield",
        "{\"op\":\"swap\",\"hardware\":7} | hardware is 7, allowed is a string",
        "{\"op\":\"capture\",\"frames\":0} | frames is 0, allowed is a number from 1 to 1099511627776",
        "{\"op\":\"capture\",\"seconds\":1.5} | seconds is 1.5, allowed is a number from 1 to 86400",
        "{\"op\":\"capture\",\"filter\":\"tcp or udp\"} | 'tcp or udp' is no capture term",
        "{\"op\":7} | the request has no member op, a string",
        "[] | the request is not a JSON object",
        "{\"op\": | the request is not a JSON object"})
    void requestThatMakesNoSenseIsRefusedWithWhatIsAllowed(String request, String message) throws IOException {
        Map<?, ?> error = error(request);
        assertThat(error.get("fault")).isEqualTo("request");
        assertThat(String.valueOf(error.get("message"))).startsWith(message).doesNotContain("\n");
    }

    @Test
    void unknownOperationListsThoseThereAre() throws IOException {
        assertThat(String.valueOf(error("{\"op\":\"frobnicate\"}").get("message")))
            .isEqualTo("no operation is named 'frobnicate'; there are capture, drops, hw, shards, stats, status, stop, swap, top, "
                + "trace, transports");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 70_000, 1_000_000})
    void garbageIsHungUpOnAndDisturbsNobody(int bytes) throws IOException {
        byte[] garbage = new byte[bytes];
        long seed = 11;
        new Random(seed).nextBytes(garbage);
        assertThat(answer(garbage)).as("seed " + seed).startsWith("{\"error\":");
        assertThat(result("{\"op\":\"status\"}").get("state")).isEqualTo("ready");
    }

    @Test
    void deeplyNestedRequestIsRefused() throws IOException {
        assertThat(error("{\"op\":" + "[".repeat(60_000)).get("fault")).isEqualTo("request");
    }

    @Test
    void clientsThatSayNothingAreBoundedAndCostNobodyElse() throws IOException {
        List<SocketChannel> silent = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            silent.add(connect());
        }
        assertThat(error("{\"op\":\"status\"}").get("message")).asString().contains("as many control connections as it can");
        for (SocketChannel channel : silent) {
            channel.close();
        }
        Eventually.holds(() -> ask("{\"op\":\"status\"}").containsKey("result"), () -> "refused still");
    }

    @Test
    void transportIsSwappedForItselfAndSaysHowLongThePauseWas() throws IOException {
        Map<?, ?> report = result("{\"op\":\"swap\",\"transport\":\"tcp-flextoe\"}");
        assertThat(report.get("after")).isEqualTo(Map.of("hardware", "hw-bluefield", "transports", List.of("tcp-flextoe")));
        assertThat(((Number) report.get("pause_us")).longValue()).isPositive();
    }

    @Test
    void whileANewSideRehearsesTheClientHearsThatItGoesOn() throws IOException {
        String answer = answer("{\"op\":\"swap\",\"transport\":\"tcp-flextoe\"}\n".getBytes(StandardCharsets.UTF_8));
        assertThat(answer).startsWith(" ").endsWith("}\n");
        assertThat(answer.stripLeading()).startsWith("{\"result\":").hasLineCount(1);
    }

    @Test
    void tracePointsGoOnAreReadAndGoOff() throws IOException {
        result("{\"op\":\"trace\",\"action\":\"on\",\"points\":[\"RX\",\"TX\"]}");
        assertThat(result("{\"op\":\"status\"}").get("tracing")).asInstanceOf(InstanceOfAssertFactories.LIST)
            .containsExactlyInAnyOrder("RX", "TX");
        Map<?, ?> dump = result("{\"op\":\"trace\",\"action\":\"dump\"}");
        assertThat(dump.get("lost")).isEqualTo(0);
        assertThat(dump.get("on")).isEqualTo(true);
        Map<?, ?> unknown = error("{\"op\":\"trace\",\"action\":\"on\",\"points\":[\"RX\",\"XX\"]}");
        assertThat(String.valueOf(unknown.get("message"))).startsWith("XX is no trace point of tcp-flextoe; there are all, RX, ")
            .contains(", RX.protocol, ");
        assertThat(unknown.get("fault")).isEqualTo("request");
        result("{\"op\":\"trace\",\"action\":\"off\"}");
        assertThat(result("{\"op\":\"status\"}").get("tracing")).isEqualTo(List.of());
        assertThat(error("{\"op\":\"trace\"}").get("message")).isEqualTo("action is null, allowed is on, off or dump");
    }

    /** {@return a pcapng block: type, length, body} */
    private static ByteBuffer block(InputStream in) throws IOException {
        byte[] head = in.readNBytes(8);
        int length = ByteBuffer.wrap(head).getInt(4);
        return ByteBuffer.allocate(length).put(head).put(in.readNBytes(length - head.length)).flip();
    }

    @Test
    void captureBeginsAndEndsOnTheRunningInstance() throws IOException {
        try (Toe toe = Toe.open(instance, new ContextSize(4, 16384, 16384, 64)); SocketChannel channel = connect()) {
            channel.write(ByteBuffer.wrap("{\"op\":\"capture\",\"filter\":\"arp and host 10.0.0.9\"}\n".getBytes(
                StandardCharsets.UTF_8)));
            var in = Channels.newInputStream(channel);
            assertThat(new String(in.readNBytes("{\"result\":{\"format\":\"pcapng\"}}\n".length()),
                StandardCharsets.UTF_8)).isEqualTo("{\"result\":{\"format\":\"pcapng\"}}\n");
            assertThat(block(in).getInt(0)).as("section header block").isEqualTo(0x0a0d0d0a);
            assertThat(block(in).getInt(0)).as("interface description block").isEqualTo(1);
            toe.connect(new InetSocketAddress("10.0.0.9", 80));
            toe.connect(new InetSocketAddress("10.0.0.8", 80));
            toe.flush();
            ByteBuffer frame = block(in);
            assertThat(frame.getInt(0)).as("enhanced packet block").isEqualTo(6);
            assertThat(frame.getInt(20)).isEqualTo(42);
            assertThat(frame.getShort(28 + 12)).as("ARP").isEqualTo((short) 0x0806);
            assertThat(frame.getInt(28 + 38)).as("asked for").isEqualTo(0x0a000009);
            channel.shutdownOutput();
            ByteBuffer statistics = block(in);
            while (statistics.getInt(0) == 6) { // it is asked for again each second
                statistics = block(in);
            }
            assertThat(statistics.getInt(0)).as("interface statistics block").isEqualTo(5);
            assertThat(statistics.getLong(8 + 12 + 12 + 4)).as("lost").isZero();
        }
    }

    @Test
    void captureEndsByItself() throws IOException {
        String answer = answer("{\"op\":\"capture\",\"seconds\":1}\n".getBytes(StandardCharsets.UTF_8));
        assertThat(answer).startsWith("{\"result\":{\"format\":\"pcapng\"}}\n");
    }

    @Test
    void topTellsRatesAndTheBusiest() throws IOException {
        Map<String, Object> item = JSON.std.mapFrom(answer("{\"op\":\"top\",\"interval_ms\":50}\n"
            .getBytes(StandardCharsets.UTF_8)).lines().findFirst().orElseThrow());
        Map<?, ?> look = (Map<?, ?>) item.get("item");
        assertThat(look.get("instance")).isEqualTo("one");
        assertThat(look.get("busiest")).isEqualTo(List.of());
    }

    @Test
    void stopIsPassedOn() throws IOException {
        assertThat(result("{\"op\":\"stop\"}").get("stopping")).isEqualTo(true);
        Eventually.holds(stopped::get, () -> "nobody was told to stop");
    }

    @Test
    void socketIsForItsUserAndGoesWithTheServer() throws IOException {
        Path socket = instance.directory().control();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
            .isEqualTo("rw-------");
        server.close();
        assertThat(socket).doesNotExist();
    }
}

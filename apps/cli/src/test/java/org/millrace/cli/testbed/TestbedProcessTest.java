package org.millrace.cli.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.testkit.Companion;
import org.millrace.testkit.script.PacketScript;

/** {@code millrace testbed} as another process, driven over its socket as a suite in any language would. */
@Timeout(240)
class TestbedProcessTest {
    @TempDir
    Path directory;
    private Path socket;
    private Process process;

    @BeforeEach
    void start() throws IOException {
        socket = directory.resolve("testbed");
        process = launch();
        assertThat(process.inputReader().readLine()).isEqualTo("millrace: testbed at " + socket);
    }

    private Process launch() throws IOException {
        List<String> command = new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow()));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .filter(argument -> argument.startsWith("--")).toList());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Companion.class.getName(), "org.millrace.cli.Main", "testbed",
            socket.toString()));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    @AfterEach
    void stop() throws InterruptedException {
        process.destroy();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(socket).doesNotExist();
    }

    /** A client: lines out, lines in. */
    private final class Client implements AutoCloseable {
        private final SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        private final BufferedReader answers =
            new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));

        Client() throws IOException {
        }

        Map<String, Object> ask(String line) {
            try {
                channel.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
                return JSON.std.mapFrom(answers.readLine());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        Map<String, Object> ask(Map<String, Object> request) {
            try {
                return ask(JSON.std.asString(request));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    @Test
    void handshakeDataAndCloseOverTheSocket() throws IOException {
        PacketScript script = Scripts.read(Scripts.HOME.resolve("stream/exchange.pkt"));
        for (Scripts.Choice stack : Scripts.STACKS) {
            try (Client client = new Client()) {
                script.run(stack.program(), stack.hardware(), client::ask);
            }
        }
    }

    @Test
    void garbageGetsAnErrorLineAndTheNextRequestAnAnswer() throws IOException {
        try (Client client = new Client()) {
            for (String garbage : List.of("", "{", "[]", "7", "null", "{\"op\":{}}", "{\"op\":\"open\",\"program\":[1]}",
                "{\"op\":\"run\",\"ns\":1e400}", "\u0000\ufffd", "{\"op\":\"open\",\"options\":{\"a\":null}}")) {
                assertThat(client.ask(garbage).get("error")).as(garbage).asString().isNotEmpty().doesNotContain("\tat ");
            }
            assertThat(client.ask("{\"op\":\"" + "x".repeat(TestbedServer.MAX_LINE_BYTES) + "\"}").get("error")).asString()
                .startsWith("the request is longer than");
            assertThat(client.ask("{\"op\":\"open\",\"program\":\"tcp-flextoe\",\"id\":\"a7\"}")).containsEntry("id", "a7")
                .doesNotContainKey("error");
        }
    }

    @Test
    void clientsHaveStacksOfTheirOwnAndThereIsALimit() throws IOException {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < TestbedServer.MAX_CLIENTS; i++) {
            clients.add(new Client());
            assertThat(clients.get(i).ask("{\"op\":\"run\",\"ns\":1}").get("error")).asString().startsWith("there is no stack");
        }
        clients.getFirst().ask("{\"op\":\"open\",\"program\":\"tcp-flextoe\",\"start_ns\":5}");
        assertThat(clients.getLast().ask("{\"op\":\"frames\"}").get("error")).asString().startsWith("there is no stack");
        try (Client tooMany = new Client()) {
            assertThat(tooMany.answers.readLine()).contains("there are 16 clients");
        }
        for (Client client : clients) {
            client.close();
        }
    }

    @Test
    void aPlaceThatIsTakenIsRefused() throws IOException, InterruptedException {
        Process second = launch();
        assertThat(second.inputReader().readLine()).isEqualTo("millrace: " + socket + " is in use: choose another path");
        assertThat(second.waitFor()).isEqualTo(1);
        assertThat(Files.exists(socket)).isTrue();
    }
}

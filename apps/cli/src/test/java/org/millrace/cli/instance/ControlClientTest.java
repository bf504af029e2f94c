package org.millrace.cli.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.cli.tool.ToolException;

/** Against an instance that answers what it is told to. */
@Timeout(30)
class ControlClientTest {
    private static final long PATIENCE_NS = 2_000_000_000L;

    @TempDir
    Path directory;

    /** Answers one connection, without waiting for its request. */
    private Thread answer(String answer) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(directory.resolve("control")));
        return Thread.ofPlatform().start(() -> {
            try (listener; SocketChannel channel = listener.accept()) {
                channel.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private Map<String, Object> ask() throws ToolException {
        return ControlClient.ask(InstanceFiles.of(directory.toString()), Map.of("op", "status"));
    }

    @Test
    void resultIsReadEvenIfTheOtherSideHasHungUpBeforeTheRequest() throws Exception {
        Thread server = answer("{\"result\":{\"state\":\"ready\"}}\n");
        assertThat(ask()).isEqualTo(Map.of("state", "ready"));
        server.join();
    }

    @Test
    void errorIsOneLineWithEveryReason() throws Exception {
        answer("{\"error\":{\"fault\":\"refused\",\"message\":\"no\",\"reasons\":[\"a\",\"b\"]}}\n");
        assertThatThrownBy(this::ask).isInstanceOf(ToolException.class).hasMessage("no: a; b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{\"resu", "nonsense"})
    void answerThatIsCutIsSaidToBe(String answer) throws Exception {
        answer(answer);
        assertThatThrownBy(this::ask).isInstanceOf(ToolException.class).hasMessageContaining("it has hung up");
    }

    @Test
    void answerThatIsNoJsonIsOneLine() throws Exception {
        answer("nonsense\n");
        assertThatThrownBy(this::ask).isInstanceOf(ToolException.class).hasMessageContaining("does not answer: ")
            .hasMessageNotContaining("\n");
    }

    /** Says so often that it goes on that it is never silent for as long as the client would bear. */
    @Test
    void whoSaysThatItGoesOnIsWaitedFor() throws Exception {
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(directory.resolve("control")));
        Thread server = Thread.ofPlatform().start(() -> {
            try (listener; SocketChannel channel = listener.accept()) {
                long beginNs = System.nanoTime();
                while (System.nanoTime() - beginNs < 2 * PATIENCE_NS) {
                    channel.write(ByteBuffer.wrap(new byte[] {' '}));
                    LockSupport.parkNanos(PATIENCE_NS / 1000);
                }
                channel.write(ByteBuffer.wrap("{\"result\":{\"state\":\"ready\"}}\n".getBytes(StandardCharsets.UTF_8)));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(askPatiently()).isEqualTo(Map.of("state", "ready"));
        server.join();
    }

    @Test
    void whoSaysNothingIsGivenUp() throws Exception {
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(directory.resolve("control")));
            assertThatThrownBy(this::askPatiently).isInstanceOf(ToolException.class).hasMessageContaining("has not answered for 2 s");
        }
    }

    private Map<String, Object> askPatiently() throws ToolException {
        return ControlClient.ask(InstanceFiles.of(directory.toString()), Map.of("op", "swap"), PATIENCE_NS, 0);
    }

    @Test
    void instanceWithoutASocketDoesNotRun() {
        assertThatThrownBy(this::ask).isInstanceOfSatisfying(ToolException.class, e -> assertThat(e.isDown()).isTrue())
            .hasMessageContaining("does not run");
    }
}

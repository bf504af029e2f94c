package org.millrace.runtime.pipelined;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.context.ContextSize;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.port.Port;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.ports.MemoryPort;
import org.millrace.runtime.GivenPort;
import org.millrace.runtime.Instance;
import org.millrace.runtime.config.ConfigException;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.runtime.path.HoldingBackend;
import org.millrace.runtime.swap.SwapRequest;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.testkit.Eventually;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;

/** Instances whose stages have lanes, on threads: a stream's bytes, swaps under it, and what is refused. */
@Timeout(60)
class PipelinedInstanceTest {
    private static final ContextSize SIZE = new ContextSize(4, 256 << 10, 256 << 10, 256);
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(40);
    private static final InetSocketAddress SERVER = new InetSocketAddress("10.0.0.1", 80);
    private static final long BYTES = 4 << 20;

    private final MemoryPort[] wire = MemoryPort.pair(Map.of());
    private final List<AutoCloseable> open = new ArrayList<>();
    private final ByteBuffer buffer = ByteBuffer.allocate(128 << 10);
    private Instance server;
    private Toe serving;
    private Toe calling;
    private StreamSocket caller;
    private StreamSocket called;
    private long sent;
    private long received;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
        Eventually.holds(() -> lanes() == 0, PipelinedInstanceTest::lanes);
    }

    private static long lanes() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("millrace-lane-")).count();
    }

    private static InstanceConfig config(String address, String pipeline) {
        return GivenPort.config(address, pipeline == null ? Map.of("swap-rehearsal-ms", "0")
            : Map.of("swap-rehearsal-ms", "0", "pipeline", pipeline));
    }

    private Instance start(InstanceConfig config, HardwareBackend hardware, Port port) {
        Instance instance = Instance.start(config, List.of(hardware), List.of(new FlexToeFactory()), List.of(new GivenPort(port)));
        open.add(instance);
        return instance;
    }

    private void connect(String pipeline) throws IOException {
        server = start(config("10.0.0.1", pipeline), new BluefieldBackend(), wire[0]);
        Instance client = start(config("10.0.0.2", pipeline), new BluefieldBackend(), wire[1]);
        serving = Toe.open(server, SIZE);
        open.add(serving);
        calling = Toe.open(client, SIZE);
        open.add(calling);
        ListenSocket listener = serving.listen(SERVER, 1);
        assertThat(serving.await(listener::isListening, PATIENCE_NS)).isTrue();
        caller = calling.connect(SERVER);
        assertThat(calling.await(caller::isConnected, PATIENCE_NS)).isTrue();
        assertThat(serving.await(listener::isAcceptable, PATIENCE_NS)).isTrue();
        called = listener.accept();
    }

    /** Streams until so many further bytes have arrived: each is its position's. */
    private void stream(long bytes) {
        long until = received + bytes;
        pump(() -> received >= until);
    }

    private void pump(BooleanSupplier isOver) {
        long limitNs = System.nanoTime() + PATIENCE_NS;
        try {
            while (!isOver.getAsBoolean()) {
                assertThat(System.nanoTime()).as("received %d of %d", received, sent).isLessThan(limitNs);
                buffer.clear().limit(Math.min(buffer.capacity(), caller.writable()));
                for (long at = sent; buffer.hasRemaining(); at++) {
                    buffer.put((byte) (at * 31 + (at >> 8)));
                }
                sent += caller.write(buffer.flip());
                calling.flush();
                calling.poll(0);
                serving.poll(0);
                buffer.clear();
                called.read(buffer);
                for (buffer.flip(); buffer.hasRemaining(); received++) {
                    if (buffer.get() != (byte) (received * 31 + (received >> 8))) {
                        throw new AssertionError("byte " + received + " is not as it was sent");
                    }
                }
                serving.flush();
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"dma", "pre*2/protocol*2/post/dma*2"})
    void aStreamArrivesAsItWasSent(String pipeline) throws IOException {
        connect(pipeline);
        stream(BYTES);
        assertThat(server.status().transferFaults()).isZero();
        Map<String, Long> named = server.status().transports().getFirst().named();
        assertThat(named).containsKey("payload bytes moved by lanes");
        assertThat(named.getOrDefault("items on lanes of protocol", 0L) > 0).isEqualTo(pipeline.contains("protocol"));
    }

    @Test
    void aSwapTakesAwayLanesAndGivesThemBack() throws Exception {
        connect("pre/dma");
        stream(BYTES / 4);
        for (int i = 0; i < 2; i++) {
            server.swap(SwapRequest.KEEP.hardware(new BluefieldBackend()));
            stream(BYTES / 4);
            Eventually.holds(() -> lanes() == 1, PipelinedInstanceTest::lanes); // the peer's for acknowledgements
            server.swap(SwapRequest.KEEP.hardware(server.arranged(new BluefieldBackend())));
            stream(BYTES / 4);
            Eventually.holds(() -> lanes() == 3, PipelinedInstanceTest::lanes);
        }
    }

    @Test
    void whatCannotBeIsSaidInOneLine() {
        assertThatThrownBy(() -> start(config("10.0.0.1", "dma*99"), new BluefieldBackend(), wire[0]))
            .isInstanceOf(ConfigException.class).hasMessageStartingWith("pipeline is 'dma*99': allowed is pre, protocol, post and dma");
        assertThatThrownBy(() -> config("10.0.0.1", " ")).isInstanceOf(ConfigException.class).hasMessageStartingWith("pipeline is ' '");
        HardwareBackend other = new HoldingBackend();
        assertThatThrownBy(() -> config("10.0.0.1", "dma").arranged(other)).isInstanceOf(ConfigException.class)
            .hasMessage("pipeline is 'dma': hw-holding puts stages where its machine has them; hw-bluefield has lanes to choose");
        open.add(wire[0]);
        open.add(wire[1]);
    }
}

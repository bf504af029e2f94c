package org.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextSize;
import org.millrace.api.context.LimitException;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.FitReport;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.hardware.HostServices;
import org.millrace.api.hardware.Outlet;
import org.millrace.api.hardware.Pipeline;
import org.millrace.api.pipeline.Externs;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.port.Port;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.ports.MemoryPort;
import org.millrace.runtime.config.ConfigException;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.runtime.datagram.DatagramTransport;
import org.millrace.runtime.swap.SwapException;
import org.millrace.runtime.swap.SwapRequest;
import org.millrace.testkit.Eventually;
import org.millrace.toe.MessageSocket;
import org.millrace.toe.Toe;

/** Instances on their own threads and the real clock. */
@Timeout(120)
class InstanceTest {
    private static final ContextSize SIZE = new ContextSize(4, 16384, 16384, 64);
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(20);

    private final MemoryPort[] wire = MemoryPort.pair(Map.of());
    private final Instance a = start(wire[0], "10.0.0.1/24", Map.of());
    private final Instance b = start(wire[1], "10.0.0.2/24", Map.of("spin-us", "50"));

    @AfterEach
    void close() {
        a.close();
        b.close();
    }

    private static Instance start(Port port, String address, Map<String, String> more) {
        return start(new BluefieldBackend(), port, address, more);
    }

    private static Instance start(HardwareBackend hardware, Port port, String address, Map<String, String> more) {
        Map<String, String> map = new TreeMap<>(Map.of("hardware", hardware.name(), "transports", "datagram", "port",
            "test", "address", address, "contexts", "2"));
        map.putAll(more);
        return Instance.start(InstanceConfig.parse(map), List.of(hardware), List.of(new DatagramTransport()),
            List.of(new GivenPort(port)));
    }

    @Test
    void messagesPassBetweenThreadsThatSleepAndThatSpin() throws IOException {
        try (Toe toeA = Toe.open(a, SIZE); Toe toeB = Toe.open(b, SIZE)) {
            InetSocketAddress there = new InetSocketAddress("10.0.0.2", 7);
            MessageSocket client = toeA.bind(new InetSocketAddress("10.0.0.1", 5000), null);
            MessageSocket server = toeB.bind(there, null);
            assertThat(toeA.await(client::isBound, PATIENCE_NS)).isTrue();
            assertThat(toeB.await(server::isBound, PATIENCE_NS)).isTrue();
            toeB.spin(50_000);
            resolve(toeA, toeB, client, server, there);
            for (int i = 0; i < 200; i++) {
                client.send(ByteBuffer.allocate(4).putInt(0, i), there);
                toeA.flush();
                ByteBuffer message = ByteBuffer.allocate(4);
                InetSocketAddress from = null;
                while (message.hasRemaining()) { // those that were to find the neighbour may come late
                    assertThat(toeB.await(() -> server.nextLength() >= 0, PATIENCE_NS)).isTrue();
                    from = server.receive(message.clear());
                }
                assertThat(message.getInt(0)).isEqualTo(i);
                server.send(message.flip(), from);
                toeB.flush();
                assertThat(toeA.await(() -> client.nextLength() >= 0, PATIENCE_NS)).isTrue();
                client.receive(ByteBuffer.allocate(4));
            }
            assertThat(a.status().connections()).hasSize(1);
        }
        assertThat(a.status().contexts()).isZero();
        assertThat(a.status().contextConnections()).isZero();
    }

    /** The first messages are lost while the neighbour is unknown. */
    private static void resolve(Toe toeA, Toe toeB, MessageSocket client, MessageSocket server, InetSocketAddress there)
            throws IOException {
        Eventually.holds(() -> {
            client.send(ByteBuffer.allocate(1), there);
            toeA.flush();
            return toeB.await(() -> server.nextLength() >= 0, TimeUnit.MILLISECONDS.toNanos(5));
        }, () -> "no message has come through");
    }

    @Test
    void contextLimitIsNamed() {
        ContextGrant first = a.open(SIZE);
        a.open(SIZE);
        assertThatThrownBy(() -> a.open(SIZE)).isInstanceOf(LimitException.class)
            .hasMessage("all users have 2 contexts, 1 more are asked for, and contexts allows 2: close contexts, ask for "
                + "smaller ones, or raise it");
        first.close();
        a.open(SIZE).close();
    }

    @Test
    void closingTheInstanceWakesItsApplications() {
        Toe toe = Toe.open(a, SIZE);
        a.close();
        assertThat(toe.await(() -> false, PATIENCE_NS)).isFalse();
        assertThat(toe.isOpen()).isFalse();
        toe.close();
        assertThatThrownBy(() -> a.open(SIZE)).isInstanceOf(IllegalStateException.class).hasMessage("millrace is closed");
        assertThat(a.ended()).isEqualTo("millrace is closed");
    }

    @Test
    void failureInTheDataPathTellsApplicationsAndWhoeverAsks() {
        MemoryPort[] other = MemoryPort.pair(Map.of());
        Instance broken = start(new BrokenBackend(), other[0], "10.0.0.3/24", Map.of());
        Toe toe = Toe.open(broken, SIZE);
        MessageSocket socket = toe.bind(new InetSocketAddress("10.0.0.3", 7), null);
        assertThat(toe.await(socket::isBound, PATIENCE_NS)).isTrue();
        assertThatThrownBy(() -> {
            socket.send(ByteBuffer.allocate(1), new InetSocketAddress("10.0.0.4", 7));
            toe.await(() -> !toe.isOpen(), PATIENCE_NS);
            socket.send(ByteBuffer.allocate(1), new InetSocketAddress("10.0.0.4", 7));
        }).isInstanceOf(IOException.class);
        assertThatThrownBy(broken::status).hasMessageContaining("millrace has failed: java.lang.IllegalStateException: boom");
        toe.close();
        broken.close();
        other[1].close();
    }

    @Test
    void failureIsToldWhoeverWantsToKnowNowOrLater() throws Exception {
        MemoryPort[] other = MemoryPort.pair(Map.of());
        Instance broken = start(new BrokenBackend(), other[0], "10.0.0.3/24", Map.of());
        CompletableFuture<String> now = new CompletableFuture<>();
        broken.onFailure(now::complete);
        Toe toe = Toe.open(broken, SIZE);
        MessageSocket socket = toe.bind(new InetSocketAddress("10.0.0.3", 7), null);
        assertThat(toe.await(socket::isBound, PATIENCE_NS)).isTrue();
        socket.send(ByteBuffer.allocate(1), new InetSocketAddress("10.0.0.4", 7));
        toe.await(() -> !toe.isOpen(), PATIENCE_NS);
        assertThat(now.get(PATIENCE_NS, TimeUnit.NANOSECONDS)).contains("millrace has failed").contains("boom");
        CompletableFuture<String> later = new CompletableFuture<>();
        broken.onFailure(later::complete);
        assertThat(later).isCompletedWithValueMatching(reason -> reason.contains("boom"));
        toe.close();
        broken.close();
        other[1].close();
    }

    @Test
    void commandThatThrowsFailsItsCallerAndNothingElse() {
        assertThatThrownBy(() -> a.capture(nowNs -> {
            throw new AssertionError("boom");
        })).isInstanceOf(IllegalStateException.class).hasMessageContaining("could not answer").hasMessageContaining("boom");
        assertThatThrownBy(() -> a.capture(nowNs -> {
            throw new NullPointerException("nothing there");
        })).isInstanceOf(NullPointerException.class);
        assertThat(a.ended()).isNull();
        assertThat(a.status().contexts()).isZero();
    }

    @Test
    void contextThatTheDataPathEndsUnderIsGivenBack() throws Exception {
        long before = descriptors();
        for (int i = 0; i < 8; i++) {
            MemoryPort[] other = MemoryPort.pair(Map.of());
            Instance ending = start(new BluefieldBackend(), other[0], "10.0.0.3/24", Map.of());
            Thread closer = Thread.ofPlatform().start(ending::close);
            assertThatThrownBy(() -> {
                long endNs = System.nanoTime() + PATIENCE_NS;
                while (System.nanoTime() < endNs) {
                    ending.open(SIZE).close();
                }
            }).isInstanceOf(IllegalStateException.class).hasMessage("millrace is closed");
            assertThat(closer.join(Duration.ofNanos(PATIENCE_NS))).as("closed in time").isTrue();
            other[1].close();
        }
        assertThat(descriptors() - before).isLessThan(8);
    }

    private static long descriptors() throws IOException {
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    /** Its pipelines fail with the first item that is not the application's bind. */
    private static final class BrokenBackend implements HardwareBackend {
        private final HardwareBackend sound = new BluefieldBackend();

        @Override
        public String name() {
            return "broken";
        }

        @Override
        public Externs externs(HostServices runtime, Capacity capacity) {
            return sound.externs(runtime, capacity);
        }

        @Override
        public FitReport admit(Program<?> program, Capacity capacity) {
            return sound.admit(program, capacity);
        }

        @Override
        public <M extends SegmentMeta> Pipeline<M> load(Program<M> program, Capacity capacity, Outlet<M> runtime) {
            return sound.load(program, capacity, new Outlet<>() {
                @Override
                public void drop(M meta, int reason) {
                    throw new IllegalStateException("boom");
                }

                @Override
                public void control(M meta, int reason, long nowNs) {
                    throw new IllegalStateException("boom");
                }

                @Override
                public void emit(M meta, long nowNs) {
                    throw new IllegalStateException("boom");
                }

                @Override
                public void done(M meta) {
                    throw new IllegalStateException("boom");
                }

                @Override
                public void digest(M meta, long nowNs) {
                    throw new IllegalStateException("boom");
                }
            });
        }
    }

    @Test
    void instanceThatIsAboutToEndPreparesNoSwap() {
        a.end();
        assertThatThrownBy(() -> a.swap(SwapRequest.KEEP.hardware(new BluefieldBackend()))).isInstanceOf(SwapException.class)
            .hasMessage(a.name() + " is ending");
    }

    @Test
    void captureHoldsTheFrames(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("frames.pcapng");
        MemoryPort[] other = MemoryPort.pair(Map.of());
        Instance captured = start(other[0], "10.0.0.3/24", Map.of("capture", file.toString()));
        try (Toe toe = Toe.open(captured, SIZE)) {
            MessageSocket socket = toe.bind(new InetSocketAddress("10.0.0.3", 7), null);
            assertThat(toe.await(socket::isBound, PATIENCE_NS)).isTrue();
            socket.send(ByteBuffer.allocate(1), new InetSocketAddress("10.0.0.4", 7));
            toe.flush();
            Eventually.holds(() -> captured.status().network().getOrDefault("arp request sent", 0L) > 0,
                () -> "no ARP request: " + captured.status());
        }
        captured.close();
        other[1].close();
        long frames = Files.size(file) - (28 + 32 + 12); // headers, name
        assertThat(frames).isPositive();
        assertThat(frames % (32 + 44 + 12)).as("ARP requests of 42 bytes, their way: it asks again each second").isZero();
    }

    @Test
    void unknownNamesAreRefusedWithWhatThereIs() {
        InstanceConfig config = InstanceConfig.parse(Map.of("hardware", "hw-x", "transports", "datagram", "port",
            "test", "address", "10.0.0.1/24"));
        assertThatThrownBy(() -> Instance.start(config, List.of(new BluefieldBackend()), List.of(), List.of()))
            .isInstanceOf(ConfigException.class).hasMessage("hardware is 'hw-x', allowed is one of hw-bluefield");
    }
}

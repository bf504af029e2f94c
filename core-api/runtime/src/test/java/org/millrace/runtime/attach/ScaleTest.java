package org.millrace.runtime.attach;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextSize;
import org.millrace.api.context.Status;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.port.Port;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.net.Route;
import org.millrace.ports.MemoryPort;
import org.millrace.runtime.config.DataPathConfig;
import org.millrace.runtime.path.DataPath;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.toe.Endpoint;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Prefix;

/** 256 contexts with 32 K connections at once, on virtual time; what they cost, and what comes back when they are idle. */
@Timeout(100)
class ScaleTest {
    private static final int CONTEXTS = 256;
    private static final int STREAMS = 128; // in each context
    private static final int BYTES = 4096;
    private static final ContextSize SIZE = new ContextSize(STREAMS, 65536, 65536, 256);
    private static final ContextSize CLIENT = new ContextSize(CONTEXTS * STREAMS, 4096, 4096, 65536);
    private static final long STEP_NS = 20_000;

    private final MemoryPort[] wire = MemoryPort.pair(Map.of());
    private final DataPath server = path(wire[0], "10.0.0.1");
    private final DataPath client = path(wire[1], "10.0.0.2");
    private final List<Toe> toes = new ArrayList<>();
    private final List<ListenSocket> listeners = new ArrayList<>();
    private final List<StreamSocket> accepted = new ArrayList<>();
    private final List<StreamSocket> connected = new ArrayList<>();
    private long nowNs;

    private static DataPath path(Port port, String address) {
        return new DataPath(new DataPathConfig(address, new BluefieldBackend(),
            List.of(new DataPathConfig.TransportChoice(new FlexToeFactory(), Map.of())), port,
            List.of(Ipv4Address.parse(address)),
            List.of(Route.onLink(Ipv4Prefix.parse("10.0.0.0/24"), port.info().mtuBytes())),
            new Capacity(CONTEXTS * STREAMS + 16, CONTEXTS), new Random(1)));
    }

    @Test
    void idleConnectionsCostLittleAndGiveTheirPagesBack() throws IOException {
        long mappings = lines("/proc/self/maps");
        for (int i = 0; i < CONTEXTS; i++) {
            ContextGrant grant = server.grant(SIZE);
            Toe toe = Toe.open(grant);
            toes.add(toe);
            listeners.add(toe.listen(new InetSocketAddress("10.0.0.1", 1000 + i), STREAMS));
            toe.flush();
        }
        assertThat(lines("/proc/self/maps") - mappings).isLessThan(CONTEXTS + 100L); // one each; others of this JVM come and go
        Toe toe = Toe.open(client.grant(CLIENT));
        for (int i = 0; i < CONTEXTS * STREAMS; i++) {
            connected.add(toe.connect(new InetSocketAddress("10.0.0.1", 1000 + i % CONTEXTS)));
            if (i == 0 || i % 512 == 511) { // the first one finds the neighbour
                for (int round = 0; round < 400 && accepted.size() <= i; round++) {
                    run(toe, 1);
                }
                assertThat(accepted.size()).isEqualTo(i + 1);
            }
        }
        assertThat(connected.stream().map(StreamSocket::status).distinct()).containsExactly(Status.OK);
        assertThat(accepted.size()).isEqualTo(CONTEXTS * STREAMS);
        long idle = memory();
        exchange(toe);
        long used = memory();
        for (int lap = 0; lap < 2; lap++) { // first they are seen to be idle, then still to be
            nowNs += 6_000_000_000L;
            for (int i = 0; i < 1200; i++) {
                nowNs += 1_000_000;
                run(toe, 1);
            }
        }
        long returned = memory();
        System.out.printf("%d connections in %d contexts: shared memory each %d B idle, %d B used, %d B idle again%n",
            accepted.size(), CONTEXTS, idle / accepted.size(), used / accepted.size(), returned / accepted.size());
        assertThat(used - idle).isGreaterThan(accepted.size() * 3L * BYTES); // a page of each ring, at either end
        assertThat(returned - idle).isLessThan((used - idle) / 20);
        assertThat(rounds(10_000_000_000L)).isLessThan(5);
        exchange(toe); // the pages come back, and what is in them is right
    }

    /** {@return how often data paths that sleep until their next deadline wake up in a time} */
    private int rounds(long ns) {
        int rounds = 0;
        for (long endNs = nowNs + ns; nowNs < endNs; rounds++) {
            nowNs = Math.max(nowNs + 1, Math.min(server.poll(nowNs), client.poll(nowNs)));
        }
        System.out.printf("%d rounds of both data paths in %d idle seconds%n", rounds, ns / 1_000_000_000L);
        return rounds;
    }

    /** A few KB each way on every connection. */
    private void exchange(Toe toe) throws IOException {
        ByteBuffer in = ByteBuffer.allocate(2 * BYTES);
        byte[] out = new byte[BYTES];
        new Random(2).nextBytes(out);
        for (int from = 0; from < connected.size(); from += 1024) {
            List<StreamSocket> some = connected.subList(from, from + 1024);
            for (StreamSocket stream : some) {
                assertThat(stream.write(ByteBuffer.wrap(out))).isEqualTo(BYTES);
            }
            for (int i = 0; i < 400 && some.stream().anyMatch(s -> s.readable() < BYTES); i++) {
                run(toe, 1);
            }
            for (StreamSocket stream : some) {
                assertThat(stream.read(in.clear())).isEqualTo(BYTES);
                assertThat(in.flip()).isEqualTo(ByteBuffer.wrap(out));
            }
        }
        run(toe, 20);
    }

    private void run(Toe toe, int rounds) throws IOException {
        for (int i = 0; i < rounds; i++) {
            nowNs += STEP_NS;
            server.poll(nowNs);
            client.poll(nowNs);
            toe.poll(0);
            while (toe.nextReady() != null) {
                continue;
            }
            for (Toe each : toes) {
                if (each.poll(0) > 0) {
                    serve(each);
                }
            }
        }
    }

    private void serve(Toe toe) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(2 * BYTES);
        for (Endpoint ready = toe.nextReady(); ready != null; ready = toe.nextReady()) {
            if (ready instanceof ListenSocket listener) {
                for (StreamSocket stream = listener.accept(); stream != null; stream = listener.accept()) {
                    accepted.add(stream);
                }
            } else if (ready instanceof StreamSocket stream && stream.readable() > 0) {
                stream.read(bytes.clear());
                stream.write(bytes.flip());
            }
        }
    }

    /** {@return bytes of shared memory that this process has touched} */
    private static long memory() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("RssShmem:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10).findFirst().orElseThrow();
        }
    }

    private static long lines(String file) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of(file))) {
            return lines.count();
        }
    }
}

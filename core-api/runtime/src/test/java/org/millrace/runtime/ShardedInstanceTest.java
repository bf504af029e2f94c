package org.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextSize;
import org.millrace.api.port.Port;
import org.millrace.api.port.PortFactory;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.ports.MemoryPort;
import org.millrace.runtime.config.ConfigChange;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.runtime.swap.SwapReport;
import org.millrace.runtime.swap.SwapRequest;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.testkit.Eventually;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;

/** Instances of several data paths on their own threads, behind a wire of one queue; an application that knows of each. */
@Timeout(600)
class ShardedInstanceTest {
    private static final ContextSize SIZE = new ContextSize(1024, 16384, 16384, 4096);
    private static final int STREAMS = Integer.getInteger("millrace.streams", 40);
    private static final int CHANGES = Integer.getInteger("millrace.changes", 20);
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(20);
    private static final String SERVER = "10.0.0.1";

    private final MemoryPort[] wire = MemoryPort.pair(Map.of());
    private final Instance server = start(wire[0], SERVER, 3);
    private final Instance client = start(wire[1], "10.0.0.2", 2);
    private final ContextGrant serverGrant = server.open(SIZE);
    private final ContextGrant clientGrant = client.open(SIZE);
    private final List<Toe> servers = toes(serverGrant);
    private final List<Toe> clients = toes(clientGrant);
    private final List<ListenSocket> listeners = new ArrayList<>();
    private final List<List<StreamSocket>> accepted = new ArrayList<>();
    private final ByteBuffer bytes = ByteBuffer.allocate(4096);

    @AfterEach
    void close() {
        serverGrant.close();
        clientGrant.close();
        server.close();
        client.close();
    }

    private static InstanceConfig config(String address, Map<String, String> more) {
        Map<String, String> map = new TreeMap<>(Map.of("hardware", "hw-bluefield", "transports", "tcp-flextoe", "port", "test",
            "address", address + "/24", "swap-rehearsal-ms", "100", "instance", address));
        map.putAll(more);
        return InstanceConfig.parse(map);
    }

    private static Instance start(Port port, String address, int shards) {
        return Instance.start(config(address, Map.of("shards", Integer.toString(shards))), List.of(new BluefieldBackend()), List.of(new FlexToeFactory()),
            List.of(new PortFactory() {
                @Override
                public String kind() {
                    return "test";
                }

                @Override
                public Port open(Map<String, String> options) {
                    return port;
                }
            }));
    }

    /** One for each shard. */
    private static List<Toe> toes(ContextGrant grant) {
        return grant.shards().stream().map(Lone::new).map(Toe::open).toList();
    }

    /** Closes nothing: the grant of all does. */
    private record Lone(ContextGrant shard) implements ContextGrant {
        @Override
        public String instance() {
            return shard.instance();
        }

        @Override
        public MemorySegment region() {
            return shard.region();
        }

        @Override
        public List<String> transports() {
            return shard.transports();
        }

        @Override
        public void ring() {
            shard.ring();
        }

        @Override
        public boolean isOpen() {
            return shard.isOpen();
        }

        @Override
        public void close() {
        }
    }

    private void listen() {
        for (Toe toe : servers) {
            ListenSocket listener = toe.listen(new InetSocketAddress(SERVER, 80), STREAMS);
            assertThat(toe.await(listener::isListening, PATIENCE_NS)).isTrue();
            listeners.add(listener);
            accepted.add(new ArrayList<>());
        }
    }

    /** Echoes what has come. */
    private void serve() {
        try {
            for (int i = 0; i < servers.size(); i++) {
                servers.get(i).poll(0);
                while (listeners.get(i).isAcceptable()) {
                    accepted.get(i).add(listeners.get(i).accept());
                }
                for (StreamSocket stream : accepted.get(i)) {
                    while (stream.read(bytes.clear()) > 0) {
                        assertThat(stream.write(bytes.flip())).isEqualTo(bytes.limit());
                    }
                }
                servers.get(i).flush();
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void until(Toe toe, Condition condition) {
        Eventually.holds(() -> {
            serve();
            toe.poll(0);
            return condition.holds();
        }, () -> "it does not come to that");
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static ByteBuffer noise(int seed) {
        ByteBuffer bytes = ByteBuffer.allocate(3000);
        IntStream.range(0, bytes.capacity()).forEach(i -> bytes.put(i, (byte) (seed * 31 + i)));
        return bytes;
    }

    private void echo(StreamSocket stream, Toe toe, int seed) throws IOException {
        assertThat(stream.write(noise(seed))).isEqualTo(3000);
        toe.flush();
        hear(stream, toe, seed);
    }

    private void hear(StreamSocket stream, Toe toe, int seed) {
        ByteBuffer answer = ByteBuffer.allocate(3000);
        until(toe, () -> stream.read(answer) >= 0 && !answer.hasRemaining());
        assertThat(answer.flip()).isEqualTo(noise(seed));
    }

    private List<StreamSocket> connect() throws IOException {
        List<StreamSocket> streams = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            Toe toe = clients.get(i % clients.size());
            StreamSocket stream = toe.connect(new InetSocketAddress(SERVER, 80));
            until(toe, stream::isConnected);
            streams.add(stream);
            echo(stream, toe, i);
        }
        return streams;
    }

    @Test
    void streamsLiveOnEveryShardAndSwapsRollOverAll() throws Exception {
        listen();
        List<StreamSocket> streams = connect();
        assertThat(accepted).allSatisfy(there -> assertThat(there).hasSizeGreaterThan(STREAMS / 12));
        SwapReport report = server.swap(SwapRequest.KEEP.transport(0, server.running().transports().getFirst()));
        assertThat(report.connections()).isEqualTo(STREAMS);
        for (int i = 0; i < STREAMS; i++) {
            echo(streams.get(i), clients.get(i % clients.size()), 100 + i);
        }
    }

    @Test
    void portsThatAreAskedForBelongToOneShard() throws IOException {
        listen();
        int here = 0;
        for (int port = 3000; port < 3010; port++) {
            InetSocketAddress local = new InetSocketAddress("10.0.0.2", port);
            int takers = 0;
            for (Toe toe : clients) {
                StreamSocket stream = toe.connect(new InetSocketAddress(SERVER, 80), local, null);
                until(toe, () -> !stream.isConnecting());
                if (stream.isConnected()) {
                    takers++;
                    here += toe == clients.getFirst() ? 1 : 0;
                    echo(stream, toe, port);
                } else {
                    assertThatThrownBy(stream::finishConnect).isInstanceOf(BindException.class);
                }
            }
            assertThat(takers).as("shards that port %d comes home to", port).isEqualTo(1);
        }
        System.out.println(here + " of 10 ports came home to shard 0"); // keys are random: any share is right
    }

    @Test
    void threadsThatRunTheShardsChangeUnderStreams() throws Exception {
        listen();
        List<StreamSocket> streams = connect();
        InstanceConfig config = server.config();
        for (int change = 0; change < CHANGES; change++) {
            InstanceConfig other = config(SERVER, change % 3 == 2 ? Map.of("shards", "3")
                : Map.of("shards", "3", "cores", change % 3 == 0 ? "1" : "2"));
            assertThat(new ConfigChange(config, other).refusals()).isEmpty();
            for (int i = 0; i < STREAMS; i++) {
                assertThat(streams.get(i).write(noise(change + i))).isEqualTo(3000);
            }
            clients.forEach(Toe::flush);
            server.apply(new ConfigChange(config, other)); // while all of it is on its way
            config = other;
            for (int i = 0; i < STREAMS; i++) {
                hear(streams.get(i), clients.get(i % clients.size()), change + i);
            }
        }
    }
}

package org.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextSize;
import org.millrace.api.port.Port;
import org.millrace.ports.MemoryPort;
import org.millrace.runtime.config.ConfigChange;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.runtime.swap.SwapReport;
import org.millrace.runtime.swap.SwapRequest;
import org.millrace.testkit.Eventually;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;

/** Instances of several data paths on their own threads, behind a wire of one queue. */
@Timeout(600)
class ShardedInstanceTest {
    private static final ContextSize SIZE = new ContextSize(1024, 16384, 16384, 4096);
    private static final int STREAMS = Integer.getInteger("millrace.streams", 40);
    private static final int CHANGES = Integer.getInteger("millrace.changes", 20);
    private static final int TWO_CORES = Math.min(2, Runtime.getRuntime().availableProcessors());
    private static final String SERVER = "10.0.0.1";
    private static final InetSocketAddress SERVICE = new InetSocketAddress(SERVER, 80);

    private final MemoryPort[] wire = MemoryPort.pair(Map.of());
    private final Set<Thread> senders = ConcurrentHashMap.newKeySet();
    private final Instance far = GivenPort.start(watched(wire[0]), SERVER, Map.of("shards", "3", "swap-rehearsal-ms", "100"));
    private final Instance near = GivenPort.start(wire[1], "10.0.0.2", Map.of("shards", "2"));
    private final Toe server = Toe.open(far, SIZE);
    private final Toe client = Toe.open(near, SIZE);
    private final List<StreamSocket> accepted = new ArrayList<>();
    private final ByteBuffer bytes = ByteBuffer.allocate(4096);
    private ListenSocket listener;

    @BeforeEach
    void listen() {
        listener = server.listen(SERVICE, STREAMS);
        until(client, listener::isListening);
    }

    @AfterEach
    void close() {
        server.close();
        client.close();
        far.close();
        near.close();
    }

    /** {@return the port; notes which threads send through it, so which run a shard that has something to send} */
    private Port watched(Port port) {
        return (Port) Proxy.newProxyInstance(Port.class.getClassLoader(), new Class<?>[] {Port.class}, (proxy, method, arguments) -> {
            if (method.getName().equals("transmit")) {
                senders.add(Thread.currentThread());
            }
            return method.invoke(port, arguments);
        });
    }

    /** Echoes what has come. */
    private void serve() throws IOException {
        server.poll(0);
        while (listener.isAcceptable()) {
            accepted.add(listener.accept());
        }
        for (StreamSocket stream : accepted) {
            while (stream.isConnected() && stream.read(bytes.clear()) > 0) {
                assertThat(stream.write(bytes.flip())).isEqualTo(bytes.limit());
            }
        }
        server.flush();
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
            StreamSocket stream = client.connect(SERVICE);
            until(client, stream::isConnected);
            streams.add(stream);
            echo(stream, client, i);
        }
        return streams;
    }

    @Test
    void streamsLiveOnEveryShardAndSwapsRollOverAll() throws Exception {
        List<StreamSocket> streams = connect();
        for (int shard = 0; shard < server.shards(); shard++) {
            int one = shard;
            assertThat(accepted).filteredOn(stream -> stream.shard() == one).isNotEmpty(); // but once in 4 million times
        }
        SwapReport report = far.swap(SwapRequest.KEEP.transport(0, far.running().transports().getFirst()));
        assertThat(report.connections()).isEqualTo(STREAMS);
        for (int i = 0; i < STREAMS; i++) {
            echo(streams.get(i), client, 100 + i);
        }
    }

    /** One application has the context of the last shard only, the other one those of both. */
    @Test
    void portsThatAreAskedForBelongToOneShard() throws IOException {
        int there = 0;
        try (ContextGrant grant = near.open(SIZE); Toe last = Toe.open(grant.shards().getLast())) {
            assertThat(last.shards()).isEqualTo(1);
            for (int port = 3000; port < 3010; port++) {
                InetSocketAddress local = new InetSocketAddress("10.0.0.2", port);
                StreamSocket stream = last.connect(SERVICE, local, null);
                until(last, () -> !stream.isConnecting());
                if (stream.isConnected()) {
                    there++;
                    echo(stream, last, port);
                } else {
                    assertThatThrownBy(stream::finishConnect).isInstanceOf(BindException.class);
                    StreamSocket first = client.connect(SERVICE, local, null);
                    until(client, () -> !first.isConnecting());
                    assertThat(first.isConnected()).as("port %d", port).isTrue();
                    assertThat(first.shard()).isZero();
                    echo(first, client, port);
                }
            }
        }
        System.out.println(there + " of 10 ports came home to shard 1"); // keys are random: any share is right
    }

    @Test
    void threadsThatRunTheShardsChangeUnderStreams() throws Exception {
        List<StreamSocket> streams = connect();
        InstanceConfig config = far.config();
        for (int change = 0; change < CHANGES; change++) {
            Map<String, String> more = new TreeMap<>(Map.of("shards", "3", "swap-rehearsal-ms", "100"));
            if (change % 3 != 2) {
                more.put("cores", Integer.toString(change % 3 == 0 ? 1 : TWO_CORES));
            }
            InstanceConfig other = GivenPort.config(SERVER, more);
            assertThat(new ConfigChange(config, other).refusals()).isEmpty();
            for (int i = 0; i < STREAMS; i++) {
                assertThat(streams.get(i).write(noise(change + i))).isEqualTo(3000);
            }
            client.flush();
            far.apply(new ConfigChange(config, other), SwapRequest.KEEP); // while all of it is on its way
            config = other;
            for (int i = 0; i < STREAMS; i++) {
                hear(streams.get(i), client, change + i);
            }
            senders.clear();
            for (int i = 0; i < STREAMS; i++) {
                echo(streams.get(i), client, change - i);
            }
            assertThat(senders).as("threads after change %d", change).hasSize(change % 3 == 2 ? 3 : change % 3 == 0 ? 1 : TWO_CORES);
        }
    }
}

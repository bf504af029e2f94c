package org.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextSize;
import org.millrace.api.context.LimitException;
import org.millrace.api.context.Status;
import org.millrace.memory.ContextLayout;
import org.millrace.ports.MemoryPort;
import org.millrace.testkit.Eventually;
import org.millrace.toe.Endpoint;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;

/** Applications with one place to poll for all shards of their instances. */
@Timeout(60)
class ShardedContextTest {
    private static final ContextSize SIZE = new ContextSize(64, 16384, 16384, 256);
    private static final InetSocketAddress SERVER = new InetSocketAddress("10.0.0.1", 80);
    private static final int SHARDS = 3;
    /** Without one in each shard: 1 of 40,000,000 runs. */
    private static final int MOST_STREAMS = 48;

    private final MemoryPort[] wire = MemoryPort.pair(Map.of());
    private final Instance far = GivenPort.start(wire[0], "10.0.0.1", Map.of("shards", Integer.toString(SHARDS), "contexts", "4"));
    private final Instance near = GivenPort.start(wire[1], "10.0.0.2", Map.of("shards", "2", "contexts", "4"));
    private final Toe server = Toe.open(far, SIZE);
    private final Toe worker = Toe.open(far, SIZE);
    private final Toe client = Toe.open(near, SIZE);
    private final List<StreamSocket> accepted = new ArrayList<>();
    private ListenSocket listener;

    @AfterEach
    void close() {
        List.of(server, worker, client).forEach(Toe::close);
        near.close();
        far.close();
    }

    private void listen(InetSocketAddress local) {
        listener = server.listen(local, 64);
        until(() -> listener.isListening() || listener.status() != Status.OK);
        assertThat(listener.status()).isEqualTo(Status.OK);
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private void until(Condition condition) {
        Eventually.holds(() -> {
            serve(server);
            serve(worker);
            client.poll(0);
            return condition.holds();
        }, () -> "it does not come to that");
    }

    /** Accepts and echoes. */
    private void serve(Toe toe) throws IOException {
        toe.poll(0);
        ByteBuffer bytes = ByteBuffer.allocate(4096);
        for (Endpoint ready = toe.nextReady(); ready != null; ready = toe.nextReady()) {
            if (ready instanceof ListenSocket listening && listening.isListening()) {
                for (StreamSocket stream = listening.accept(); stream != null; stream = listening.accept()) {
                    accepted.add(stream);
                }
            } else if (ready instanceof StreamSocket stream && stream.isConnected() && !handedOver) {
                while (stream.read(bytes.clear()) > 0) {
                    stream.write(bytes.flip());
                }
            }
        }
        toe.flush();
    }

    /** Streams are read by those to whom they will be handed. */
    private boolean handedOver;

    private StreamSocket connect(InetSocketAddress local) {
        StreamSocket stream = client.connect(listener.localAddress(), local, null);
        until(() -> !stream.isConnecting());
        assertThat(stream.isConnected()).as("%s", stream.status()).isTrue();
        return stream;
    }

    private void echo(StreamSocket stream, int seed) throws IOException {
        byte[] bytes = new byte[3000];
        IntStream.range(0, bytes.length).forEach(i -> bytes[i] = (byte) (seed * 31 + i));
        assertThat(stream.write(ByteBuffer.wrap(bytes))).isEqualTo(bytes.length);
        ByteBuffer answer = ByteBuffer.allocate(bytes.length);
        until(() -> stream.read(answer) >= 0 && !answer.hasRemaining());
        assertThat(answer.array()).isEqualTo(bytes);
    }

    @Test
    void streamsOfAllShardsAreServedInOnePlace() throws IOException {
        listen(new InetSocketAddress("10.0.0.1", 0));
        List<StreamSocket> streams = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            streams.add(connect(null));
            echo(streams.getLast(), i);
        }
        assertThat(streams.stream().filter(stream -> stream.shard() == 0)).as("in turn").hasSize(12);
        while (accepted.stream().map(StreamSocket::shard).distinct().count() < SHARDS && streams.size() < MOST_STREAMS) {
            streams.add(connect(null)); // keys are random
        }
        assertThat(accepted).extracting(StreamSocket::shard).contains(0, 1, 2);
        client.affinity(1);
        assertThat(connect(null).shard()).isEqualTo(1);
    }

    @Test
    void namedPortsConnectWhicheverShardTheyAreOf() throws IOException {
        listen(SERVER);
        List<Integer> shards = new ArrayList<>();
        for (int port = 3000; port < 3020; port++) {
            StreamSocket stream = connect(new InetSocketAddress("10.0.0.2", port));
            assertThat(stream.localAddress().getPort()).isEqualTo(port);
            echo(stream, port);
            shards.add(stream.shard());
        }
        assertThat(shards).as("keys are random: 1 of 500,000 runs would have all in one").contains(0, 1);
    }

    @Test
    void streamsAreHandedToAnotherContextOfTheirShard() throws IOException {
        handedOver = true;
        listen(SERVER);
        for (int i = 0; i < 12; i++) {
            StreamSocket stream = connect(null);
            stream.write(ByteBuffer.wrap(new byte[] {(byte) i}));
            until(() -> !accepted.isEmpty());
            StreamSocket here = accepted.removeFirst();
            StreamSocket there = worker.expect();
            int shard = here.shard();
            here.handOver(there.berth());
            until(() -> there.isConnected() && there.readable() == 1);
            assertThat(there.shard()).isEqualTo(shard);
            there.write(ByteBuffer.wrap(new byte[] {(byte) -i}));
            ByteBuffer answer = ByteBuffer.allocate(1);
            until(() -> stream.read(answer) > 0);
            assertThat(answer.get(0)).isEqualTo((byte) -i);
        }
    }

    /** What ends a context in one shard, an impossible index of a ring say, ends it in all. */
    @Test
    void nonsenseInOneShardEndsTheContextInAll() {
        int contexts = far.status().contexts();
        ContextGrant hostile = far.open(SIZE);
        try (Toe toe = Toe.open(hostile)) {
            ListenSocket listening = toe.listen(SERVER, 1);
            until(() -> toe.poll(0) >= 0 && listening.isListening());
            MemorySegment memory = hostile.shards().get(2).region();
            memory.set(ValueLayout.JAVA_LONG, ContextLayout.attach(memory).requestRing(), 1L << 40);
            hostile.shards().get(2).ring();
            Eventually.holds(() -> toe.poll(0) >= 0 && !toe.isOpen(), () -> "the application does not hear of it");
            assertThat(listening.status()).isEqualTo(Status.ABORTED);
        }
        Eventually.holds(() -> far.status().contexts() == contexts, far::status);
        listen(SERVER);
    }

    @Test
    void contextCountsOnceHoweverManyShardsThereAre() {
        try (Toe third = Toe.open(far, SIZE); Toe fourth = Toe.open(far, SIZE)) {
            assertThat(List.of(third.shards(), fourth.shards())).containsOnly(SHARDS);
            assertThatThrownBy(() -> far.open(SIZE)).isInstanceOf(LimitException.class).hasMessageContaining("contexts allows 4");
        }
    }

    @Test
    void portIsOnesInAllShardsAndFreeInAllAfterwards() {
        ListenSocket alone = server.listenAlone(SERVER, 1);
        until(alone::isListening);
        ListenSocket refused = worker.listenAlone(SERVER, 1);
        until(() -> refused.status() != Status.OK);
        assertThat(refused.status()).isEqualTo(Status.ADDRESS_IN_USE);
        alone.close();
        Eventually.holds(() -> {
            ListenSocket again = worker.listenAlone(SERVER, 1);
            until(() -> again.isListening() || again.status() != Status.OK);
            return again.isListening();
        }, () -> "it is not free in all");
        listen(new InetSocketAddress("10.0.0.1", 81));
    }
}

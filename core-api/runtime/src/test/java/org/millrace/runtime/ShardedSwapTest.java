package org.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.millrace.api.context.ContextSize;
import org.millrace.api.transport.TransportFactory;
import org.millrace.ports.MemoryPort;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;
import org.millrace.runtime.swap.SwapException;
import org.millrace.runtime.swap.SwapReport;
import org.millrace.runtime.swap.SwapRequest;
import org.millrace.runtime.swap.SwapStep;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;
import org.millrace.testkit.Eventually;
import org.millrace.toe.Endpoint;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;

/**
 * Streams that never rest while swaps roll over the shards of both ends: no byte is lost, doubled or out of order. Longer:
 * {@code -Dmillrace.shards.streams=1000 -Dmillrace.shards.swaps=100}.
 */
@Timeout(600)
class ShardedSwapTest {
    private static final int STREAMS = Integer.getInteger("millrace.shards.streams", 60);
    private static final int SWAPS = Integer.getInteger("millrace.shards.swaps", 6);
    private static final ContextSize SIZE = new ContextSize(STREAMS + 4, 8192, 8192, 1024);
    private static final InetSocketAddress SERVICE = new InetSocketAddress("10.0.0.1", 80);
    private static final int CHUNK = 512;
    private static final int AHEAD = 4096;

    private final MemoryPort[] wire = MemoryPort.pair(Map.of());
    private final Instance far = GivenPort.start(wire[0], "10.0.0.1", Map.of("shards", "3", "swap-rehearsal-ms", "0"));
    private final Instance near = GivenPort.start(wire[1], "10.0.0.2", Map.of("shards", "2", "swap-rehearsal-ms", "0"));
    private final Toe server = Toe.open(far, SIZE);
    private final Toe client = Toe.open(near, SIZE);
    private final List<StreamSocket> streams = new ArrayList<>();
    private final long[] sent = new long[STREAMS];
    private final long[] received = new long[STREAMS];
    private final ByteBuffer bytes = ByteBuffer.allocate(4096);
    private int wentBack;

    @AfterEach
    void close() {
        List.of(client, server).forEach(Toe::close);
        near.close();
        far.close();
    }

    /** Accepts, and echoes as far as there is room. */
    private void serve() throws IOException {
        server.poll(0);
        for (Endpoint ready = server.nextReady(); ready != null; ready = server.nextReady()) {
            if (ready instanceof ListenSocket listening && listening.isListening()) {
                while (listening.accept() != null) {
                    continue;
                }
            } else if (ready instanceof StreamSocket stream && stream.isConnected()) {
                int room = Math.min(bytes.capacity(), stream.writable());
                int count = room == 0 ? 0 : Math.max(0, stream.read(bytes.clear().limit(room)));
                if (count > 0) {
                    assertThat(stream.write(bytes.flip())).isEqualTo(count);
                }
                if (stream.readable() > 0) {
                    stream.again();
                }
            }
        }
        server.flush();
    }

    private static byte pattern(int stream, long position) {
        return (byte) (stream * 31 + position * 7 + (position >> 8));
    }

    /** Sends more if not too much is on its way, and checks what has come back. */
    private void exchange(boolean more) throws IOException {
        serve();
        client.poll(0);
        for (int i = 0; i < STREAMS; i++) {
            StreamSocket stream = streams.get(i);
            int count = Math.max(0, stream.read(bytes.clear()));
            for (int k = 0; k < count; k++) {
                if (bytes.get(k) != pattern(i, received[i] + k)) {
                    throw new AssertionError("stream " + i + " of shard " + stream.shard() + " is wrong at byte " + (received[i] + k));
                }
            }
            received[i] += count;
            if (more && sent[i] - received[i] <= AHEAD - CHUNK) {
                bytes.clear().limit(CHUNK);
                for (int k = 0; k < CHUNK; k++) {
                    bytes.put(k, pattern(i, sent[i] + k));
                }
                sent[i] += stream.write(bytes);
            }
        }
        client.flush();
    }

    private void connect() {
        ListenSocket listener = server.listen(SERVICE, STREAMS);
        Eventually.holds(() -> {
            serve();
            return listener.isListening();
        }, () -> "nobody listens");
        for (int i = 0; i < STREAMS; i++) {
            streams.add(client.connect(SERVICE));
        }
        Eventually.holds(() -> {
            serve();
            client.poll(0);
            return streams.stream().allMatch(StreamSocket::isConnected);
        }, () -> "connected are " + streams.stream().filter(StreamSocket::isConnected).count());
    }

    /** Both ends in turn, to Laminar and back; every third begins with a canary, which goes back if this machine is slow just then. */
    private List<SwapReport> swaps() {
        List<SwapReport> reports = new ArrayList<>();
        List<TransportFactory> factories = List.of(new LaminarFactory(), new FlexToeFactory());
        for (int i = 0; i < SWAPS; i++) {
            try {
                reports.add((i % 2 == 0 ? far : near).swap(SwapRequest.KEEP.transport(0,
                    new TransportChoice(factories.get(i / 2 % 2), Map.of())), i % 3 == 2 ? 50_000_000 : 0, () -> { }));
            } catch (SwapException e) {
                if (e.step() != SwapStep.CANARY) {
                    throw new CompletionException(e);
                }
                wentBack++;
            }
        }
        return reports;
    }

    @Test
    void noByteIsLostWhileSwapsRollOverBothEnds() throws IOException {
        connect();
        CompletableFuture<List<SwapReport>> swaps = CompletableFuture.supplyAsync(this::swaps);
        do {
            exchange(true);
        } while (!swaps.isDone());
        assertThat(swaps.join()).hasSize(SWAPS - wentBack).allSatisfy(report -> assertThat(report.connections()).isEqualTo(STREAMS));
        Eventually.holds(() -> {
            exchange(false);
            return IntStream.range(0, STREAMS).allMatch(i -> received[i] == sent[i]);
        }, () -> "not all has come back");
        assertThat(IntStream.range(0, STREAMS).filter(i -> sent[i] < CHUNK)).as("every stream has worked").isEmpty();
        assertThat(Stream.of(far, near)).allSatisfy(instance -> assertThat(instance.faults()).isEmpty());
        System.out.println(IntStream.range(0, STREAMS).mapToLong(i -> received[i]).sum() + " bytes over " + STREAMS + " streams through "
            + SWAPS + " swaps, longest pause of a shard " + swaps.join().stream().mapToLong(SwapReport::pauseNs).max().orElse(0) / 1000 + " us");
    }
}

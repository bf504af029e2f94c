package org.millrace.runtime.operate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextSize;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.ports.MemoryPort;
import org.millrace.runtime.GivenPort;
import org.millrace.runtime.Instance;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.testkit.Eventually;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;

/** An instance of two data paths behind a port of one queue, with an operator and an application that echoes, and streams to it. */
final class TwoShards implements AutoCloseable {
    static final int STREAMS = 24;
    static final InetSocketAddress SERVICE = new InetSocketAddress("10.0.0.1", 80);
    private static final ContextSize SIZE = new ContextSize(64, 16384, 16384, 256);

    final Instance server;
    /** Of one data path. */
    final Instance client;
    final Operations operations;
    final ContextGrant application;
    final Toe calling;
    final List<StreamSocket> streams = new ArrayList<>();
    /** Which shard a peer's port has come to. */
    final Map<Integer, Integer> homes = new TreeMap<>();
    private final Toe serving;
    private final ListenSocket listener;
    private final List<StreamSocket> accepted = new ArrayList<>();

    /** @param directory where the server is attached to */
    TwoShards(Path directory) throws IOException {
        MemoryPort[] wire = MemoryPort.pair(Map.of());
        server = Instance.start(config(directory, Map.of()), List.of(new BluefieldBackend()), List.of(new FlexToeFactory()),
            List.of(new GivenPort(wire[0])));
        client = GivenPort.start(wire[1], "10.0.0.2", Map.of("swap-rehearsal-ms", "0", "stop-linger-ms", "0"));
        operations = new Operations(server, Installed.of(List.of(new BluefieldBackend()), List.of(new FlexToeFactory())), () -> { });
        application = server.open(SIZE);
        serving = Toe.open(application);
        calling = Toe.open(client, SIZE);
        listener = serving.listen(SERVICE, STREAMS);
        until(listener::isListening);
        for (int i = 0; i < STREAMS; i++) {
            StreamSocket stream = call();
            streams.add(stream);
            echo(stream);
        }
    }

    /** {@return one more stream, which both ends know} */
    StreamSocket call() {
        StreamSocket stream = calling.connect(SERVICE);
        until(() -> stream.isConnected() && homes.containsKey(stream.localAddress().getPort()));
        return stream;
    }

    /** {@return the server's configuration with more keys} */
    static InstanceConfig config(Path directory, Map<String, String> more) {
        Map<String, String> all = new TreeMap<>(Map.of("shards", "2", "swap-rehearsal-ms", "0", "stop-linger-ms", "100", "attach", "on", "attach.directory",
            directory.toString(), "journal", "on"));
        all.putAll(more);
        return GivenPort.config("10.0.0.1", all);
    }

    interface Condition {
        boolean holds() throws IOException;
    }

    void until(Condition condition) {
        Eventually.holds(() -> {
            serve();
            calling.poll(0);
            return condition.holds();
        }, () -> "it does not come to that");
    }

    private void serve() throws IOException {
        serving.poll(0);
        while (listener.isAcceptable()) {
            StreamSocket stream = listener.accept();
            accepted.add(stream);
            homes.put(stream.peerAddress().getPort(), stream.shard());
        }
        accepted.removeIf(stream -> !echoes(stream));
        serving.flush();
    }

    private static boolean echoes(StreamSocket stream) {
        try {
            ByteBuffer bytes = ByteBuffer.allocate(4096);
            while (stream.read(bytes.clear()) > 0) {
                assertThat(stream.write(bytes.flip())).isEqualTo(bytes.limit());
            }
            return true;
        } catch (IOException reset) {
            stream.close();
            return false;
        }
    }

    void echo(StreamSocket stream) throws IOException {
        stream.write(ByteBuffer.allocate(1000));
        calling.flush();
        ByteBuffer answer = ByteBuffer.allocate(1000);
        until(() -> stream.read(answer) >= 0 && !answer.hasRemaining());
    }

    void echoAll() throws IOException {
        for (StreamSocket stream : streams) {
            echo(stream);
        }
    }

    @Override
    public void close() {
        calling.close();
        serving.close();
        operations.close();
        server.close();
        client.close();
    }
}

package org.millrace.cli.instance;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.context.ContextSize;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.ports.MemoryPortFactory;
import org.millrace.runtime.Instance;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.toe.Endpoint;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;

/** An echo between two running instances, the server's contexts recorded by its runtime. */
public final class LiveEcho {
    private static final InetSocketAddress SERVER = new InetSocketAddress(InetAddress.ofLiteral("10.0.0.2"), 7);
    private static final int CHUNK_BYTES = 4096;
    private static final MemorySegment CHUNK = Arena.ofAuto().allocate(CHUNK_BYTES);

    private LiveEcho() {
    }

    /** Echoes so many bytes over each of some connections, with journals of a server of some shards below {@code directory/journal}. */
    public static void run(Path directory, int connections, int bytes, int shards) throws IOException {
        try (Instance server = start(directory, "a", "10.0.0.2/24", "on", shards);
                Instance client = start(directory, "b", "10.0.0.1/24", "off", 1);
                Toe serving = Toe.open(server, ContextSize.DEFAULT); Toe asking = Toe.open(client, ContextSize.DEFAULT)) {
            ListenSocket listener = serving.listen(SERVER, 16);
            if (!serving.await(listener::isListening, 10_000_000_000L)) {
                throw new IllegalStateException("the server does not listen");
            }
            List<StreamSocket> streams = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                streams.add(asking.connect(SERVER));
            }
            exchange(serving, asking, streams, bytes);
        }
    }

    private static void exchange(Toe serving, Toe asking, List<StreamSocket> streams, int bytes) throws IOException {
        int[] sent = new int[streams.size()];
        int[] received = new int[streams.size()];
        int finished = 0;
        int ended = 0;
        while (ended < streams.size()) {
            if (Thread.currentThread().isInterrupted()) {
                throw new IOException("interrupted with " + finished + " of " + streams.size() + " streams echoed, " + ended + " ended");
            }
            serving.poll(0);
            for (Endpoint ready; (ready = serving.nextReady()) != null;) {
                ended += serve(ready) ? 1 : 0;
            }
            asking.poll(1_000_000);
            while (asking.nextReady() != null) {
                continue; // every stream is looked at below
            }
            for (int i = 0; i < sent.length; i++) {
                StreamSocket stream = streams.get(i);
                if (stream.isConnected() && received[i] < bytes) {
                    sent[i] += stream.write(CHUNK, 0, Math.min(CHUNK_BYTES, bytes - sent[i]));
                    received[i] += Math.max(0, stream.read(CHUNK, 0, CHUNK_BYTES));
                    if (received[i] == bytes) {
                        stream.close();
                        finished++;
                    }
                }
            }
        }
        serving.poll(0);
    }

    /** {@return whether that ended a stream} */
    private static boolean serve(Endpoint ready) throws IOException {
        if (ready instanceof ListenSocket listener) {
            while (listener.accept() != null) {
                continue;
            }
        } else if (ready instanceof StreamSocket stream) {
            int n = Math.max(0, stream.read(CHUNK, 0, Math.min(CHUNK_BYTES, stream.writable())));
            stream.write(CHUNK, 0, n);
            if (stream.isInputEnded()) {
                stream.close();
                return true;
            } else if (stream.readable() > 0) {
                stream.again();
            }
        }
        return false;
    }

    private static Instance start(Path directory, String side, String address, String journal, int shards) {
        Map<String, String> config = new HashMap<>(Map.of("instance", "echo-" + side, "hardware", "hw-bluefield",
            "transports", "tcp-flextoe", "port", "memory", "port.path", directory.resolve("wire").toString(), "port.side",
            side, "address", address, "journal", journal));
        config.put("shards", Integer.toString(shards));
        config.put("journal.directory", directory.resolve("journal").toString());
        return Instance.start(InstanceConfig.parse(config), List.of(new BluefieldBackend()), List.of(new FlexToeFactory()),
            List.of(new MemoryPortFactory()));
    }
}

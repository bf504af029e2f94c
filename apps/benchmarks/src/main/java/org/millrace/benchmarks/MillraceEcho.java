package org.millrace.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
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

/** An echo on libTOE: an instance of its own at one side of a memory port, the application asleep in {@link Toe#poll}. */
final class MillraceEcho implements EchoSide {
    private static final InetSocketAddress SERVER = new InetSocketAddress(InetAddress.ofLiteral("10.0.0.2"), 7);

    private final boolean isServer;
    private final Toe toe;
    private final Thread application;
    private final Thread dataPath;
    private final AtomicLong requests = new AtomicLong();
    private final MemorySegment buffer = Arena.ofAuto().allocate(4096);
    private final List<StreamSocket> streams = new ArrayList<>();
    private volatile boolean running;
    private boolean wasRunning;

    MillraceEcho(boolean isServer, String wire) {
        this.isServer = isServer;
        String name = isServer ? "echo-server" : "echo-client";
        Instance instance = Instance.start(InstanceConfig.parse(Map.of("instance", name, "hardware", "hw-bluefield",
            "transports", "tcp-flextoe", "port", "memory", "port.path", wire, "port.side", isServer ? "a" : "b",
            "address", isServer ? "10.0.0.2/24" : "10.0.0.1/24")), List.of(new BluefieldBackend()),
            List.of(new FlexToeFactory()), List.of(new MemoryPortFactory()));
        toe = Toe.open(instance, new ContextSize(2 * CONNECTIONS, 16 << 10, 16 << 10, 4096));
        dataPath = ThreadTimes.named("millrace-" + name);
        application = Thread.ofPlatform().daemon().name("application").start(this::run);
    }

    private void run() {
        try {
            if (isServer) {
                toe.listen(SERVER, CONNECTIONS);
            } else {
                connect();
            }
            while (toe.isOpen()) {
                toe.poll(-1);
                begin();
                for (Endpoint ready; (ready = toe.nextReady()) != null;) {
                    serve(ready);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void connect() {
        for (int i = 0; i < CONNECTIONS; i++) {
            streams.add(toe.connect(SERVER));
        }
        if (!toe.await(() -> streams.stream().allMatch(StreamSocket::isConnected), 10_000_000_000L)) {
            throw new IllegalStateException("not connected");
        }
    }

    private void begin() throws IOException {
        if (running && !wasRunning) {
            for (StreamSocket stream : streams) {
                stream.write(buffer, 0, BYTES);
            }
        }
        wasRunning = running;
    }

    private void serve(Endpoint ready) throws IOException {
        if (ready instanceof ListenSocket listener) {
            while (listener.accept() != null) {
                continue;
            }
        } else if (ready instanceof StreamSocket stream) {
            int length = stream.read(buffer, 0, BYTES);
            if (length > 0) {
                requests.lazySet(requests.getPlain() + 1);
                if (isServer || running) {
                    stream.write(buffer, 0, length);
                }
            }
        }
    }

    @Override
    public void start() {
        running = true;
        toe.wakeup();
    }

    @Override
    public void stop() {
        running = false;
        toe.wakeup();
    }

    @Override
    public long requests() {
        return requests.get();
    }

    @Override
    public long applicationCpuNs() {
        return ThreadTimes.cpuNs(application);
    }

    @Override
    public long dataPathCpuNs() {
        return ThreadTimes.cpuNs(dataPath);
    }
}

package org.millrace.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.millrace.api.context.ContextSize;
import org.millrace.api.port.Port;
import org.millrace.api.port.PortFactory;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.memory.Threads;
import org.millrace.runtime.Instance;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;
import org.millrace.toe.Endpoint;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;
import org.millrace.tofino.TofinoBackend;

/** One end of many streams: an instance, and an application that keeps every one of them full and reads all. */
final class StreamLoad implements AutoCloseable {
    private static final InetSocketAddress SERVER = new InetSocketAddress(InetAddress.ofLiteral("10.0.0.2"), 7);
    private static final int WINDOW = 64;

    private final Instance instance;
    private final Toe toe;
    private final int connections;
    private final boolean server;
    private final AtomicLong received = new AtomicLong();
    private final CountDownLatch connected;
    private final Thread application;
    private int asked;
    private volatile String failure;

    /** @param server whether it listens; the other one connects */
    StreamLoad(Port port, boolean server, int connections, String transport) {
        this.connections = connections;
        this.server = server;
        connected = new CountDownLatch(connections);
        String name = server ? "swapped" : "other";
        instance = Instance.start(InstanceConfig.parse(Map.of("instance", name, "hardware", "hw-bluefield",
            "transports", transport, "flows", "4096", "port", "given", "address", server ? "10.0.0.2/24" : "10.0.0.1/24")),
            List.of(new BluefieldBackend(), new TofinoBackend()), List.of(new FlexToeFactory(), new LaminarFactory()),
            List.of(new Given(port)));
        toe = Toe.open(instance, new ContextSize(Integer.highestOneBit(connections) * 2, 16 << 10, 16 << 10, 8192));
        application = Thread.ofPlatform().daemon().name(name + "-application").start(this::run);
    }

    private record Given(Port port) implements PortFactory {
        @Override
        public String kind() {
            return "given";
        }

        @Override
        public Port open(Map<String, String> options) {
            return port;
        }
    }

    Instance instance() {
        return instance;
    }

    /** {@return payload bytes read so far} */
    long received() {
        return received.get();
    }

    /** Waits until all streams are there, and fails if one of them has failed. */
    void await() throws InterruptedException {
        connected.await();
        check();
    }

    void check() {
        if (failure != null) {
            throw new IllegalStateException(failure);
        }
    }

    private void run() {
        try {
            if (server) {
                toe.listen(SERVER, connections);
            }
            while (toe.isOpen()) {
                long established = connections - connected.getCount();
                while (!server && asked < connections && asked - established < WINDOW) {
                    toe.connect(SERVER);
                    asked++;
                }
                toe.poll(-1);
                for (Endpoint ready; (ready = toe.nextReady()) != null;) {
                    serve(ready);
                }
                toe.flush();
            }
        } catch (IOException | UncheckedIOException e) {
            failure = e.toString();
        }
    }

    private void serve(Endpoint ready) throws IOException {
        if (ready instanceof ListenSocket listener) {
            for (StreamSocket accepted; (accepted = listener.accept()) != null;) {
                connected.countDown();
                fill(accepted);
            }
        } else if (ready instanceof StreamSocket stream) {
            if (!server && stream.finishConnect() && stream.attachment() == null) {
                stream.attach(this);
                connected.countDown();
            }
            int readable = stream.readable();
            if (readable > 0) {
                stream.release(readable);
                received.lazySet(received.get() + readable);
            }
            fill(stream);
        }
    }

    private static void fill(StreamSocket stream) {
        if (stream.isConnected()) {
            stream.commit(stream.contiguousWritable());
            stream.commit(stream.contiguousWritable());
        }
    }

    @Override
    public void close() {
        instance.close();
        Threads.joinUninterruptibly(application);
        toe.close();
    }
}

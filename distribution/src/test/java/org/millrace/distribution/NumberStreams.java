package org.millrace.distribution;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.millrace.api.context.ContextSize;
import org.millrace.api.port.Port;
import org.millrace.api.port.PortFactory;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.memory.Threads;
import org.millrace.runtime.Instance;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.runtime.swap.SwapException;
import org.millrace.runtime.swap.SwapReport;
import org.millrace.runtime.swap.SwapRequest;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.toe.Endpoint;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;

/** One end of many streams on a live instance: sends the numbers from 0 on over each, and checks that it receives them. */
final class NumberStreams implements AutoCloseable {
    private static final InetSocketAddress SERVER = new InetSocketAddress(InetAddress.ofLiteral("10.0.0.2"), 80);
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(120);
    private static final long PAUSE_NS = TimeUnit.MICROSECONDS.toNanos(100);
    private static final int AT_ONCE = 64;

    private final Instance instance;
    private final boolean server;
    private final int streams;
    private final AtomicLongArray received;
    private final ByteBuffer buffer = ByteBuffer.allocate(4096);
    private final Thread application;
    private final Toe toe;
    private int asked;
    private int established;
    private volatile Throwable failure;

    NumberStreams(Port port, boolean server, int streams) {
        this.server = server;
        this.streams = streams;
        received = new AtomicLongArray(streams);
        instance = Instance.start(InstanceConfig.parse(Map.of("hardware", "hw-bluefield", "transports", "tcp-flextoe",
            "port", "given", "flows", "2048", "address", server ? "10.0.0.2/24" : "10.0.0.1/24")),
            List.of(new BluefieldBackend()), List.of(new FlexToeFactory()), List.of(new Given(port)));
        toe = Toe.open(instance, new ContextSize(2 * streams, 4 << 10, 4 << 10, 4096));
        application = Thread.ofPlatform().daemon().name("numbers").start(this::run);
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

    SwapReport swap(SwapRequest request) {
        try {
            return instance.swap(request);
        } catch (SwapException e) {
            throw new AssertionError(e.step() + ": " + e.getMessage(), e);
        }
    }

    /** Waits until every stream has received numbers that had not come when this was called. */
    void exchange() {
        long untilNs = System.nanoTime() + PATIENCE_NS;
        long[] before = new long[streams];
        for (int i = 0; i < streams; i++) {
            before[i] = received.get(i);
        }
        for (int i = 0; i < streams; i++) {
            while (received.get(i) == before[i]) {
                if (failure != null || System.nanoTime() > untilNs) {
                    throw new AssertionError("stream " + i + " stands still at " + before[i], failure);
                }
                LockSupport.parkNanos(PAUSE_NS);
            }
        }
    }

    private void run() {
        try {
            if (server) {
                toe.listen(SERVER, streams);
            }
            while (toe.isOpen()) {
                while (!server && asked < streams && asked - established < AT_ONCE) {
                    toe.connect(SERVER);
                    asked++;
                }
                toe.poll(-1);
                for (Endpoint ready; (ready = toe.nextReady()) != null;) {
                    serve(ready);
                }
                toe.flush();
            }
        } catch (IOException | RuntimeException | AssertionError e) {
            if (toe.isOpen()) {
                failure = e;
            }
        }
    }

    /** A stream's numbers. */
    private final class Numbers {
        final int stream = established++;
        long sent;
    }

    private void serve(Endpoint ready) throws IOException {
        if (ready instanceof ListenSocket listener) {
            for (StreamSocket accepted; (accepted = listener.accept()) != null;) {
                accepted.attach(new Numbers());
                exchange(accepted);
            }
        } else if (ready instanceof StreamSocket stream && stream.finishConnect()) {
            if (stream.attachment() == null) {
                stream.attach(new Numbers());
            }
            exchange(stream);
        }
    }

    private void exchange(StreamSocket stream) throws IOException {
        Numbers numbers = (Numbers) stream.attachment();
        buffer.clear().limit(Math.min(buffer.capacity(), stream.readable() & -Long.BYTES));
        if (buffer.hasRemaining() && stream.read(buffer) < 0) {
            throw new AssertionError("stream " + numbers.stream + " has ended");
        }
        long next = received.get(numbers.stream);
        for (buffer.flip(); buffer.hasRemaining(); next++) {
            if (buffer.getLong() != next) {
                throw new AssertionError("stream " + numbers.stream + ": not number " + next);
            }
        }
        received.set(numbers.stream, next);
        buffer.clear().limit(Math.min(buffer.capacity(), stream.writable() & -Long.BYTES));
        while (buffer.hasRemaining()) {
            buffer.putLong(numbers.sent++);
        }
        stream.write(buffer.flip());
    }

    @Override
    public void close() {
        instance.close();
        Threads.joinUninterruptibly(application);
        toe.close();
    }
}

package org.millrace.launcher;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.millrace.api.context.ContextSize;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.ports.MemoryPortFactory;
import org.millrace.runtime.Instance;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.testkit.Eventually;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;

/** A Millrace host without a framework at the other side of a wire, with one connection to the echo service. */
final class LiveClient implements AutoCloseable {
    private static final InetSocketAddress ECHO = new InetSocketAddress(InetAddress.ofLiteral("10.77.0.2"), 7);
    private static final int CHUNK = 4096;
    private static final long LIMIT_NS = 80_000_000_000L;

    private final Instance instance;
    private final Toe toe;
    private StreamSocket stream;
    private final Random outgoing = new Random(11);
    private final Random incoming = new Random(11);
    private final byte[] bytes = new byte[CHUNK];
    private long sent;
    private long received;

    LiveClient(Path wire) {
        instance = Instance.start(InstanceConfig.parse(Map.of("instance", "client", "hardware", BluefieldBackend.NAME,
            "transports", "tcp-flextoe", "port", "memory", "port.path", wire.toString(), "port.side", "b", "address",
            "10.77.0.1/24")), List.of(new BluefieldBackend()), List.of(new FlexToeFactory()),
            List.of(new MemoryPortFactory()));
        toe = Toe.open(instance, ContextSize.DEFAULT);
        try {
            Eventually.holds(this::connect, instance::status);
        } catch (AssertionError e) {
            close();
            throw e;
        }
    }

    /** Refused at first: the data path runs before its applications do. */
    private boolean connect() {
        stream = toe.connect(ECHO);
        return toe.await(() -> !stream.isConnecting(), LIMIT_NS) && stream.isConnected();
    }

    /** Sends bytes, checks that they come back, until a condition holds and then as many again. */
    void echoUntil(BooleanSupplier condition) throws IOException {
        long beginNs = System.nanoTime();
        boolean held = false;
        long until = Long.MAX_VALUE;
        while (received < until) {
            held |= condition.getAsBoolean();
            until = !held ? Long.MAX_VALUE : until == Long.MAX_VALUE ? received + (1 << 20) : until;
            toe.poll(1_000_000);
            while (toe.nextReady() != null) {
                continue; // there is one only
            }
            step();
            if (System.nanoTime() - beginNs > LIMIT_NS) {
                throw new AssertionError(stream.status() + ", sent " + sent + ", received " + received + ", held " + held);
            }
        }
    }

    private void step() throws IOException {
        int room = stream.isConnected() && sent - received < 1 << 16 ? Math.min(CHUNK, stream.writable()) : 0;
        if (room == CHUNK) {
            outgoing.nextBytes(bytes);
            if (stream.write(MemorySegment.ofArray(bytes), 0, CHUNK) != CHUNK) {
                throw new AssertionError("writable and not written");
            }
            sent += CHUNK;
        }
        if (stream.readable() >= CHUNK) {
            byte[] got = new byte[CHUNK];
            stream.read(MemorySegment.ofArray(got), 0, CHUNK);
            incoming.nextBytes(bytes);
            if (!Arrays.equals(got, bytes)) {
                throw new AssertionError("wrong bytes from " + received);
            }
            received += CHUNK;
        }
    }

    @Override
    public void close() {
        toe.close();
        instance.close();
    }
}

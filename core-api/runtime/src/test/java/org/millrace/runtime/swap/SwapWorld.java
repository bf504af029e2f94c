package org.millrace.runtime.swap;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.millrace.api.context.ContextSize;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.transport.TransportFactory;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.net.Route;
import org.millrace.runtime.config.DataPathConfig;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;
import org.millrace.runtime.path.DataPath;
import org.millrace.runtime.transport.LoadedTransport;
import org.millrace.sim.port.FrameFabric;
import org.millrace.sim.port.FrameLink;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.testkit.ManualClock;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Prefix;

/** Two data paths under virtual time with one stream between them, which both ends send numbers over. */
final class SwapWorld {
    private static final InetSocketAddress SERVER = new InetSocketAddress(InetAddress.ofLiteral("10.0.0.2"), 80);
    private static final long LIMIT_NS = 10_000_000_000L;
    private static final int MOST_STEPS = 1_000_000;

    final DataPath near;
    final DataPath far;
    private final ManualClock clock = new ManualClock(1_000_000_000);
    private final FrameFabric fabric = new FrameFabric(clock, new FrameLink(20_000, 1500, false));
    private final Toe nearToe;
    private final Toe farToe;
    private final End client;
    private End server;

    SwapWorld() {
        near = path("10.0.0.1", new BluefieldBackend(), new FlexToeFactory());
        far = path("10.0.0.2", new BluefieldBackend(), new FlexToeFactory());
        nearToe = Toe.open(near.grant(new ContextSize(4, 16 << 10, 16 << 10, 256)));
        farToe = Toe.open(far.grant(new ContextSize(4, 16 << 10, 16 << 10, 256)));
        ListenSocket listener = farToe.listen(SERVER, 4);
        until(listener::isListening);
        client = new End(nearToe.connect(SERVER));
        until(() -> client.socket.isConnected() && accept(listener));
    }

    private boolean accept(ListenSocket listener) {
        try {
            StreamSocket socket = listener.accept();
            server = socket == null ? server : new End(socket);
            return server != null;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private DataPath path(String address, HardwareBackend hardware, TransportFactory transport) {
        return new DataPath(new DataPathConfig(address, hardware, List.of(new TransportChoice(transport, Map.of())),
            fabric.port(address, 0x0200_0000_0000L | Ipv4Address.parse(address).bits()),
            List.of(Ipv4Address.parse(address)), List.of(Route.onLink(Ipv4Prefix.parse("10.0.0.0/24"), 1500)),
            new Capacity(16, 2), new Random(1)));
    }

    /** One end of the stream: sends the numbers from 0 on, as much as goes, and checks that it receives the same. */
    private static final class End {
        final StreamSocket socket;
        private final ByteBuffer buffer = ByteBuffer.allocate(4096);
        long sent;
        long received;

        End(StreamSocket socket) {
            this.socket = socket;
        }

        boolean run() throws IOException {
            buffer.clear().limit(Math.min(buffer.capacity(), socket.writable() & -Long.BYTES));
            for (long next = sent; buffer.hasRemaining(); next++) {
                buffer.putLong(next);
            }
            boolean busy = buffer.flip().hasRemaining();
            sent += socket.write(buffer) / Long.BYTES;
            buffer.clear().limit(Math.min(buffer.capacity(), socket.readable() & -Long.BYTES));
            socket.read(buffer);
            for (buffer.flip(); buffer.hasRemaining(); received++) {
                if (buffer.getLong() != received) {
                    throw new AssertionError("not number " + received);
                }
                busy = true;
            }
            return busy;
        }
    }

    private void step() {
        nearToe.flush();
        farToe.flush();
        long nowNs = clock.nowNs();
        long nextNs = Math.min(Math.min(near.poll(nowNs), far.poll(nowNs)), fabric.nextDeliveryNs());
        boolean busy = nearToe.poll(0) + farToe.poll(0) > 0;
        while (nearToe.nextReady() != null || farToe.nextReady() != null) {
            busy = true; // who is ready finds out by asking
        }
        try {
            busy |= client != null && client.socket.isConnected() && client.run();
            busy |= server != null && server.run();
        } catch (IOException e) {
            throw new AssertionError("the stream has broken", e);
        }
        if (!busy && nextNs > nowNs) {
            clock.set(nextNs);
        }
    }

    private void until(BooleanSupplier condition) {
        long limitNs = clock.nowNs() + LIMIT_NS;
        for (int steps = 0; !condition.getAsBoolean(); steps++) {
            if (clock.nowNs() > limitNs || steps > MOST_STEPS) {
                throw new AssertionError("nothing happens any more: " + near.status() + far.status());
            }
            step();
        }
    }

    /** Runs until so many further numbers have arrived at each end. */
    void exchange(int numbers) {
        long atClient = client.received + numbers;
        long atServer = server.received + numbers;
        until(() -> client.received >= atClient && server.received >= atServer);
    }

    /** {@return the transports that run, and those that retire} */
    static List<LoadedTransport<?>> running(DataPath path) {
        return path.loaded().transports();
    }
}

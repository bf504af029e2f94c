package org.millrace.runtime.homa;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.millrace.api.context.ContextSize;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.port.Port;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.homa.HomaFactory;
import org.millrace.net.Route;
import org.millrace.runtime.config.DataPathConfig;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;
import org.millrace.runtime.path.DataPath;
import org.millrace.sim.port.FrameFabric;
import org.millrace.sim.port.FrameLink;
import org.millrace.testkit.ManualClock;
import org.millrace.toe.RpcSocket;
import org.millrace.toe.Toe;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Prefix;

/** Two hosts with Homa on a simulated link, in virtual time. */
final class HomaHosts {
    static final ContextSize SIZE = new ContextSize(16, 1 << 21, 1 << 21, 4096);
    private static final long STEP_NS = 5_000;

    final ManualClock clock = new ManualClock();
    final FrameFabric fabric = new FrameFabric(clock, new FrameLink(2_000, 1500, false));
    final DataPath near;
    final DataPath far;
    final Toe client;
    final Toe server;

    HomaHosts() {
        this(port -> port, Map.of("link-mbps", "0"));
    }

    HomaHosts(java.util.function.UnaryOperator<Port> wrap, Map<String, String> options) {
        this(wrap, options, BluefieldBackend::new, SIZE);
    }

    HomaHosts(java.util.function.UnaryOperator<Port> wrap, Map<String, String> options,
              java.util.function.Supplier<HardwareBackend> hardware, ContextSize size) {
        near = path("near", wrap.apply(fabric.port("near", 0x020000000001L)), "10.0.0.1", options, hardware.get());
        far = path("far", wrap.apply(fabric.port("far", 0x020000000002L)), "10.0.0.2", options, hardware.get());
        client = Toe.open(near.grant(size));
        server = Toe.open(far.grant(size));
    }

    private static DataPath path(String name, Port port, String address, Map<String, String> options, HardwareBackend hardware) {
        return new DataPath(new DataPathConfig(name, hardware, List.of(new TransportChoice(new HomaFactory(), options)),
            port, List.of(Ipv4Address.parse(address)), List.of(Route.onLink(Ipv4Prefix.parse("10.0.0.0/24"), 1500)),
            new Capacity(8192, 4), new Random(1)));
    }

    static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(address, port);
    }

    RpcSocket serve(int port) {
        RpcSocket socket = server.bindRpc(at("10.0.0.2", port), "homa");
        run(10);
        return socket;
    }

    RpcSocket caller() {
        RpcSocket socket = client.bindRpc(at("10.0.0.1", 0), "homa");
        run(10);
        return socket;
    }

    /** Lets some time pass. */
    void run(int steps) {
        for (int i = 0; i < steps; i++) {
            client.flush();
            server.flush();
            near.poll(clock.nowNs());
            far.poll(clock.nowNs());
            clock.set(clock.nowNs() + STEP_NS);
            client.poll(0);
            server.poll(0);
        }
    }

    /** Lets time pass until something has happened. */
    RpcSocket.Happening await(RpcSocket socket, int steps) {
        for (int i = 0; i < steps; i++) {
            RpcSocket.Happening what = socket.next();
            if (what != null) {
                return what;
            }
            run(1);
        }
        return null;
    }

    /** {@return number of a call whose bytes are a pattern that begins with its first} */
    int call(RpcSocket socket, int first, int bytes, InetSocketAddress to) throws IOException {
        long at = socket.allocate(bytes);
        fill(client, at, first, bytes);
        return socket.call(at, bytes, to, RpcSocket.NO_DEADLINE);
    }

    /** Answers with a pattern. */
    static void reply(Toe toe, RpcSocket socket, int request, int first, int bytes) throws IOException {
        long at = socket.allocate(bytes);
        fill(toe, at, first, bytes);
        if (!socket.reply(request, at, bytes)) {
            throw new AssertionError("no room to reply");
        }
    }

    private static void fill(Toe toe, long at, int first, int bytes) {
        MemorySegment to = toe.region();
        for (int i = 0; i < bytes; i++) {
            to.set(ValueLayout.JAVA_BYTE, at + i, (byte) (first + i * 7));
        }
    }

    /** {@return whether a message is such a pattern} */
    static boolean isPattern(Toe toe, RpcSocket socket, int first, int bytes) {
        if (socket.length() != bytes) {
            return false;
        }
        for (int i = 0; i < bytes; i++) {
            if (toe.region().get(ValueLayout.JAVA_BYTE, socket.offset() + i) != (byte) (first + i * 7)) {
                return false;
            }
        }
        return true;
    }
}

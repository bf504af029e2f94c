package org.millrace.runtime.path;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.millrace.api.context.ContextSize;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.transport.TransportFactory;
import org.millrace.net.Route;
import org.millrace.runtime.config.DataPathConfig;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;
import org.millrace.sim.port.FrameFabric;
import org.millrace.sim.port.FrameLink;
import org.millrace.testkit.Impairment;
import org.millrace.testkit.ImpairedPort;
import org.millrace.testkit.ManualClock;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Prefix;

/** Two data paths on virtual time and a link, with streams that both ends send numbers over. */
public final class StreamWorld implements AutoCloseable {
    private static final InetSocketAddress SERVER = new InetSocketAddress(InetAddress.ofLiteral("10.0.0.2"), 80);
    private static final long LIMIT_NS = 100_000_000_000L;
    private static final int MOST_STEPS = 1_000_000;
    /** How far a stream may be beyond what is waited for, numbers: or those that lose nothing go on while one waits to send again. */
    private static final int AHEAD = 8192;

    public final DataPath near;
    public final DataPath far;
    private final ManualClock clock = new ManualClock(1_000_000_000);
    private final FrameFabric fabric;
    private final Toe nearToe;
    private final Toe farToe;
    private final List<End> ends = new ArrayList<>();
    private boolean mayBreak;

    /**
     * Opens the streams.
     *
     * @param impairment what becomes of frames on their way to and from the far side
     */
    public StreamWorld(Supplier<HardwareBackend> hardware, TransportFactory transport, FrameLink link, Impairment impairment, int streams) {
        fabric = new FrameFabric(clock, link);
        near = path("10.0.0.1", hardware.get(), transport, link, Impairment.NONE);
        far = path("10.0.0.2", hardware.get(), transport, link, impairment);
        ContextSize size = new ContextSize(streams + 1, 64 << 10, 64 << 10, 256);
        nearToe = Toe.open(near.grant(size));
        farToe = Toe.open(far.grant(size));
        ListenSocket listener = farToe.listen(SERVER, streams);
        until(listener::isListening);
        for (int i = 0; i < streams; i++) {
            StreamSocket socket = nearToe.connect(SERVER);
            until(() -> socket.isConnected() && accept(listener));
            ends.add(new End(socket));
        }
    }

    private boolean accept(ListenSocket listener) {
        try {
            StreamSocket socket = listener.accept();
            if (socket != null) {
                ends.add(new End(socket));
            }
            return socket != null;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private DataPath path(String address, HardwareBackend hardware, TransportFactory transport, FrameLink link, Impairment impairment) {
        return new DataPath(new DataPathConfig(address, hardware, List.of(new TransportChoice(transport, Map.of())),
            ImpairedPort.wrap(fabric.port(address, 0x0200_0000_0000L | Ipv4Address.parse(address).bits()), impairment, clock::nowNs, 50_000),
            List.of(Ipv4Address.parse(address)), List.of(Route.onLink(Ipv4Prefix.parse("10.0.0.0/24"), link.mtuBytes())),
            new Capacity(16, 2), new Random(1)));
    }

    /** One end of a stream: sends the numbers from 0 on, as much as goes up to a bound, and checks that it receives the same. */
    private static final class End {
        final StreamSocket socket;
        private final ByteBuffer buffer = ByteBuffer.allocate(32 << 10);
        long sent;
        long most = AHEAD;
        long received;
        boolean isReset;

        End(StreamSocket socket) {
            this.socket = socket;
        }

        boolean run() throws IOException {
            int room = Math.min(buffer.capacity(), socket.writable() & -Long.BYTES);
            buffer.clear().limit((int) Math.min(room, (most - sent) * Long.BYTES));
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
        for (End end : ends) {
            busy |= !end.isReset && run(end);
        }
        if (!busy && nextNs > nowNs) {
            clock.set(nextNs);
        }
    }

    private boolean run(End end) {
        try {
            return end.run();
        } catch (IOException e) {
            if (!mayBreak) {
                throw new AssertionError("a stream has broken", e);
            }
            end.isReset = true;
            return true;
        }
    }

    /** Runs until every stream is reset at both ends. */
    public void untilReset() {
        mayBreak = true;
        until(() -> ends.stream().allMatch(end -> end.isReset));
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
    public void exchange(int numbers) {
        long[] goals = ends.stream().mapToLong(end -> end.received + numbers).toArray();
        for (int i = 0; i < goals.length; i++) {
            ends.get(i ^ 1).most = goals[i] + AHEAD; // both ends of a stream are neighbours
        }
        until(() -> IntStream.range(0, goals.length).allMatch(i -> ends.get(i).received >= goals[i]));
    }

    @Override
    public void close() {
        near.close();
        far.close();
    }
}

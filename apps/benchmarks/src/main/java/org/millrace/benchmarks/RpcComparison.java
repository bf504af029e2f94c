package org.millrace.benchmarks;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.millrace.api.context.ContextSize;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.port.Port;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.homa.HomaFactory;
import org.millrace.net.Route;
import org.millrace.ports.MemoryPort;
import org.millrace.runtime.config.DataPathConfig;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;
import org.millrace.runtime.path.DataPath;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.RpcSocket;
import org.millrace.toe.RpcSocket.Happening;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Prefix;

/**
 * Calls by Homa beside echoes by TCP, in turns, in the same run: both applications and both data paths on one thread, joined by the
 * memory port, so that what is measured is the code of both ends. Latency with one at a time; CPU time and allocation of so many at
 * once; then long messages beside a stream.
 */
public final class RpcComparison {
    private static final int BYTES = 100;
    private static final int AT_ONCE = 16;
    private static final int LONG_BYTES = 1_000_000;
    private static final int ROUNDS = 5;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final DataPath near;
    private final DataPath far;
    private final Toe client;
    private final Toe server;
    private final RpcSocket caller;
    private final RpcSocket callee;
    private final List<StreamSocket> streams = new ArrayList<>();
    private final List<StreamSocket> accepted = new ArrayList<>();
    private final int[] awaited = new int[AT_ONCE];
    private final InetSocketAddress peer = new InetSocketAddress("10.0.0.2", 99);
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(1 << 16);
    private final ByteBuffer request = ByteBuffer.allocateDirect(BYTES);
    private long streamed;

    private RpcComparison() throws IOException {
        MemoryPort[] ends = MemoryPort.pair(Map.of());
        near = path("near", ends[0], "10.0.0.1");
        far = path("far", ends[1], "10.0.0.2");
        ContextSize size = new ContextSize(64, 8 << 20, 8 << 20, 4096);
        client = Toe.open(near.grant(size));
        server = Toe.open(far.grant(size));
        ListenSocket listener = server.listen(new InetSocketAddress("10.0.0.2", 80), 64, "tcp-flextoe");
        callee = server.bindRpc(peer, "homa");
        caller = client.bindRpc(new InetSocketAddress("10.0.0.1", 0), "homa");
        turn(100);
        for (int i = 0; i < AT_ONCE; i++) {
            streams.add(client.connect(new InetSocketAddress("10.0.0.2", 80), null, "tcp-flextoe"));
        }
        while (accepted.size() < AT_ONCE) {
            turn(1);
            StreamSocket stream = listener.accept();
            if (stream != null) {
                accepted.add(stream);
            }
        }
        turn(100);
    }

    private static DataPath path(String name, Port port, String address) {
        return new DataPath(new DataPathConfig(name, new BluefieldBackend(),
            List.of(new TransportChoice(new FlexToeFactory(), Map.of()), new TransportChoice(new HomaFactory(), Map.of("link-mbps", "0"))),
            port, List.of(Ipv4Address.parse(address)), List.of(Route.onLink(Ipv4Prefix.parse("10.0.0.0/24"), 1500)),
            new Capacity(4096, 4), new Random(1)));
    }

    /**
     * Compares.
     *
     * @param arguments calls and echoes in a round, 200,000 if there is none
     * @throws IOException if something fails
     */
    public static void main(String[] arguments) throws IOException {
        int count = arguments.length == 0 ? 200_000 : Integer.parseInt(arguments[0]);
        RpcComparison comparison = new RpcComparison();
        for (int round = 0; round < ROUNDS; round++) {
            System.out.println("round " + round);
            comparison.report("tcp ", count, comparison::echo);
            comparison.report("homa", count, comparison::call);
            comparison.transfers(Math.max(20, count / 1000));
        }
    }

    private interface Exchange {
        /** Completes so many exchanges, so many at once. */
        void run(int count, int atOnce, long[] latencies) throws IOException;
    }

    private void report(String name, int count, Exchange exchange) throws IOException {
        long[] latencies = new long[count / 10];
        exchange.run(latencies.length, 1, latencies);
        Arrays.sort(latencies);
        long allocated = THREADS.getCurrentThreadAllocatedBytes();
        long cpuNs = THREADS.getCurrentThreadCpuTime();
        exchange.run(count, AT_ONCE, null);
        cpuNs = THREADS.getCurrentThreadCpuTime() - cpuNs;
        allocated = THREADS.getCurrentThreadAllocatedBytes() - allocated;
        System.out.printf("  %s of %d bytes: p50 %.1f us, p99 %.1f us one at a time; %d at once: %,d a CPU second, %.3f bytes allocated each%n",
            name, BYTES, latencies[latencies.length / 2] / 1e3, latencies[latencies.length - latencies.length / 100 - 1] / 1e3, AT_ONCE,
            count * 1_000_000_000L / cpuNs, (double) allocated / count);
    }

    private void turn(int times) {
        for (int i = 0; i < times; i++) {
            client.flush();
            near.poll(System.nanoTime());
            far.poll(System.nanoTime());
            server.poll(0);
            while (server.nextReady() != null) {
                // sockets are asked each time
            }
            server.flush();
            far.poll(System.nanoTime());
            near.poll(System.nanoTime());
            client.poll(0);
            while (client.nextReady() != null) {
                // likewise
            }
        }
    }

    private void echo(int count, int atOnce, long[] latencies) throws IOException {
        int done = 0;
        int begun = 0;
        long beginNs = 0;
        while (done < count) {
            for (int i = 0; i < atOnce && begun < count; i++) {
                if (awaited[i] == 0) {
                    beginNs = System.nanoTime();
                    streams.get(i).write(request.clear());
                    awaited[i] = BYTES;
                    begun++;
                }
            }
            turn(1);
            for (int i = 0; i < atOnce; i++) {
                scratch.clear();
                if (accepted.get(i).read(scratch) > 0) {
                    accepted.get(i).write(scratch.flip());
                }
                int read = streams.get(i).read(scratch.clear());
                if (read > 0 && (awaited[i] -= read) == 0) {
                    if (latencies != null) {
                        latencies[done] = System.nanoTime() - beginNs;
                    }
                    done++;
                }
            }
        }
    }

    private void call(int count, int atOnce, long[] latencies) throws IOException {
        int done = 0;
        int begun = 0;
        long beginNs = 0;
        while (done < count) {
            while (begun < count && caller.outstanding() < atOnce) {
                beginNs = System.nanoTime();
                caller.call(caller.allocate(BYTES), BYTES, peer, RpcSocket.NO_DEADLINE);
                begun++;
            }
            turn(1);
            serve();
            while (responded()) {
                if (latencies != null) {
                    latencies[done] = System.nanoTime() - beginNs;
                }
                done++;
            }
        }
    }

    private boolean responded() throws IOException {
        Happening what = caller.next();
        if (what == Happening.FAILURE) {
            throw new IOException("a call has failed: " + caller.failure().text());
        }
        if (what != null) {
            caller.release(caller.offset());
        }
        return what != null;
    }

    private void serve() throws IOException {
        while (callee.next() == Happening.REQUEST) {
            callee.reply(callee.number(), callee.allocate(BYTES), BYTES);
            callee.release(callee.offset());
        }
    }

    private void transfers(int count) throws IOException {
        long cpuNs = THREADS.getCurrentThreadCpuTime();
        long target = streamed + (long) count * LONG_BYTES;
        long sent = streamed;
        while (streamed < target) {
            sent += sent < target ? streams.getFirst().write(scratch.clear()) : 0;
            turn(1);
            for (int read; (read = accepted.getFirst().read(scratch.clear())) > 0;) {
                streamed += read;
            }
        }
        cpuNs = THREADS.getCurrentThreadCpuTime() - cpuNs;
        double tcp = count * LONG_BYTES * 8.0 / cpuNs;
        cpuNs = THREADS.getCurrentThreadCpuTime();
        int begun = 0;
        int done = 0;
        while (done < count) {
            long at = begun < count && caller.outstanding() < 4 ? caller.allocate(LONG_BYTES) : RpcSocket.NONE;
            if (at != RpcSocket.NONE) {
                caller.call(at, LONG_BYTES, peer, RpcSocket.NO_DEADLINE);
                begun++;
            }
            turn(1);
            serve();
            while (responded()) {
                done++;
            }
        }
        cpuNs = THREADS.getCurrentThreadCpuTime() - cpuNs;
        System.out.printf("  %d times 1 MB: tcp %.1f Gbit, homa %.1f Gbit a CPU second of both ends%n", count, tcp,
            count * LONG_BYTES * 8.0 / cpuNs);
    }
}

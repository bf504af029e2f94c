package org.millrace.ports;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.Port;
import org.millrace.api.port.TransmitBatch;
import org.millrace.memory.Linux;
import org.millrace.testkit.Namespace;

/**
 * Prints what a frame costs, in CPU time of the one thread that sends and receives: {@code memory}, or {@code packet}
 * inside {@code unshare -Urn}. Run by hand; not a test.
 */
final class PortCost {
    private static final int ROUNDS = 5;
    private static final int HEADERS = 54;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private PortCost() {
    }

    public static void main(String[] arguments) throws IOException {
        if (arguments[0].equals("memory")) {
            MemoryPort[] ends = MemoryPort.pair(Map.of());
            measure(ends[0], ends[1]);
        } else {
            Files.writeString(Path.of("/proc/sys/net/ipv6/conf/default/disable_ipv6"), "1");
            Namespace.execute("ip link add va type veth peer name vb", "ip link set va up", "ip link set vb up");
            measure(new PacketPortFactory().open(Map.of("interface", "va")),
                    new PacketPortFactory().open(Map.of("interface", "vb")));
        }
    }

    private static void measure(Port from, Port to) {
        Linux linux = new Linux();
        Random random = new Random(1);
        MemorySegment payload = Frames.payload(random, 65_160);
        for (int payloadBytes : new int[] {10, 1448, 45 * 1448}) {
            int batches = payloadBytes > 1448 ? 2000 : 20_000;
            for (int round = 0; round < ROUNDS; round++) {
                long allocated = THREADS.getCurrentThreadAllocatedBytes();
                long start = linux.threadCpuNs();
                long sending = run(linux, from, to, payload, payloadBytes, batches);
                long total = linux.threadCpuNs() - start;
                allocated = THREADS.getCurrentThreadAllocatedBytes() - allocated;
                long frames = batches * 32L;
                System.out.printf("%s %d B: %d ns a frame, %d of them sending; %.3f B allocated; dropped %d%n", from.info().name(),
                        HEADERS + payloadBytes, total / frames, sending / frames, (double) allocated / frames,
                        from.counters().transmitDropped() + to.counters().receivedDropped());
            }
        }
    }

    private static long run(Linux linux, Port from, Port to, MemorySegment payload, int payloadBytes, int batches) {
        FrameBatch in = new FrameBatch(64);
        TransmitBatch out = from.newTransmitBatch();
        long sending = 0;
        for (int batch = 0; batch < batches; batch++) {
            for (int i = 0; i < 32; i++) {
                Frames.ipv4(out.headers, out.headerOffset(i), 0x020000000002L, 0x020000000001L, 1, 2, Frames.TCP,
                        20 + payloadBytes);
                out.headers.set(ValueLayout.JAVA_BYTE, out.headerOffset(i) + 46, (byte) 0x50); // header length
                out.add(HEADERS);
                out.span(payload, 0, payloadBytes);
                out.offload(34, 16, 1448);
            }
            long start = linux.threadCpuNs();
            from.transmit(out);
            sending += linux.threadCpuNs() - start;
            while (to.receive(in) != 0) {
                touch(in);
            }
        }
        return sending;
    }

    private static void touch(FrameBatch in) {
        for (int i = 0; i < in.count(); i++) {
            if (in.segment[i].get(ValueLayout.JAVA_BYTE, in.offset[i] + 12) != 8) {
                throw new IllegalStateException();
            }
        }
    }
}

package org.millrace.benchmarks;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.millrace.benchmarks.yardstick.Yardstick;
import org.millrace.testkit.Endpoint;
import org.millrace.testkit.FrameBuilder;
import org.millrace.wire.TcpHeader;

/**
 * The {@link Yardstick} in the place of a data path, with the same peer. Without it, what is left is the harness: the peer
 * makes and takes the same frames, and the application reads and writes the same descriptors.
 */
final class YardstickWorld implements EchoSubject {
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final VarHandle INDEX = ValueLayout.JAVA_LONG.varHandle();
    private static final int MOST_FRAMES = 64;
    private static final int PORT = 7;
    private static final int PEER_ISN = 1000;
    private static final int OWN_ISN = 5000;
    private static final int ID = 0x0100_0000;
    private static final Endpoint SERVER = Endpoint.of("02:00:00:00:00:02", "10.0.0.2", PORT);
    private static final Endpoint PEER = Endpoint.of("02:00:00:00:00:01", "10.0.0.1", PeerPort.FIRST_PORT);

    private final PeerPort port;
    private final Yardstick path;
    private final boolean harnessOnly;
    private final MemorySegment region;
    private final int[] sent;
    private final FlowOrder order;
    private long requestTail;
    private long eventHead;
    private long nowNs = 1_000_000_000;

    YardstickWorld(EchoConditions conditions, boolean harnessOnly) {
        int flows = conditions.flows();
        this.harnessOnly = harnessOnly;
        order = conditions.order();
        port = new PeerPort(flows, 192, conditions.softwareChecksums());
        region = Arena.ofAuto().allocate(Yardstick.bytes(flows), 4096);
        path = new Yardstick(flows, MOST_FRAMES, Arena.ofAuto().allocate((long) MOST_FRAMES * Yardstick.FRAME, 64), region,
            PeerPort.MAC, SERVER.address(), conditions.softwareChecksums(), 0x5851_f42d_4c95_7f2dL);
        sent = new int[flows];
        for (int flow = 0; flow < flows; flow++) {
            int peerPort = PeerPort.FIRST_PORT + flow;
            port.frame(flow, FrameBuilder.tcp().from(PEER.atPort(peerPort)).to(SERVER).flags(TcpHeader.ACK).window(65_535)
                .payload(new byte[PAYLOAD]).build());
            sent[flow] = PEER_ISN;
            port.seenSeq[flow] = OWN_ISN;
            path.establish(flow + 1, ID | flow + 1, 0x02_00_00_00_00_01L, PEER.address(), PORT << 16 | peerPort, PEER_ISN,
                OWN_ISN);
        }
        for (int i = 0; i < Yardstick.RING; i++) { // what the harness alone reads
            long at = path.events() + Yardstick.SLOTS + (long) i * Yardstick.DESCRIPTOR;
            region.set(WORD, at, (long) (ID | i % flows + 1) << 32 | Yardstick.BUMP);
            region.set(WORD, at + 8, (i & 31) < BATCH ? PAYLOAD : (long) PAYLOAD << 32);
        }
    }

    @Override
    public void echo() {
        int first = order.nextBatch();
        for (int i = first; i < first + BATCH; i++) {
            int flow = order.flow(i);
            port.queue(flow, HEADERS + PAYLOAD, sent[flow], port.seenSeq[flow]);
            sent[flow] += PAYLOAD;
        }
        step(first, 0);
        application();
        step(first, PAYLOAD);
        for (int i = first; i < first + BATCH; i++) {
            int flow = order.flow(i);
            port.queue(flow, HEADERS, sent[flow], port.seenSeq[flow]);
        }
        step(first, -1);
    }

    private void step(int first, int harnessPayload) {
        nowNs += 10_000;
        if (harnessOnly) {
            pretend(first, harnessPayload);
            return;
        }
        int count = port.takeQueued();
        MemorySegment memory = port.memory();
        for (int i = 0; i < count; i++) {
            path.receive(memory, port.offset(i), port.length(i), nowNs);
        }
        path.requests(nowNs);
        path.timers(nowNs);
        path.transmit(MOST_FRAMES, nowNs);
        path.tell();
        for (int i = 0; i < path.sent; i++) {
            sent(i, path.firstLength[i] + path.secondLength[i]);
        }
        path.sent = 0;
    }

    private void sent(int i, int payload) {
        long at = (long) i * Yardstick.FRAME;
        port.sent(path.headers, at, payload);
        if (port.checks) {
            port.check(path.headers, at, HEADERS, payload, region, path.firstOffset[i], path.firstLength[i], region,
                path.secondOffset[i], path.secondLength[i]);
        }
    }

    /** The frames of a step leave, and its events are there, without anybody having done it. */
    private void pretend(int first, int payload) {
        port.takeQueued();
        INDEX.setRelease(region, path.requests() + 64, requestTail);
        if (payload >= 0) {
            for (int i = 0; i < BATCH; i++) {
                long at = (long) i * Yardstick.FRAME;
                path.headers.set(U16, at + 36, (short) (PeerPort.FIRST_PORT + order.flow(first + i)));
                port.sent(path.headers, at, payload);
            }
        }
        if (payload <= 0) {
            INDEX.setRelease(region, path.events(), eventHead + BATCH);
        }
    }

    private void application() {
        long tail = (long) INDEX.getAcquire(region, path.events());
        for (; eventHead != tail; eventHead++) {
            long event = path.events() + Yardstick.SLOTS + (eventHead & Yardstick.RING - 1) * Yardstick.DESCRIPTOR;
            long received = region.get(WORD, event + 8) & 0xffff_ffffL;
            if (received != 0) {
                long request = path.requests() + Yardstick.SLOTS + (requestTail++ & Yardstick.RING - 1) * Yardstick.DESCRIPTOR;
                region.set(WORD, request, region.get(WORD, event));
                region.set(WORD, request + 8, received | received << 32);
                region.set(WORD, request + 16, 0);
                region.set(WORD, request + 24, 0);
            }
        }
        INDEX.setRelease(region, path.events() + 64, eventHead);
        INDEX.setRelease(region, path.requests(), requestTail);
    }

    @Override
    public void check() {
        long before = port.sentPayload;
        port.checks = true;
        echo();
        port.checks = false;
        if (port.sentPayload - before != (long) BATCH * PAYLOAD || path.slow != 0) {
            throw new IllegalStateException("echoed " + (port.sentPayload - before) + " of " + BATCH * PAYLOAD + ", "
                + path.slow + " left to a control plane");
        }
    }
}

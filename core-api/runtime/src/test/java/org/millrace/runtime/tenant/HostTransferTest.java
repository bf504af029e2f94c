package org.millrace.runtime.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.context.ContextSize;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.ViewCursor;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.transport.ReceivedPacket;
import org.millrace.memory.ContextLayout;
import org.millrace.runtime.frame.ReceivedFrames;
import org.millrace.runtime.frame.RetainedFrames;
import org.millrace.runtime.path.TestHost;
import org.millrace.sim.port.FrameFabric;
import org.millrace.sim.port.FrameLink;
import org.millrace.testkit.ManualClock;

/** Of a frame that its port has yet, in one part or in several. */
class HostTransferTest {
    private static final int HEADERS = 54;
    private static final int PAYLOAD = 3000;
    private static final int RING = 4096;

    private final TestHost host = new TestHost(new FrameFabric(new ManualClock(), new FrameLink(0, 1500, false))
        .port("us", 0x020000000001L), "10.0.0.1");
    private final Counters counters = new Counters();
    private final RetainedFrames retained = new RetainedFrames(10, 1 << 16);
    private final ReceivedFrames frames = new ReceivedFrames(4, retained);
    private final HostTransfer transfer = new HostTransfer(host.path.contexts(), frames, new PayloadSpans(null, retained, counters),
        counters, new IdlePages(counters));
    private final byte[] frame = new byte[HEADERS + PAYLOAD];
    private final SegmentMeta meta = new SegmentMeta();
    private MemorySegment ring;
    private int taken;

    @BeforeEach
    void receive() {
        new Random(8).nextBytes(frame);
        host.open(new ContextSize(4, RING, RING, 64));
        AppContext context = host.lastOpened;
        int connection = context.open(0, 1, new InetSocketAddress("10.0.0.1", 1), new InetSocketAddress("10.0.0.2", 2));
        ring = context.region.segment().asSlice(context.layout.receiveRing(ContextLayout.slot(connection)), RING);
        frames.batch.addHead(MemorySegment.ofArray(frame).asSlice(0, 100), 0, 100, frame.length, 1448, 0, new FrameBatch.Rest() {
            @Override
            public void take(FrameBatch batch, int i, int from, MemorySegment to, long firstOffset, int firstLength, long secondOffset,
                             int secondLength) {
                assertThat(taken++).as("received from a queue, and gone").isZero();
                MemorySegment.copy(MemorySegment.ofArray(frame), from, to, firstOffset, firstLength);
                MemorySegment.copy(MemorySegment.ofArray(frame), from + firstLength, to, secondOffset, secondLength);
            }

            @Override
            public void complete(FrameBatch batch, int i) {
                batch.moved(i, MemorySegment.ofArray(frame), 0);
            }
        });
        ReceivedPacket packet = frames.at(0);
        packet.frame = frames.batch.segment[0];
        packet.headerOffset = HEADERS - 20;
        packet.length = PAYLOAD + 20;
        ViewCursor.move(meta, new int[SegmentMeta.BYTES / Integer.BYTES], 0);
        meta.frame(1);
        meta.context(context.number);
        meta.connection(connection);
    }

    private void toHost(int from, int bytes) {
        meta.payloadOffset(HEADERS + from);
        meta.position(2000 + from);
        meta.length(bytes);
        transfer.toHost(meta);
    }

    private void assertReceived(int from, int bytes) {
        for (int i = from; i < from + bytes; i++) {
            assertThat(ring.get(ValueLayout.JAVA_BYTE, 2000 + i & RING - 1)).isEqualTo(frame[HEADERS + i]);
        }
    }

    @Test
    void thePortMovesWhatIsWantedAsAWhole() {
        toHost(0, PAYLOAD);
        assertReceived(0, PAYLOAD);
        assertThat(taken).isOne();
        assertThat(counters.transferFaults).isZero();
    }

    @Test
    void partsOfOneFrameAllArrive() {
        toHost(0, 1000);
        toHost(1000, 500);
        toHost(1500, PAYLOAD - 1500);
        assertReceived(0, PAYLOAD);
        assertThat(counters.receivedPayloadBytes).isEqualTo(PAYLOAD);
        assertThat(counters.transferFaults).isZero();
    }

    @Test
    void whatIsGoneIsCounted() {
        toHost(1000, PAYLOAD - 1000);
        toHost(0, 1000);
        toHost(1000, PAYLOAD - 1000);
        assertReceived(1000, PAYLOAD - 1000);
        assertThat(counters.transferFaults).isEqualTo(2);
        assertThat(counters.receivedPayloadBytes).isEqualTo(PAYLOAD - 1000);
    }
}

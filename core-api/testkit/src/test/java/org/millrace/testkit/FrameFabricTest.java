package org.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.Channels;
import org.junit.jupiter.api.Test;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.Port;
import org.millrace.api.port.TransmitBatch;
import org.millrace.sim.port.FrameFabric;
import org.millrace.sim.port.FrameLink;
import org.millrace.wire.PcapngWriter;

class FrameFabricTest {
    private static final Endpoint A = Endpoint.of("02:00:00:00:00:0a", "10.0.0.10", 1);
    private static final Endpoint B = Endpoint.of("02:00:00:00:00:0b", "10.0.0.11", 2);
    private static final Endpoint C = Endpoint.of("02:00:00:00:00:0c", "10.0.0.12", 3);

    private final ManualClock clock = new ManualClock();
    private final FrameBatch batch = new FrameBatch(8);

    private static byte[] frame(int bytes) {
        return FrameBuilder.udp().from(A).to(B).payload(new byte[bytes - 42]).build();
    }

    private static int send(Port port, byte[] frame, int segmentSize) {
        TransmitBatch out = port.newTransmitBatch();
        MemorySegment.copy(MemorySegment.ofArray(frame), 0, out.headers, out.headerOffset(0), 42);
        out.add(42);
        out.span(MemorySegment.ofArray(frame), 42, frame.length - 42);
        out.offload(0, 0, segmentSize);
        return port.transmit(out);
    }

    @Test
    void aFrameArrivesAfterTheDelayAndNotBefore() {
        FrameFabric fabric = new FrameFabric(clock, new FrameLink(500, 1500, false));
        Port a = fabric.port("a", A.mac());
        Port b = fabric.port("b", B.mac());
        assertThat(fabric.nextDeliveryNs()).isEqualTo(Long.MAX_VALUE);
        send(a, frame(100), 0);
        assertThat(fabric.nextDeliveryNs()).isEqualTo(500);
        clock.set(499);
        assertThat(b.receive(batch)).isZero();
        clock.set(500);
        assertThat(b.receive(batch)).isEqualTo(1);
        assertThat(Frames.copy(batch, 0)).isEqualTo(frame(100));
        assertThat(a.receive(batch)).isZero();
        assertThat(b.counters().receivedBytes()).isEqualTo(100);
        assertThat(a.counters().transmittedFrames()).isEqualTo(1);
    }

    @Test
    void aTraceHasEveryFrameAndItsTime() throws IOException {
        ByteArrayOutputStream trace = new ByteArrayOutputStream();
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        FrameFabric fabric = new FrameFabric(clock, new FrameLink(500, 1500, false));
        Port a = fabric.port("a", A.mac());
        fabric.port("b", B.mac());
        fabric.trace(new PcapngWriter(Channels.newChannel(trace)));
        clock.set(70);
        send(a, frame(100), 0);
        try (PcapngWriter writer = new PcapngWriter(Channels.newChannel(expected))) {
            writer.write(70, MemorySegment.ofArray(frame(100)), 0, 100);
        }
        assertThat(trace.toByteArray()).isEqualTo(expected.toByteArray());
    }

    @Test
    void aRateSpacesFramesAndAFullQueueDrops() {
        FrameLink link = new FrameLink(500, 1500, false).bitsPerSecond(8_000_000_000L).queueFrames(2);
        FrameFabric fabric = new FrameFabric(clock, link);
        Port a = fabric.port("a", A.mac());
        Port b = fabric.port("b", B.mac());
        assertThat(send(a, frame(100), 0)).isEqualTo(1);
        assertThat(send(a, frame(1000), 0)).isEqualTo(1);
        assertThat(send(a, frame(100), 0)).isZero();
        assertThat(fabric.nextDeliveryNs()).isEqualTo(600);
        clock.set(1599);
        assertThat(b.receive(batch)).isEqualTo(1);
        clock.set(1600);
        assertThat(b.receive(batch)).isEqualTo(1);
        assertThat(a.counters().transmitDropped()).isEqualTo(1);
        assertThat(send(a, frame(100), 0)).as("room again").isEqualTo(1);
    }

    @Test
    void framesGoWhereTheyAreAddressed() {
        FrameFabric fabric = new FrameFabric(clock, new FrameLink(0, 1500, false));
        Port a = fabric.port("a", A.mac());
        Port b = fabric.port("b", B.mac());
        Port c = fabric.port("c", C.mac());
        send(a, frame(100), 0);
        assertThat(b.receive(batch)).isEqualTo(1);
        assertThat(c.receive(batch)).isZero();
        send(a, FrameBuilder.arpRequest(A, C.address()), 0);
        assertThat(b.receive(batch)).isEqualTo(1);
        assertThat(c.receive(batch)).isEqualTo(1);
    }

    @Test
    void aSuperFramePassesWholeWithItsSegmentSize() {
        FrameFabric fabric = new FrameFabric(clock, new FrameLink(0, 1500, true));
        Port a = fabric.port("a", A.mac());
        Port b = fabric.port("b", B.mac());
        send(a, frame(9000), 1448);
        assertThat(b.receive(batch)).isEqualTo(1);
        assertThat(batch.length[0]).isEqualTo(9000);
        assertThat(batch.segmentSize[0]).isEqualTo(1448);
        assertThatThrownBy(() -> send(a, frame(9000), 0)).hasMessageContaining("without segment size");
    }

    @Test
    void anOrdinaryPortRefusesWhatItDoesNotOffer() {
        FrameFabric fabric = new FrameFabric(clock, new FrameLink(0, 1500, false));
        Port a = fabric.port("a", A.mac());
        assertThatThrownBy(() -> send(a, frame(1515), 0)).hasMessageContaining("frame of 1515 bytes, allowed is 14 to 1514");
    }

    @Test
    void framesGivenBackAreOverwritten() {
        FrameFabric fabric = new FrameFabric(clock, new FrameLink(0, 1500, false));
        Port a = fabric.port("a", A.mac());
        Port b = fabric.port("b", B.mac());
        send(a, frame(100), 0);
        b.receive(batch);
        MemorySegment kept = batch.segment[0];
        b.receive(batch);
        assertThat(kept.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0xa5);
    }

    @Test
    void timeDoesNotRunBackwards() {
        clock.set(10);
        assertThatThrownBy(() -> clock.set(9)).hasMessageContaining("backwards");
        assertThat(clock.advance(5)).isEqualTo(15);
        assertThat(new ManualClock(-1).getAsLong()).isEqualTo(-1);
    }
}

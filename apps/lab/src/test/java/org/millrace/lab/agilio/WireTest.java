package org.millrace.lab.agilio;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.Port;
import org.millrace.api.port.TransmitBatch;
import org.millrace.wire.EthernetHeader;
import org.millrace.wire.Ipv4Header;

class WireTest {
    /** A receiver drops what has a wrong header checksum. */
    @Test
    void aMarkedFrameHasARightHeaderChecksum() {
        Wire wire = new Wire(new Wire.Shape(10_000, 1_000, 1_000_000, 0, 0), new SplittableRandom(1));
        Port client = wire.client();
        for (int i = 0; i < 2; i++) {
            TransmitBatch batch = client.newTransmitBatch();
            MemorySegment frame = batch.headers.asSlice(batch.headerOffset(0));
            new EthernetHeader().wrap(frame, 0).etherType(EthernetHeader.IPV4);
            new Ipv4Header().wrap(frame, EthernetHeader.LENGTH).initialize().ecn(Ipv4Header.ECN_ECT0).writeChecksum();
            batch.add(100);
            client.transmit(batch);
        }
        wire.nowNs(1_000_000);
        FrameBatch received = new FrameBatch(4);
        assertThat(wire.server().receive(received)).isEqualTo(2);
        Ipv4Header second = new Ipv4Header().wrap(received.segment[1], received.offset[1] + EthernetHeader.LENGTH);
        assertThat(second.ecn()).isEqualTo(Ipv4Header.ECN_CE);
        assertThat(second.checksumValid()).isTrue();
    }
}

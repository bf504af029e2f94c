package org.millrace.runtime.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.millrace.testkit.SegmentAssert.assertSegment;
import static org.millrace.testkit.SegmentAssert.flags;
import static org.millrace.testkit.SegmentAssert.payload;
import static org.millrace.testkit.SegmentAssert.seq;
import static org.millrace.testkit.SegmentAssert.timestamps;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.Port;
import org.millrace.api.port.PortCounters;
import org.millrace.api.port.PortInfo;
import org.millrace.api.port.TransmitBatch;
import org.millrace.testkit.Endpoint;
import org.millrace.testkit.FrameBuilder;
import org.millrace.testkit.Frames;
import org.millrace.testkit.ParsedFrame;
import org.millrace.wire.TcpHeader;

class CuttingPortTest {
    private static final int ALL = TcpHeader.ACK | TcpHeader.PSH | TcpHeader.FIN | TcpHeader.CWR | TcpHeader.ECE;
    private static final Endpoint US = Endpoint.of("02:00:00:00:00:01", "10.0.0.1", 80);
    private static final Endpoint PEER = Endpoint.of("02:00:00:00:00:02", "10.0.0.2", 5000);

    private final byte[] bytes = new byte[2500];
    private final Source source = new Source();
    private final CuttingPort port = new CuttingPort(source, 8);

    CuttingPortTest() {
        new Random(1).nextBytes(bytes);
    }

    @Test
    void piecesCarryTheirOwnNumbersAndFlags() {
        source.give(superFrame().build(), 1000, FrameBatch.CHECKSUM_VALID);
        FrameBatch batch = receive(3);
        int middle = TcpHeader.ACK | TcpHeader.ECE;
        piece(batch, 0, -1000, middle | TcpHeader.CWR, 0, 1000);
        piece(batch, 1, 0, middle, 1000, 2000);
        piece(batch, 2, 1000, middle | TcpHeader.PSH | TcpHeader.FIN, 2000, 2500);
        assertThat(batch.flags[2]).isEqualTo(FrameBatch.CHECKSUM_VALID);
        assertThat(ParsedFrame.of(Frames.copy(batch, 2)).ip().identification()).isEqualTo(1); // 0xffff + 2
        assertThat(receive(0).count()).isZero();
    }

    private void piece(FrameBatch batch, int i, int seq, int flags, int from, int to) {
        byte[] frame = Frames.copy(batch, i);
        assertSegment(frame, seq(seq), flags(flags), timestamps(7, 8), payload(Arrays.copyOfRange(bytes, from, to)));
        assertThat(ParsedFrame.of(frame).ipChecksumValid()).isTrue();
        assertThat(batch.segmentSize[i]).isZero();
    }

    @Test
    void whatDoesNotFitTheBatchIsContinuedBeforeThePortIsAskedAgain() {
        byte[] plain = superFrame().payload("x").build();
        for (int i = 0; i < 3; i++) {
            source.give(superFrame().seq(10_000 * i).build(), 500, FrameBatch.CHECKSUM_VALID);
            source.give(plain, 0, FrameBatch.CHECKSUM_VALID);
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        List<Integer> counts = new ArrayList<>();
        for (int count = 1; count > 0; ) {
            FrameBatch batch = new FrameBatch(8);
            count = port.receive(batch);
            counts.add(count);
            for (int i = 0; i < count; i++) {
                all.writeBytes(ParsedFrame.of(Frames.copy(batch, i)).payload());
            }
        }
        assertThat(counts).containsExactly(8, 8, 2, 0);
        assertThat(source.asked).isEqualTo(2);
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        for (int i = 0; i < 3; i++) {
            expected.writeBytes(bytes);
            expected.write('x');
        }
        assertThat(all.toByteArray()).isEqualTo(expected.toByteArray());
    }

    @Test
    void whatNobodyVouchesForIsSummedUpFirst() {
        source.give(superFrame().build(), 1000, 0);
        source.give(superFrame().badChecksum().build(), 1000, 0);
        FrameBatch batch = receive(4);
        assertThat(batch.flags[0]).isEqualTo(FrameBatch.CHECKSUM_VALID);
        assertThat(batch.length[3]).isGreaterThan(2500);
        assertThat(batch.flags[3]).isZero();
    }

    @Test
    void whatIsNoTcpSuperFrameIsHandedOnAsItIs() {
        byte[] cutShort = Arrays.copyOf(superFrame().build(), 1200);
        byte[] fragment = superFrame().build();
        fragment[20] = 0x20;
        byte[] badLength = superFrame().build();
        badLength[14 + 20 + 12] = 0x10;
        for (byte[] frame : List.of(cutShort, fragment, badLength, superFrame().flags(TcpHeader.SYN).build(),
            FrameBuilder.udp().from(PEER).to(US).payload(bytes).build(), FrameBuilder.arpRequest(PEER, US.address()),
            new byte[14], new byte[0])) {
            source.give(frame, 1000, FrameBatch.CHECKSUM_VALID);
        }
        FrameBatch batch = receive(8);
        assertThat(batch.length[0]).isEqualTo(1200);
        assertThat(Frames.copy(batch, 2)).isEqualTo(badLength);
    }

    @Test
    void segmentsBeyondTheMtuAreNotCut() {
        source.give(superFrame().build(), 1480, FrameBatch.CHECKSUM_VALID);
        receive(1);
    }

    @Test
    void anyFrameIsHandedOnWithoutAnException() {
        Random random = new Random(2);
        for (int round = 0; round < 20_000; round++) {
            byte[] frame = superFrame().build();
            for (int flips = random.nextInt(4); flips > 0; flips--) {
                frame[12 + random.nextInt(50)] = (byte) random.nextInt();
            }
            source.give(Arrays.copyOf(frame, random.nextInt(frame.length + 1)), 1 + random.nextInt(1500), 1);
            while (port.receive(new FrameBatch(8)) > 0) {
                // until it is empty
            }
        }
        assertThat(source.frames).isEmpty();
    }

    @Test
    void thereAreNoSuperFramesToSend() {
        assertThat(port.info()).isEqualTo(new PortInfo("source", 1, 1500, 1514, false, true, false));
    }

    private FrameBuilder superFrame() {
        return FrameBuilder.tcp().from(PEER).to(US).seq(-1000).ack(5).flags(ALL).window(100).timestamps(7, 8)
            .identification(0xffff).payload(bytes);
    }

    private FrameBatch receive(int count) {
        FrameBatch batch = new FrameBatch(8);
        assertThat(port.receive(batch)).isEqualTo(count);
        return batch;
    }

    /** Gives all frames at once. */
    private static final class Source implements Port {
        private record Frame(byte[] bytes, int segmentSize, int flags) {
        }

        final List<Frame> frames = new ArrayList<>();
        int asked;

        void give(byte[] bytes, int segmentSize, int flags) {
            frames.add(new Frame(bytes, segmentSize, flags));
        }

        @Override
        public PortInfo info() {
            return new PortInfo("source", 1, 1500, 65_550, true, true, false);
        }

        @Override
        public int receive(FrameBatch batch) {
            asked++;
            batch.clear();
            frames.forEach(f -> batch.add(MemorySegment.ofArray(f.bytes), 0, f.bytes.length, f.segmentSize, f.flags));
            frames.clear();
            return batch.count();
        }

        @Override
        public TransmitBatch newTransmitBatch() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int transmit(TransmitBatch batch) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int descriptor() {
            return -1;
        }

        @Override
        public PortCounters counters() {
            return new PortCounters(0, 0, 0, 0, 0, 0);
        }

        @Override
        public void close() {
        }
    }
}

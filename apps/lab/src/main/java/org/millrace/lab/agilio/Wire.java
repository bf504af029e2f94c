package org.millrace.lab.agilio;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.Port;
import org.millrace.api.port.PortCounters;
import org.millrace.api.port.PortInfo;
import org.millrace.api.port.TransmitBatch;

/**
 * A full-duplex link between two ports in virtual time: a rate, a delay, a queue at each end, and losses if wanted. Checksums are
 * the MAC's, and are not computed. Owned by: the thread of the world.
 */
final class Wire {
    private static final int BATCH_FRAMES = 64;
    private static final int STRIDE = 256;
    private static final int ETHERNET = 14;
    private static final int FRAME_GAP_BYTES = 24; // FCS, preamble, gap
    private static final int CE = 3;
    private static final int TOS = 15;

    private final Shape shape;
    private final SplittableRandom random;
    private final End[] ends = new End[2];

    /**
     * What the link is like.
     *
     * @param mbit       its rate
     * @param delayNs    one way
     * @param queueBytes most that wait at an end; more is dropped from the tail
     * @param markBytes  what finds so many waiting is marked, if it is ECN-capable
     * @param loss       probability of each frame
     */
    record Shape(long mbit, long delayNs, long queueBytes, long markBytes, double loss) {
    }

    Wire(Shape shape, SplittableRandom random) {
        this.shape = shape;
        this.random = random;
        ends[0] = new End("client", 0x0200_0000_0001L);
        ends[1] = new End("server", 0x0200_0000_0002L);
        ends[0].other = ends[1];
        ends[1].other = ends[0];
    }

    Port client() {
        return ends[0];
    }

    Port server() {
        return ends[1];
    }

    /** {@return when the next frame arrives at a port} */
    long nextNs(Port port) {
        return ((End) port).nextNs();
    }

    void nowNs(long nowNs) {
        ends[0].nowNs = nowNs;
        ends[1].nowNs = nowNs;
    }

    /** {@return frames that found a queue full} */
    long dropped() {
        return ends[0].dropped + ends[1].dropped;
    }

    private final class End implements Port {
        private final PortInfo info;
        private final Deque<byte[]> frames = new ArrayDeque<>();
        private final Deque<Long> arrivals = new ArrayDeque<>();
        private End other;
        private long nowNs;
        private double freeNs;
        private long received;
        private long receivedBytes;
        private long sent;
        private long sentBytes;
        private long dropped;

        End(String name, long mac) {
            info = new PortInfo(name, mac, 1500, 1514, false, true, true);
        }

        long nextNs() {
            return arrivals.isEmpty() ? Long.MAX_VALUE : arrivals.peek();
        }

        @Override
        public PortInfo info() {
            return info;
        }

        @Override
        public int receive(FrameBatch batch) {
            batch.clear();
            while (!batch.isFull() && nextNs() <= nowNs) {
                arrivals.poll();
                byte[] frame = frames.poll();
                received++;
                receivedBytes += frame.length;
                batch.add(MemorySegment.ofArray(frame), 0, frame.length, 0, FrameBatch.CHECKSUM_VALID);
            }
            return batch.count();
        }

        @Override
        public TransmitBatch newTransmitBatch() {
            return new TransmitBatch(BATCH_FRAMES, MemorySegment.ofArray(new byte[BATCH_FRAMES * STRIDE]), 0, STRIDE);
        }

        @Override
        public int transmit(TransmitBatch batch) {
            int count = batch.count();
            for (int i = 0; i < count; i++) {
                byte[] frame = new byte[batch.frameLength(i)];
                MemorySegment whole = MemorySegment.ofArray(frame);
                int header = batch.headerLength[i];
                MemorySegment.copy(batch.headers, batch.headerOffset(i), whole, 0, header);
                if (batch.firstLength[i] > 0) {
                    MemorySegment.copy(batch.first[i], batch.firstOffset[i], whole, header, batch.firstLength[i]);
                }
                if (batch.secondLength[i] > 0) {
                    MemorySegment.copy(batch.second[i], batch.secondOffset[i], whole, header + batch.firstLength[i],
                        batch.secondLength[i]);
                }
                send(frame, whole);
            }
            batch.clear();
            return count;
        }

        private void send(byte[] frame, MemorySegment whole) {
            double begin = Math.max(freeNs, nowNs);
            double waitingBytes = (begin - nowNs) * shape.mbit / 8e3;
            if (waitingBytes > shape.queueBytes) {
                dropped++;
                return;
            }
            if (waitingBytes > shape.markBytes && (whole.get(ValueLayout.JAVA_BYTE, TOS) & CE) != 0) {
                frame[TOS] |= CE; // the MAC takes the checksum for right
            }
            freeNs = begin + (frame.length + FRAME_GAP_BYTES) * 8e3 / shape.mbit;
            sent++;
            sentBytes += frame.length - ETHERNET;
            if (shape.loss == 0 || random.nextDouble() >= shape.loss) {
                other.frames.add(frame);
                other.arrivals.add((long) Math.ceil(freeNs) + shape.delayNs);
            }
        }

        @Override
        public int descriptor() {
            return -1;
        }

        @Override
        public PortCounters counters() {
            return new PortCounters(received, receivedBytes, 0, sent, sentBytes, dropped);
        }

        @Override
        public void close() {
            frames.clear();
            arrivals.clear();
        }
    }
}

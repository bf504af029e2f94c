package org.millrace.lab.agilio;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.Port;
import org.millrace.api.port.PortCounters;
import org.millrace.api.port.PortInfo;
import org.millrace.api.port.TransmitBatch;
import org.millrace.sim.port.SentFrames;

/**
 * A full-duplex link between two ports in virtual time: a rate, a delay, a queue at each end that drops or holds its host back, and
 * losses if wanted. Checksums are the MAC's, and are not computed. Owned by: the thread of the world.
 */
final class Wire {
    private static final int BATCH_FRAMES = 64;
    private static final int STRIDE = 256;
    private static final int ETHERNET = 14;
    private static final int FRAME_GAP_BYTES = 24; // FCS, preamble, gap

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
     * @param buffers    frames that wait at an end from which on its host holds back; 0: it never does
     */
    record Shape(long mbit, long delayNs, long queueBytes, long markBytes, double loss, int buffers) {
        /** One whose hosts never hold back. */
        Shape(long mbit, long delayNs, long queueBytes, long markBytes, double loss) {
            this(mbit, delayNs, queueBytes, markBytes, loss, 0);
        }

        /** {@return the same with losses} */
        Shape losing(double part) {
            return new Shape(mbit, delayNs, queueBytes, markBytes, part, buffers);
        }
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

    /** {@return whether a port has no buffer left for a frame: its host is to hold back} */
    boolean isFull(Port port) {
        return ((End) port).isFull();
    }

    /** {@return when a port that is full will have a buffer again; never for others} */
    long roomNs(Port port) {
        End end = (End) port;
        return end.isFull() ? end.leaving.peek() : Long.MAX_VALUE;
    }

    /** A port hands frames out only while something is so; until then they wait at it. */
    void gate(Port port, BooleanSupplier isOpen) {
        ((End) port).isOpen = isOpen;
    }

    /** {@return frames that were lost on the way} */
    long lost() {
        return ends[0].lost + ends[1].lost;
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
        private final Deque<Long> leaving = new ArrayDeque<>();
        private End other;
        private long nowNs;
        private double freeNs;
        private long received;
        private long receivedBytes;
        private long sent;
        private long sentBytes;
        private long dropped;
        private long lost;
        private BooleanSupplier isOpen = () -> true;

        End(String name, long mac) {
            info = new PortInfo(name, mac, 1500, 1514, false, true, true);
        }

        long nextNs() {
            return arrivals.isEmpty() ? Long.MAX_VALUE : arrivals.peek();
        }

        boolean isFull() {
            while (!leaving.isEmpty() && leaving.peek() <= nowNs) {
                leaving.poll();
            }
            return shape.buffers > 0 && leaving.size() >= shape.buffers;
        }

        @Override
        public PortInfo info() {
            return info;
        }

        @Override
        public int receive(FrameBatch batch) {
            batch.clear();
            while (!batch.isFull() && nextNs() <= nowNs && isOpen.getAsBoolean()) {
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
                send(batch.copy(i));
            }
            batch.clear();
            return count;
        }

        private void send(byte[] frame) {
            double begin = Math.max(freeNs, nowNs);
            double waitingBytes = (begin - nowNs) * shape.mbit / 8e3;
            if (waitingBytes > shape.queueBytes) {
                dropped++;
                return;
            }
            if (waitingBytes > shape.markBytes) {
                SentFrames.mark(frame);
            }
            freeNs = begin + (frame.length + FRAME_GAP_BYTES) * 8e3 / shape.mbit;
            if (shape.buffers > 0) {
                leaving.add((long) Math.ceil(freeNs));
            }
            sent++;
            sentBytes += frame.length - ETHERNET;
            if (shape.loss > 0 && random.nextDouble() < shape.loss) {
                lost++;
                return;
            }
            other.frames.add(frame);
            other.arrivals.add((long) Math.ceil(freeNs) + shape.delayNs);
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

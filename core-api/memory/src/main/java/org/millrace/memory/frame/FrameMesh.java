package org.millrace.memory.frame;

import java.lang.foreign.MemorySegment;
import org.millrace.api.port.FrameBatch;
import org.millrace.memory.MappedRegion;

/**
 * Wires within a process from each of n threads to each other, for frames that one has received and another one wants. A frame
 * is copied once. When a wire is full its frames are dropped and counted, as on any wire.
 */
public final class FrameMesh {
    private static final int RING_BYTES = 1 << 20;

    private final Node[] nodes;

    /**
     * Makes one.
     *
     * @param count of threads, from 1
     */
    public FrameMesh(int count) {
        nodes = new Node[count];
        MemorySegment memory = MappedRegion.reserve("millrace-shards", (long) count * count * FrameRing.sizeBytes(RING_BYTES));
        for (int i = 0; i < count; i++) {
            nodes[i] = new Node(i, count);
        }
        for (int from = 0; from < count; from++) {
            for (int to = 0; to < count; to++) {
                if (from != to) {
                    long base = (long) (from * count + to) * FrameRing.sizeBytes(RING_BYTES);
                    nodes[from].writers[to] = new FrameWriter(memory, base, RING_BYTES, FrameRing.MAX_FRAME_BYTES,
                            nodes[to].bell);
                    nodes[to].readers[from] = new FrameReader(memory, base, RING_BYTES, nodes[to].bell,
                            FrameBatch.CHECKSUM_VALID | FrameBatch.LOOPED | FrameBatch.COPIED);
                }
            }
        }
    }

    /** {@return what thread {@code i} has of it} */
    public Node node(int i) {
        return nodes[i];
    }

    /** One thread's ends. Owned by: that thread, but for {@link #handed} and {@link #dropped}. */
    public static final class Node {
        private final int index;
        private final FrameReader[] readers;
        private final FrameWriter[] writers;
        private final Call bell = new Call();
        private int first;

        private Node(int index, int count) {
            this.index = index;
            readers = new FrameReader[count];
            writers = new FrameWriter[count];
        }

        /**
         * Says how this thread is woken; before anybody hands it frames.
         *
         * @param wake called by other threads
         */
        public void wokenBy(Runnable wake) {
            bell.wake = wake;
        }

        /**
         * Hands a frame to another thread, after the next {@link #publish}.
         *
         * @param to    the thread
         * @param batch where the frame is
         * @param frame its index
         * @return whether there was room for it
         */
        public boolean hand(int to, FrameBatch batch, int frame) {
            return writers[to].append(batch, frame);
        }

        /** Shows others what was handed to them, and wakes those that sleep. */
        public void publish() {
            for (FrameWriter writer : writers) {
                if (writer != null) {
                    writer.publish();
                }
            }
        }

        /** Gives the frames of the last {@link #take} back. */
        public void release() {
            for (FrameReader reader : readers) {
                if (reader != null) {
                    reader.release();
                }
            }
        }

        /**
         * Adds what others have handed in, as far as there is room, each time beginning with another one.
         *
         * @param batch takes the frames, which stay where they are until {@link #release}
         */
        public void take(FrameBatch batch) {
            first = next(first);
            int from = first;
            do {
                if (readers[from] != null) {
                    readers[from].append(batch);
                }
                from = next(from);
            } while (from != first);
        }

        private int next(int thread) {
            return thread + 1 == readers.length ? 0 : thread + 1;
        }

        /**
         * Says that the thread is about to sleep, or has woken.
         *
         * @param sleeping true before the last look at {@link #take}
         */
        public void sleeping(boolean sleeping) {
            for (FrameReader reader : readers) {
                if (reader == null) {
                    continue;
                }
                if (sleeping) {
                    reader.beforeSleep();
                } else {
                    reader.afterSleep();
                }
            }
        }

        /** {@return how many threads there are} */
        public int count() {
            return readers.length;
        }

        /** {@return which one this is} */
        public int index() {
            return index;
        }

        /** {@return frames that were handed to others} */
        public long handed() {
            long sum = 0;
            for (FrameWriter writer : writers) {
                sum += writer == null ? 0 : writer.frames();
            }
            return sum;
        }

        /** {@return frames that were taken from others} Own thread only. */
        public long taken() {
            long sum = 0;
            for (FrameReader reader : readers) {
                sum += reader == null ? 0 : reader.frames();
            }
            return sum;
        }

        /** {@return frames that found no room} */
        public long dropped() {
            long sum = 0;
            for (FrameWriter writer : writers) {
                sum += writer == null ? 0 : writer.dropped();
            }
            return sum;
        }
    }

    /** Wakes a thread by what it sleeps on anyway. */
    private static final class Call implements Bell {
        private volatile Runnable wake = () -> { };

        @Override
        public void ring() {
            wake.run();
        }

        @Override
        public boolean silence() {
            return true;
        }

        @Override
        public int descriptor() {
            return -1;
        }

        @Override
        public void close() {
        }
    }
}

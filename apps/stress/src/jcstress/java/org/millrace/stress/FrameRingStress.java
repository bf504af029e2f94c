package org.millrace.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.millrace.api.port.FrameBatch;
import org.millrace.memory.frame.Bell;
import org.millrace.memory.frame.FrameReader;
import org.millrace.memory.frame.FrameRing;
import org.millrace.memory.frame.FrameWriter;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Rings of frames: the memory port, and what shards hand to each other. */
public final class FrameRingStress {
    private static final int FRAME_BYTES = 24;
    /** Two records. */
    private static final int CAPACITY = 64;
    private static final FrameBatch ONES = batch((byte) 1);
    private static final FrameBatch TWOS = batch((byte) 2);

    private FrameRingStress() {
    }

    private static FrameBatch batch(byte content) {
        byte[] frame = new byte[FRAME_BYTES];
        Arrays.fill(frame, content);
        FrameBatch batch = new FrameBatch(1);
        batch.add(MemorySegment.ofArray(frame), 0, FRAME_BYTES, 0, 0);
        return batch;
    }

    /** Both ends. */
    abstract static class Ring implements Bell {
        final MemorySegment memory = MemorySegment.ofArray(new long[(int) FrameRing.sizeBytes(CAPACITY) / Long.BYTES]);
        final FrameWriter writer = new FrameWriter(memory, 0, CAPACITY, FRAME_BYTES, this);
        final FrameReader reader = new FrameReader(memory, 0, CAPACITY, this, 0);
        final FrameBatch read = new FrameBatch(2);
        int rung;

        final boolean isWhole(int frame) {
            return -1 == MemorySegment.mismatch(read.segment[frame], read.offset[frame], read.offset[frame] + FRAME_BYTES,
                ONES.segment[0], 0, FRAME_BYTES);
        }

        @Override
        public void ring() {
            rung++;
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

    /** What is published is whole: frames there, how many of them are. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "nothing yet")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "the frame")
    @Outcome(expect = FORBIDDEN, desc = "a frame without its bytes")
    @State
    public static class Published extends Ring {
        @Actor
        public void write() {
            writer.append(ONES, 0);
            writer.publish();
        }

        @Actor
        public void read(II_Result r) {
            reader.append(read);
            r.r1 = read.count();
            r.r2 = r.r1 > 0 && isWhole(0) ? 1 : 0;
        }
    }

    /** Room is used again only when what was there has been read: whole frames, whether there was room. */
    @JCStressTest
    @Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "no room yet")
    @Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "used again")
    @Outcome(expect = FORBIDDEN, desc = "overwritten while it was read")
    @State
    public static class UsedAgain extends Ring {
        public UsedAgain() {
            writer.append(ONES, 0);
            writer.append(ONES, 0);
            writer.publish();
        }

        @Actor
        public void write(II_Result r) {
            r.r2 = writer.append(TWOS, 0) ? 1 : 0;
            writer.publish();
        }

        @Actor
        public void read(II_Result r) {
            reader.append(read);
            for (int i = 0; i < read.count(); i++) {
                r.r1 += isWhole(i) ? 1 : 0;
            }
            reader.release();
        }
    }

    /** No wake-up is lost: what the reader sees after it has said that it sleeps, whether it was rung for. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "the reader does not sleep")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "the writer rings")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "both see the other")
    @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "it sleeps for ever")
    @State
    public static class Waiting extends Ring {
        @Actor
        public void sleep(II_Result r) {
            reader.beforeSleep();
            reader.append(read);
            r.r1 = read.count();
        }

        @Actor
        public void write() {
            writer.append(ONES, 0);
            writer.publish();
        }

        @Arbiter
        public void heard(II_Result r) {
            r.r2 = rung;
        }
    }
}

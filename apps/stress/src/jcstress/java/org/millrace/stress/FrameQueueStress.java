package org.millrace.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.foreign.MemorySegment;
import org.millrace.runtime.capture.FrameQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A capture's frames on their way to who writes them. */
public final class FrameQueueStress {
    private static final MemorySegment FRAME = MemorySegment.ofArray(new byte[] {1, 1, 1, 1, 1, 1, 1, 1});

    private FrameQueueStress() {
    }

    /** Who has seen that it is closed finds all that was put in: whether it was closed, whole frames. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "nothing yet")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "the frame, open yet")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "the frame, the last one")
    @Outcome(expect = FORBIDDEN, desc = "the last frame is missing or is not whole")
    @State
    public static class Closed {
        private final FrameQueue queue = new FrameQueue(64);

        @Actor
        public void capture() {
            queue.frame(1, false, FRAME, 0, Long.BYTES, Long.BYTES);
            queue.close();
        }

        @Actor
        public void write(II_Result r) {
            r.r1 = queue.isClosed() ? 1 : 0;
            queue.take((timeNs, sent, memory, offset, length, wireBytes) -> r.r2 += timeNs == 1 && length == Long.BYTES
                && -1 == MemorySegment.mismatch(memory, offset, offset + length, FRAME, 0, Long.BYTES) ? 1 : 2);
        }
    }
}

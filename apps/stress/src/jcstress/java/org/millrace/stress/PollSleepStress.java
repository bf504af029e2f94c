package org.millrace.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.millrace.memory.Descriptor;
import org.millrace.memory.DescriptorRing;
import org.millrace.toe.sleep.PollSleep;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;

/** The owner of a context, asleep in the kernel: who wakes it does. */
public final class PollSleepStress {
    private PollSleepStress() {
    }

    abstract static class Sleeper {
        final MemorySegment memory = Arena.ofAuto().allocate(DescriptorRing.bytes(2), 64);
        final DescriptorRing producer = new DescriptorRing(memory, 0, 2);
        final DescriptorRing events = new DescriptorRing(memory, 0, 2);
        final PollSleep sleep = new PollSleep(null, List.of(events), true, () -> true);
    }

    /** By another thread of its application. */
    @JCStressTest(Mode.Termination)
    @Outcome(id = "TERMINATED", expect = ACCEPTABLE, desc = "awake")
    @Outcome(id = "STALE", expect = FORBIDDEN, desc = "a lost wake-up")
    @State
    public static class Asked extends Sleeper {
        @Actor
        public void sleep() {
            sleep.sleep(-1);
        }

        @Signal
        public void wake() {
            sleep.ask();
            sleep.wake();
        }
    }

    /** By an event. */
    @JCStressTest(Mode.Termination)
    @Outcome(id = "TERMINATED", expect = ACCEPTABLE, desc = "awake")
    @Outcome(id = "STALE", expect = FORBIDDEN, desc = "a lost wake-up")
    @State
    public static class Told extends Sleeper {
        @Actor
        public void sleep() {
            sleep.sleep(-1);
        }

        @Signal
        public void tell() {
            producer.i32(producer.claim(), Descriptor.CONNECTION, 1);
            producer.publish();
            if (producer.takeWaiting()) {
                producer.waitingFutex().wake(1);
            }
        }
    }
}

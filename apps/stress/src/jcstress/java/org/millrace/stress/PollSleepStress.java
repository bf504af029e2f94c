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
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

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

    /** A wish that is cleared was heard: whether the owner saw what it was for, whether it would look for a reason to stay awake. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "heard")
    @Outcome(id = {"0, 0", "1, 0"}, expect = ACCEPTABLE, desc = "the next poll returns at once")
    @Outcome(id = "0, 1", expect = FORBIDDEN, desc = "it sleeps and has not seen what it was woken for")
    @State
    public static class Heard {
        private final MemorySegment memory = Arena.ofAuto().allocate(DescriptorRing.bytes(2), 64);
        private final PollSleep sleep = new PollSleep(null, List.of(new DescriptorRing(memory, 0, 2)), true, () -> {
            looks = 1;
            return false; // so that it stays awake here
        });
        private int looks;
        private int what;

        @Actor
        public void poll(II_Result r) {
            sleep.heard();
            r.r1 = what;
        }

        @Actor
        public void ask() {
            what = 1;
            sleep.ask();
        }

        @Arbiter
        public void next(II_Result r) {
            sleep.sleep(-1);
            r.r2 = looks;
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

package org.millrace.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.foreign.MemorySegment;
import org.millrace.memory.Descriptor;
import org.millrace.memory.DescriptorRing;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Request and event rings, and the word on which their consumer sleeps. */
public final class DescriptorRingStress {
    private DescriptorRingStress() {
    }

    private static MemorySegment ring(int slots) {
        return MemorySegment.ofArray(new long[(int) DescriptorRing.bytes(slots) / Long.BYTES]);
    }

    private static void put(DescriptorRing ring, int number) {
        long slot = ring.claim();
        ring.i64(slot, Descriptor.OPAQUE, number);
        ring.i32(slot, Descriptor.ARGUMENT, number);
    }

    private static boolean has(DescriptorRing ring, int number) {
        return ring.i64(ring.peek(), Descriptor.OPAQUE) == number && ring.i32(ring.peek(), Descriptor.ARGUMENT) == number;
    }

    /** What is published is whole: descriptors there, how many of them are. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "nothing yet")
    @Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "both")
    @Outcome(expect = FORBIDDEN, desc = "a descriptor without its fields")
    @State
    public static class Published {
        private final MemorySegment memory = ring(2);
        private final DescriptorRing producer = new DescriptorRing(memory, 0, 2);
        private final DescriptorRing consumer = new DescriptorRing(memory, 0, 2);

        @Actor
        public void produce() {
            put(producer, 1);
            put(producer, 2);
            producer.publish();
        }

        @Actor
        public void consume(II_Result r) {
            r.r1 = consumer.available();
            for (int i = 1; i <= r.r1; i++) {
                r.r2 += has(consumer, i) ? 1 : 0;
                consumer.next();
            }
        }
    }

    /** A slot is used again only when what was in it has been read: whether that was whole, whether there was room. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "no room yet")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "used again")
    @Outcome(expect = FORBIDDEN, desc = "overwritten while it was read")
    @State
    public static class UsedAgain {
        private final MemorySegment memory = ring(1);
        private final DescriptorRing producer = new DescriptorRing(memory, 0, 1);
        private final DescriptorRing consumer = new DescriptorRing(memory, 0, 1);

        public UsedAgain() {
            put(producer, 1);
            producer.publish();
        }

        @Actor
        public void produce(II_Result r) {
            if (producer.free() > 0) {
                put(producer, 2);
                producer.publish();
                r.r2 = 1;
            }
        }

        @Actor
        public void consume(II_Result r) {
            r.r1 = consumer.available() > 0 && has(consumer, 1) ? 1 : 0;
            consumer.next();
            consumer.release();
        }
    }

    /** No wake-up is lost: what the consumer sees after it has said that it sleeps, whether the producer sees that. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "the consumer does not sleep")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "the producer wakes it")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "both see the other")
    @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "it sleeps for ever")
    @State
    public static class Waiting {
        private final MemorySegment memory = ring(1);
        private final DescriptorRing producer = new DescriptorRing(memory, 0, 1);
        private final DescriptorRing consumer = new DescriptorRing(memory, 0, 1);

        @Actor
        public void sleep(II_Result r) {
            consumer.waiting(true);
            r.r1 = consumer.available();
        }

        @Actor
        public void wake(II_Result r) {
            put(producer, 1);
            producer.publish();
            r.r2 = producer.takeWaiting() ? 1 : 0;
        }
    }
}

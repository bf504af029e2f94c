package org.millrace.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DescriptorRingTest {
    private static final long SEED = 4711;
    private static final int SLOTS = 64;
    private static final long AT = 128;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment region = arena.allocate(AT + DescriptorRing.bytes(SLOTS) + 128, 64);
    private final DescriptorRing producer = new DescriptorRing(region, AT, SLOTS);
    private final DescriptorRing consumer = new DescriptorRing(region, AT, SLOTS);

    @AfterEach
    void free() {
        arena.close();
    }

    @Test
    void behavesLikeAQueueAcrossManyWraps() {
        System.out.println("DescriptorRingTest seed " + SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        Deque<Long> model = new ArrayDeque<>();
        long next = 0;
        for (int round = 0; round < 20_000; round++) {
            int room = producer.free();
            assertThat(room).isEqualTo(SLOTS - model.size());
            for (int n = random.nextInt(room + 1); n > 0; n--) {
                producer.i64(producer.claim(), Descriptor.OPAQUE, next);
                model.add(next++);
            }
            producer.publish();
            assertThat(consumer.available()).isEqualTo(model.size());
            for (int n = random.nextInt(model.size() + 1); n > 0; n--) {
                assertThat(consumer.i64(consumer.peek(), Descriptor.OPAQUE)).isEqualTo(model.poll());
                consumer.next();
            }
            consumer.release();
        }
        assertThat(next).isGreaterThan(100L * SLOTS);
    }

    @Test
    void claimedSlotsAreInvisibleUntilPublished() {
        producer.claim();
        assertThat(consumer.available()).isZero();
        producer.publish();
        assertThat(consumer.available()).isEqualTo(1);
    }

    @Test
    void takenSlotsAreNotFreeUntilReleased() {
        for (int i = 0; i < SLOTS; i++) {
            producer.claim();
        }
        producer.publish();
        assertThat(producer.free()).isZero();
        assertThat(consumer.available()).isEqualTo(SLOTS);
        consumer.next();
        assertThat(producer.free()).isZero();
        consumer.release();
        assertThat(producer.free()).isEqualTo(1);
    }

    @Test
    void claimedSlotIsZeroedWhateverTheNeighbourLeftThere() {
        region.asSlice(AT).fill((byte) 0xff);
        region.set(ContextLayout.I64, AT, 0);
        region.set(ContextLayout.I64, AT + DescriptorRing.HEAD, 0);
        long slot = producer.claim();
        for (int i = 0; i < Descriptor.BYTES; i++) {
            assertThat(producer.u8(slot, i)).isZero();
        }
        assertThat(producer.u8(slot + Descriptor.BYTES, 0)).isEqualTo(0xff);
    }

    @Test
    void lyingProducerIsFoundOut() {
        for (long tail : new long[] {SLOTS + 1, -1, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 32}) {
            region.set(ContextLayout.I64, AT, tail);
            assertThat(consumer.available()).as("tail %d", tail).isEqualTo(-1);
        }
        region.set(ContextLayout.I64, AT, SLOTS);
        assertThat(consumer.available()).isEqualTo(SLOTS);
    }

    @Test
    void producerThatRunsBackwardsIsFoundOut() {
        producer.claim();
        producer.claim();
        producer.publish();
        consumer.next();
        consumer.next();
        consumer.release();
        region.set(ContextLayout.I64, AT, 1);
        assertThat(consumer.available()).isEqualTo(-1);
    }

    @Test
    void lyingConsumerIsFoundOut() {
        producer.claim();
        producer.publish();
        for (long head : new long[] {2, -SLOTS, Long.MIN_VALUE, Long.MAX_VALUE}) {
            region.set(ContextLayout.I64, AT + DescriptorRing.HEAD, head);
            assertThat(producer.free()).as("head %d", head).isEqualTo(-1);
        }
        region.set(ContextLayout.I64, AT + DescriptorRing.HEAD, 1);
        assertThat(producer.free()).isEqualTo(SLOTS);
    }

    @Test
    void waitingIsTakenOnce() {
        assertThat(producer.takeWaiting()).isFalse();
        consumer.waiting(true);
        assertThat(region.get(ContextLayout.I32, consumer.waitingWord())).isEqualTo(1);
        assertThat(producer.takeWaiting()).isTrue();
        assertThat(producer.takeWaiting()).isFalse();
        assertThat(region.get(ContextLayout.I32, consumer.waitingWord())).isZero();
    }

    @Test
    void waitingSaysWhereTheConsumerSleeps() {
        assertThat(producer.takeSleep()).isEqualTo(DescriptorRing.AWAKE);
        consumer.waiting(true);
        assertThat(producer.takeSleep()).isEqualTo(DescriptorRing.ON_FUTEX);
        consumer.waiting(DescriptorRing.IN_SELECTOR);
        assertThat(producer.takeSleep()).isEqualTo(DescriptorRing.IN_SELECTOR);
        assertThat(producer.takeSleep()).isEqualTo(DescriptorRing.AWAKE);
    }

    @Test
    void consumerThatFoundWorkIsNotWoken() {
        consumer.waiting(true);
        consumer.waiting(false);
        assertThat(producer.takeWaiting()).isFalse();
    }

    @Test
    void fieldsDoNotDisturbEachOther() {
        long slot = producer.claim();
        producer.u8(slot, Descriptor.TYPE, Descriptor.CLOSED);
        producer.u8(slot, Descriptor.FLAGS, 0x1ff);
        producer.u16(slot, Descriptor.CODE, 0x1fffe);
        producer.i32(slot, Descriptor.CONNECTION, -2);
        producer.i64(slot, Descriptor.OPAQUE, Long.MIN_VALUE);
        producer.u16(slot, Descriptor.LOCAL_PORT, 80);
        producer.u16(slot, Descriptor.PEER_PORT, 65535);
        assertThat(producer.u8(slot, Descriptor.TYPE)).isEqualTo(Descriptor.CLOSED);
        assertThat(producer.u8(slot, Descriptor.FLAGS)).isEqualTo(0xff);
        assertThat(producer.u16(slot, Descriptor.CODE)).isEqualTo(0xfffe);
        assertThat(producer.i32(slot, Descriptor.CONNECTION)).isEqualTo(-2);
        assertThat(producer.i64(slot, Descriptor.OPAQUE)).isEqualTo(Long.MIN_VALUE);
        assertThat(producer.u16(slot, Descriptor.LOCAL_PORT)).isEqualTo(80);
        assertThat(producer.u16(slot, Descriptor.PEER_PORT)).isEqualTo(65535);
        assertThat(producer.i32(slot, Descriptor.RX_BYTES)).isZero();
    }

    @Test
    void lastSlotEndsWithTheRing() {
        long last = 0;
        for (int i = 0; i < SLOTS; i++) {
            last = producer.claim();
        }
        assertThat(last + Descriptor.BYTES).isEqualTo(AT + DescriptorRing.bytes(SLOTS));
    }
}

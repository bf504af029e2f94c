package org.millrace.memory;

import static org.millrace.memory.ContextLayout.I32;
import static org.millrace.memory.ContextLayout.I64;
import static org.millrace.memory.ContextLayout.INT;
import static org.millrace.memory.ContextLayout.LONG;
import static org.millrace.memory.ContextLayout.U16;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * A bounded ring of {@link Descriptor}s with one producer and one consumer, which need not trust each other.
 *
 * <pre>
 *   0 i64 tail: descriptors ever published, written by the producer
 *  64 i64 head: descriptors ever taken, written by the consumer
 * 128 i32 waiting: 0 while the consumer is awake, 1 while it sleeps on this word (a futex), 2 while it sleeps in a
 *                  selector and is woken by a byte
 * 192 slots of 64 bytes; descriptor n is in slot n mod slots
 * </pre>
 *
 * DESIGN NOTES. Each side keeps its own index privately and only publishes it, so the neighbour can lie about its own
 * index and nothing else: {@link #available()} and {@link #free()} answer -1 to an index that runs backwards or too far.
 * The producer fills slots from {@link #claim()} and makes them visible with {@link #publish()}, once a batch. To sleep,
 * the consumer sets {@code waiting}, fences and looks again; the producer, after publishing, fences and reads
 * {@code waiting}: one of the two sees the other (Dekker).
 *
 * <p>Owned by: one instance a side, used by that side's thread.
 */
public final class DescriptorRing {
    /** Waiting word: the consumer is awake. */
    public static final int AWAKE = 0;
    /** Waiting word: the consumer sleeps on the word. */
    public static final int ON_FUTEX = 1;
    /** Waiting word: the consumer sleeps in a selector. */
    public static final int IN_SELECTOR = 2;

    static final int HEAD = 64;
    static final int WAITING = 128;
    static final int SLOTS = 192;

    private static final ValueLayout.OfByte U8 = ValueLayout.JAVA_BYTE;

    private final MemorySegment region;
    private final long ring;
    private final int mask;
    private long head;
    private long tail;

    /**
     * One side of a ring.
     *
     * @param region the memory it is in
     * @param ring   its offset there, a multiple of 64
     * @param slots  a power of two
     */
    public DescriptorRing(MemorySegment region, long ring, int slots) {
        this.region = region;
        this.ring = ring;
        this.mask = slots - 1;
    }

    /**
     * {@return bytes of a ring}
     *
     * @param slots a power of two
     */
    public static long bytes(int slots) {
        return SLOTS + (long) slots * Descriptor.BYTES;
    }

    /** {@return slots the producer may still fill, or -1 if the consumer's index is impossible} */
    public int free() {
        long used = tail - (long) LONG.getAcquire(region, ring + HEAD);
        return used < 0 || used > mask + 1L ? -1 : mask + 1 - (int) used;
    }

    /** {@return offset of the next slot to fill, zeroed; the producer has checked {@link #free()}} */
    public long claim() {
        long slot = slot(tail++);
        for (int i = 0; i < Descriptor.BYTES; i += Long.BYTES) {
            region.set(I64, slot + i, 0);
        }
        return slot;
    }

    /**
     * {@return offset of a slot claimed before}
     *
     * @param back 1: the last one, 2: the one before it
     */
    public long claimed(int back) {
        return slot(tail - back);
    }

    /** Makes all claimed slots visible. */
    public void publish() {
        LONG.setRelease(region, ring, tail);
    }

    /** {@return whether the consumer sleeps and is to be woken; clears the mark. To be asked after {@link #publish()}} */
    public boolean takeWaiting() {
        return takeSleep() != AWAKE;
    }

    /**
     * {@return where the consumer sleeps and is to be woken, {@link #AWAKE} if it does not; clears the mark. The consumer
     * may have written any other number too. To be asked after {@link #publish()}}
     */
    public int takeSleep() {
        VarHandle.fullFence();
        if ((int) INT.getOpaque(region, ring + WAITING) == AWAKE) {
            return AWAKE;
        }
        return (int) INT.getAndSet(region, ring + WAITING, AWAKE);
    }

    /** {@return descriptors that wait for the consumer, or -1 if the producer's index is impossible} */
    public int available() {
        long count = (long) LONG.getAcquire(region, ring) - head;
        return count < 0 || count > mask + 1L ? -1 : (int) count;
    }

    /** {@return offset of the oldest descriptor; the consumer has checked {@link #available()}} */
    public long peek() {
        return slot(head);
    }

    /**
     * {@return offset of a descriptor that waits}
     *
     * @param ahead how many are before it; the consumer has checked {@link #available()}
     */
    public long peek(int ahead) {
        return slot(head + ahead);
    }

    /** Takes the oldest descriptor; its slot is given back with {@link #release()}. */
    public void next() {
        head++;
    }

    /** Gives all taken slots back. */
    public void release() {
        LONG.setRelease(region, ring + HEAD, head);
    }

    /**
     * Says whether the consumer sleeps. After setting it the consumer looks once more before it sleeps.
     *
     * @param sleeping whether it is about to
     */
    public void waiting(boolean sleeping) {
        waiting(sleeping ? ON_FUTEX : AWAKE);
    }

    /**
     * Says where the consumer sleeps. After setting it the consumer looks once more before it sleeps.
     *
     * @param where {@link #AWAKE}, {@link #ON_FUTEX} or {@link #IN_SELECTOR}
     */
    public void waiting(int where) {
        INT.setOpaque(region, ring + WAITING, where);
        VarHandle.fullFence();
    }

    /** {@return the word on which the consumer may sleep while it is {@link #ON_FUTEX}} */
    public Futex waitingFutex() {
        return new Futex(region, waitingWord());
    }

    /** {@return offset of the futex word on which the consumer may sleep while it is 1} */
    public long waitingWord() {
        return ring + WAITING;
    }

    /**
     * {@return an 8-bit field of a descriptor}
     *
     * @param slot  the descriptor
     * @param field its offset
     */
    public int u8(long slot, int field) {
        return region.get(U8, slot + field) & 0xff;
    }

    /**
     * Sets an 8-bit field.
     *
     * @param slot  the descriptor
     * @param field its offset
     * @param value low 8 bits are taken
     */
    public void u8(long slot, int field, int value) {
        region.set(U8, slot + field, (byte) value);
    }

    /**
     * {@return a 16-bit field of a descriptor}
     *
     * @param slot  the descriptor
     * @param field its offset
     */
    public int u16(long slot, int field) {
        return region.get(U16, slot + field) & 0xffff;
    }

    /**
     * Sets a 16-bit field.
     *
     * @param slot  the descriptor
     * @param field its offset
     * @param value low 16 bits are taken
     */
    public void u16(long slot, int field, int value) {
        region.set(U16, slot + field, (short) value);
    }

    /**
     * {@return a 32-bit field of a descriptor}
     *
     * @param slot  the descriptor
     * @param field its offset
     */
    public int i32(long slot, int field) {
        return region.get(I32, slot + field);
    }

    /**
     * Sets a 32-bit field.
     *
     * @param slot  the descriptor
     * @param field its offset
     * @param value any
     */
    public void i32(long slot, int field, int value) {
        region.set(I32, slot + field, value);
    }

    /**
     * {@return a 64-bit field of a descriptor}
     *
     * @param slot  the descriptor
     * @param field its offset
     */
    public long i64(long slot, int field) {
        return region.get(I64, slot + field);
    }

    /**
     * Sets a 64-bit field.
     *
     * @param slot  the descriptor
     * @param field its offset
     * @param value any
     */
    public void i64(long slot, int field, long value) {
        region.set(I64, slot + field, value);
    }

    private long slot(long index) {
        return ring + SLOTS + (index & mask) * Descriptor.BYTES;
    }
}

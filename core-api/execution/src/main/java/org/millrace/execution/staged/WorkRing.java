package org.millrace.execution.staged;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Work that one thread, the owner, hands to lanes and gets back in the order in which it handed it out, whichever of them has done it
 * and when: ring and reorder buffer in one (§4.3.2). Bounded; the owner may take work of its own ring too, like a lane.
 *
 * <p>DESIGN NOTES. What a line of cache costs to go from core to core is many times what handing over costs beside it, so nothing is told piece by piece: the
 * owner publishes several at once, a lane takes several at once (half of what is there, so that all who take are done at about the same time), and says
 * once that these are done. Orders that this relies on:
 * <ul>
 * <li>{@link #publish} stores the tail with release after what was put, {@link Taker#take} loads it with acquire: who takes a piece
 *     sees all that was done to it before.
 * <li>Who takes pieces is who wins the compare-and-set of {@code next}: nobody else.
 * <li>{@link Taker#finish} stores, where the first of these pieces lies, the position behind the last one with release; {@link #collect} loads it with
 *     acquire: the owner sees all that was done. What an earlier lap has left there is not beyond the first one's position. A slot is used again only
 *     when it has been collected.
 * <li>{@link #publish} and the owner's look at whether a lane sleeps have a full fence between them, as a lane's saying so and its last
 *     look ({@link LaneDriver}): one of both sees the other.
 * </ul>
 * Tail and next lie on cache lines of their own, prefetched pairs too.
 *
 * @param <T> the work
 */
public final class WorkRing<T> {
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int MOST_TAKEN = 8;
    /** Words of two cache lines. */
    private static final int APART = 16;
    private static final int TAIL = APART;
    private static final int NEXT = 2 * APART;

    private final T[] slots;
    /** Where pieces that were taken together begin: the position behind the last of them, once they are finished. */
    private final long[] finished;
    private final long[] cursors = new long[3 * APART];
    private final int mask;
    private long put;
    private long published;
    private long collected;
    private long seenFinished;

    /** Takes work of the ring. Owned by: a lane, or the ring's owner. */
    public final class Taker {
        private long seenTail;
        private long first;
        private long position;
        private long end;

        private Taker() {
        }

        /** {@return the next piece of work, now this taker's until it is {@link #finish finished}; null: none is there} */
        public T take() {
            return position < end || claim() ? slots[(int) position & mask] : null;
        }

        private boolean claim() {
            while (true) {
                long next = (long) LONGS.getAcquire(cursors, NEXT);
                if (next >= seenTail) {
                    seenTail = (long) LONGS.getAcquire(cursors, TAIL);
                    if (next >= seenTail) {
                        return false;
                    }
                }
                long behind = next + Math.min(MOST_TAKEN, seenTail - next + 1 >> 1);
                if (LONGS.compareAndSet(cursors, NEXT, next, behind)) {
                    first = next;
                    position = next;
                    end = behind;
                    return true;
                }
            }
        }

        /** What was taken is done. */
        public void finish() {
            if (++position == end) {
                LONGS.setRelease(finished, (int) first & mask, end);
            }
        }
    }

    /**
     * Makes an empty one.
     *
     * @param slots its slots, a power of two; what is in them is there to be used again and again, or null
     */
    public WorkRing(T[] slots) {
        if (Integer.bitCount(slots.length) != 1) {
            throw new IllegalArgumentException(slots.length + " slots, allowed is a power of two");
        }
        this.slots = slots;
        finished = new long[slots.length];
        mask = slots.length - 1;
    }

    /** {@return one more that takes work; any thread may make it} */
    public Taker taker() {
        return new Taker();
    }

    /** {@return whether no work can be put before some is collected} */
    public boolean isFull() {
        return put - collected == slots.length;
    }

    /** {@return what is in the slot that is put next; the ring must not be full} */
    public T vacant() {
        return slots[(int) put & mask];
    }

    /**
     * Puts work into the ring; lanes see it when it is published. The ring must not be full.
     *
     * @param work the work, perhaps what was {@link #vacant}
     */
    public void put(T work) {
        int slot = (int) put++ & mask;
        if (slots[slot] != work) { // a reference costs a collector more to store than to look at
            slots[slot] = work;
        }
    }

    /** Lets lanes see what was put. Answers whether there was anything new. */
    public boolean publish() {
        if (published == put) {
            return false;
        }
        published = put;
        LONGS.setRelease(cursors, TAIL, put);
        return true;
    }

    /** {@return the oldest work that was not collected yet, if it is finished; null if it is not, or there is none} */
    public T collect() {
        if (collected == seenFinished) {
            seenFinished = behind(collected);
            if (collected == seenFinished) {
                return null;
            }
        }
        return slots[(int) collected++ & mask];
    }

    /** {@return the position behind the pieces that were taken together from a position on, or that position if they are not finished} */
    private long behind(long position) {
        return Math.max(position, (long) LONGS.getAcquire(finished, (int) position & mask));
    }

    /** {@return pieces of work that were put and not collected} */
    public int size() {
        return (int) (put - collected);
    }

    /** {@return whether published work waits for somebody who takes it; any thread} */
    public boolean isWaiting() {
        return (long) LONGS.getAcquire(cursors, NEXT) < (long) LONGS.getAcquire(cursors, TAIL);
    }

    /** {@return whether all that was published is finished, collected or not} */
    public boolean isQuiet() {
        long position = seenFinished;
        for (long behind = behind(position); behind != position && position < published; behind = behind(position)) {
            position = behind;
        }
        return position == published;
    }
}

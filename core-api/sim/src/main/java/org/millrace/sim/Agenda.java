package org.millrace.sim;

import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * What is going to happen, in virtual time. Events happen in the order of their times, and events of one time in the order in
 * which they were put here: the same program makes the same run.
 *
 * <p>DESIGN NOTES. Time is whole picoseconds: a byte takes 800 at 10 Gbit/s and 20 at 400, a cycle 1,250 at 800 MHz, where
 * nanoseconds would round every one of them and the errors would add up; a {@code long} holds 106 days. Events lie in
 * arrays that grow to the most that were pending and stay there; putting one here and taking it out allocates nothing. The
 * order is kept by a heap of four children a node: half the levels of a binary one, and the children of a node are
 * neighbours in memory. An event cannot be taken back: whoever may change its mind looks, when it happens, whether it
 * still holds.
 *
 * <p>Owned by: the thread that runs it.
 */
public final class Agenda {
    /** No time: later than all. */
    public static final long NEVER = Long.MAX_VALUE;
    /** Picoseconds in a nanosecond. */
    public static final long PS_PER_NS = 1_000;

    private static final int INITIAL = 256;
    /** An event's place in the arrays, in the low bits of its order: at most 16,777,216 are pending at once. */
    private static final int PLACE_BITS = 24;
    private static final int PLACES = 1 << PLACE_BITS;

    private long nowPs;
    private long sequence;
    private long happened;
    private int pending;
    private long[] times = new long[INITIAL];
    /** The sequence number above the event's place. */
    private long[] orders = new long[INITIAL];
    private Actor[] actors = new Actor[INITIAL];
    private int[] events = new int[INITIAL];
    private long[] arguments = new long[INITIAL];
    /** Places that are free, from {@code pending} on. */
    private int[] free = ascending(0, INITIAL);

    /** An empty one, at time 0. */
    public Agenda() {
    }

    private static int[] ascending(int from, int length) {
        int[] places = new int[length];
        Arrays.setAll(places, i -> from + i);
        return places;
    }

    /** {@return the time, picoseconds} */
    public long nowPs() {
        return nowPs;
    }

    /** {@return the time, whole nanoseconds: what stages are given} */
    public long nowNs() {
        return nowPs / PS_PER_NS;
    }

    /** {@return this agenda's time as a clock of nanoseconds} */
    public LongSupplier clockNs() {
        return this::nowNs;
    }

    /** {@return events that have not happened yet} */
    public int pending() {
        return pending;
    }

    /** {@return events that have happened} */
    public long happened() {
        return happened;
    }

    /** {@return when the next event happens, picoseconds; {@link #NEVER} if there is none} */
    public long nextPs() {
        return pending == 0 ? NEVER : times[0];
    }

    /**
     * Something will happen after a while.
     *
     * @param delayPs  from now, picoseconds, not negative
     * @param actor    whose it is
     * @param event    which kind, for the actor
     * @param argument what it is about, for the actor
     */
    public void in(long delayPs, Actor actor, int event, long argument) {
        at(nowPs + delayPs, actor, event, argument);
    }

    /**
     * Something will happen.
     *
     * @param timePs   when, picoseconds, not before {@link #nowPs}
     * @param actor    whose it is
     * @param event    which kind, for the actor
     * @param argument what it is about, for the actor
     * @throws IllegalArgumentException if that time has passed
     */
    public void at(long timePs, Actor actor, int event, long argument) {
        if (timePs < nowPs) {
            throw new IllegalArgumentException("an event at " + timePs + " ps, and it is " + nowPs + " ps already");
        }
        if (pending == times.length) {
            grow();
        }
        int place = free[pending];
        actors[place] = actor;
        events[place] = event;
        arguments[place] = argument;
        rise(pending++, timePs, sequence++ << PLACE_BITS | place);
    }

    /**
     * The next event happens.
     *
     * @return false: there is none
     */
    public boolean next() {
        if (pending == 0) {
            return false;
        }
        nowPs = times[0];
        int place = (int) orders[0] & PLACES - 1;
        happened++;
        pending--;
        free[pending] = place;
        sink(times[pending], orders[pending]);
        actors[place].act(nowPs, events[place], arguments[place]);
        return true;
    }

    /**
     * All events up to a time happen, those at that time and what they bring about at it as well; then it is that time.
     *
     * @param timePs picoseconds
     */
    public void runUntil(long timePs) {
        while (pending > 0 && times[0] <= timePs) {
            next();
        }
        nowPs = Math.max(nowPs, timePs);
    }

    private void rise(int from, long timePs, long order) {
        int at = from;
        while (at > 0) {
            int parent = at - 1 >> 2;
            if (!isBefore(timePs, order, parent)) {
                break;
            }
            times[at] = times[parent];
            orders[at] = orders[parent];
            at = parent;
        }
        times[at] = timePs;
        orders[at] = order;
    }

    /** What was last finds its place from the top. */
    private void sink(long timePs, long order) {
        int at = 0;
        int child = 1;
        while (child < pending) {
            int least = child;
            int end = Math.min(child + 4, pending);
            for (int other = child + 1; other < end; other++) {
                if (isBefore(times[other], orders[other], least)) {
                    least = other;
                }
            }
            if (isBefore(timePs, order, least)) {
                break;
            }
            times[at] = times[least];
            orders[at] = orders[least];
            at = least;
            child = 4 * at + 1;
        }
        times[at] = timePs;
        orders[at] = order;
    }

    private boolean isBefore(long timePs, long order, int other) {
        return timePs < times[other] || timePs == times[other] && order < orders[other];
    }

    private void grow() {
        int length = times.length;
        if (length == PLACES) {
            throw new IllegalStateException("more than " + PLACES + " events are pending");
        }
        times = Arrays.copyOf(times, 2 * length);
        orders = Arrays.copyOf(orders, 2 * length);
        actors = Arrays.copyOf(actors, 2 * length);
        events = Arrays.copyOf(events, 2 * length);
        arguments = Arrays.copyOf(arguments, 2 * length);
        free = Arrays.copyOf(free, 2 * length);
        System.arraycopy(ascending(length, length), 0, free, length, length);
    }
}

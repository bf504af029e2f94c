package org.millrace.net.timer;

/**
 * Deadlines in a hierarchical timing wheel (Varghese and Lauck, 1987): setting, moving and cancelling one is constant
 * work, however many there are.
 *
 * <p>DESIGN NOTES. Time is counted in ticks of {@value #TICK_NS} ns. Level 0 has a slot for each tick of the 64 around now,
 * level 1 for each 64 of these, and so on; a deadline is filed at the level of the highest digit, of base 64, in which its
 * tick differs from now's. So at each level all slots lie ahead, a lower level is due before a higher one, and a word of
 * bits a level finds the next. When a slot of a higher level begins, what is in it goes down.
 *
 * <p>A deadline that moves on, as most do at each packet, stays where it is filed, untouched, and is filed anew when that
 * slot comes. Nothing is handed out before its own deadline, to the nanosecond.
 *
 * <p>Owned by one thread, whose time never goes back.
 */
public final class TimerWheel {
    static final int NOWHERE = -1;
    static final int TICK_NS = 1 << 13;
    private static final int TICK_SHIFT = 13;
    private static final int DIGIT = 6;
    private static final int SLOTS = 1 << DIGIT;
    private static final int LEVELS = (Long.SIZE - TICK_SHIFT + DIGIT - 1) / DIGIT;

    private final Timed[] slots = new Timed[LEVELS * SLOTS];
    /** A bit for each slot of a level that holds something. */
    private final long[] occupied = new long[LEVELS];
    /** No slot before this tick holds anything; never behind the time. */
    private long current;

    /** Makes one in which nothing waits. */
    public TimerWheel() {
    }

    /**
     * Sets an element's deadline.
     *
     * @param timer      the element
     * @param deadlineNs when its time comes; {@link Timed#NEVER} takes it out
     */
    public void schedule(Timed timer, long deadlineNs) {
        if (deadlineNs == Timed.NEVER) {
            cancel(timer);
            return;
        }
        timer.deadlineNs = deadlineNs;
        if (timer.slot == NOWHERE) {
            file(timer);
        } else if (Long.compareUnsigned(tick(deadlineNs), timer.filedTick) < 0) {
            unlink(timer);
            file(timer);
        }
    }

    /**
     * Takes an element out, if it is in.
     *
     * @param timer the element
     */
    public void cancel(Timed timer) {
        timer.deadlineNs = Timed.NEVER;
        if (timer.slot != NOWHERE) {
            unlink(timer);
        }
    }

    /**
     * {@return an element whose deadline has come, taken out; null if there is none}
     *
     * @param nowNs the time
     */
    public Timed poll(long nowNs) {
        long now = tick(nowNs);
        for (int level = first(); level < LEVELS; level = first()) {
            long begin = begin(level);
            if (Long.compareUnsigned(begin, now) > 0) {
                break;
            }
            current = Math.max(current, begin);
            int slot = slot(level, begin);
            Timed due = level == 0 ? due(slot, begin, nowNs) : null;
            if (due != null) {
                cancel(due);
                return due;
            }
            if (level > 0) {
                refile(slot);
            } else if (slots[slot] != null) {
                return null; // of this very tick, and not due yet
            }
        }
        current = Math.max(current, now);
        return null;
    }

    /** {@return one of a tick's slot that is due; those whose deadline has moved on are filed anew} */
    private Timed due(int slot, long tick, long nowNs) {
        for (Timed timer = slots[slot]; timer != null; ) {
            Timed following = timer.next;
            if (timer.deadlineNs <= nowNs) {
                return timer;
            }
            if (tick(timer.deadlineNs) != tick) {
                unlink(timer);
                file(timer);
            }
            timer = following;
        }
        return null;
    }

    private void refile(int slot) {
        while (slots[slot] != null) {
            Timed timer = slots[slot];
            unlink(timer);
            file(timer);
        }
    }

    /**
     * {@return when to poll next, at the latest when the first deadline comes and maybe before; {@link Timed#NEVER} if
     * nothing waits}
     */
    public long nextNs() {
        int level = first();
        if (level == LEVELS) {
            return Timed.NEVER;
        }
        long begin = begin(level);
        long next = Long.MAX_VALUE;
        if (level == 0) {
            for (Timed timer = slots[slot(0, begin)]; timer != null; timer = timer.next) {
                next = Math.min(next, tick(timer.deadlineNs) == begin ? timer.deadlineNs : beginNs(begin));
            }
        }
        return level == 0 ? next : beginNs(begin);
    }

    private static long tick(long ns) {
        return ns - Long.MIN_VALUE >>> TICK_SHIFT;
    }

    private static long beginNs(long tick) {
        return (tick << TICK_SHIFT) + Long.MIN_VALUE;
    }

    private static int slot(int level, long tick) {
        return level * SLOTS + ((int) (tick >>> level * DIGIT) & SLOTS - 1);
    }

    /** {@return the lowest level that holds something, where the next deadline is; {@link #LEVELS}: none does} */
    private int first() {
        int level = 0;
        while (level < LEVELS && occupied[level] == 0) {
            level++;
        }
        return level;
    }

    /** {@return the tick at which a level's first slot begins} */
    private long begin(int level) {
        int shift = level * DIGIT;
        long above = shift + DIGIT < Long.SIZE ? current >>> shift + DIGIT << shift + DIGIT : 0;
        return above | (long) Long.numberOfTrailingZeros(occupied[level]) << shift;
    }

    private void file(Timed timer) {
        long tick = Math.max(tick(timer.deadlineNs), current);
        int level = (Long.SIZE - 1 - Long.numberOfLeadingZeros(tick ^ current | 1)) / DIGIT;
        int slot = slot(level, tick);
        timer.slot = slot;
        timer.filedTick = tick;
        timer.previous = null;
        timer.next = slots[slot];
        if (timer.next != null) {
            timer.next.previous = timer;
        }
        slots[slot] = timer;
        occupied[level] |= 1L << slot;
    }

    private void unlink(Timed timer) {
        int slot = timer.slot;
        if (timer.previous == null) {
            slots[slot] = timer.next;
            if (timer.next == null) {
                occupied[slot / SLOTS] &= ~(1L << slot);
            }
        } else {
            timer.previous.next = timer.next;
        }
        if (timer.next != null) {
            timer.next.previous = timer.previous;
        }
        timer.next = null;
        timer.previous = null;
        timer.slot = NOWHERE;
    }
}

package org.millrace.net.timer;

/** Something that waits in a {@link TimerWheel}, for one deadline at a time. */
public abstract class Timed {
    /** The deadline of what waits for none. */
    public static final long NEVER = Long.MAX_VALUE;

    /** When its time comes, ns; {@link #NEVER}: it does not wait. The wheel's to write. */
    public long deadlineNs = NEVER;
    /** Where it is filed: no later than its deadline. {@link TimerWheel#NOWHERE}: in no slot. */
    int slot = TimerWheel.NOWHERE;
    long filedTick;
    Timed next;
    Timed previous;

    /** Makes one that does not wait. */
    protected Timed() {
    }
}

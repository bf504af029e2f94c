package org.millrace.net.timer;

/** Something that waits in a {@link TimerQueue}, for one deadline at a time. */
public abstract class Timed {
    /** The deadline of what waits for none. */
    public static final long NEVER = Long.MAX_VALUE;

    /** When its time comes, ns; {@link #NEVER}: it does not wait. The queue's to write. */
    public long deadlineNs = NEVER;
    int slot = -1;

    /** Makes one that does not wait. */
    protected Timed() {
    }
}

package org.millrace.execution.staged;

/** What a lane does, in steps that a thread takes at once, and a test in any order among those of others. Owned by: the lane. */
public interface LaneWork {
    /** {@return a name for people: which stages, and which of their lanes} */
    String name();

    /** Takes a piece of work. Answers false if there was none. */
    boolean take();

    /** Does what was taken. */
    void run();

    /** Gives back what was taken. */
    void finish();

    /** {@return whether there is work; after false a driver may let the lane sleep until it is woken. Any thread} */
    boolean isWaiting();

    /** Takes a piece of work, does it and gives it back. Answers false if there was none. */
    default boolean step() {
        if (!take()) {
            return false;
        }
        run();
        finish();
        return true;
    }
}

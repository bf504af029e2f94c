package org.millrace.execution.staged;

import java.util.Arrays;

/**
 * Numbers items, and gives them out in that order however they arrive (§4.3.2). A number that will not arrive is skipped.
 * What has arrived too early waits here; how many that can be is bounded by how many items there are.
 *
 * <p>Owned by: whoever drives.
 */
final class Sequencer {
    private static final int INITIAL = 256;
    private static final Work<?> SKIPPED = new Work<>();

    private Work<?>[] waiting = new Work<?>[INITIAL];
    private long issued;
    private long head;
    private int depth;
    private int mostDepth;

    /** {@return the next number} */
    long issue() {
        if (issued - head == waiting.length) {
            grow();
        }
        return issued++;
    }

    private void grow() {
        Work<?>[] larger = new Work<?>[2 * waiting.length];
        for (long number = head; number < issued; number++) {
            larger[(int) number & larger.length - 1] = waiting[(int) number & waiting.length - 1];
        }
        waiting = larger;
    }

    void arrive(long number, Work<?> work) {
        waiting[(int) number & waiting.length - 1] = work;
        mostDepth = Math.max(mostDepth, ++depth);
    }

    void skip(long number) {
        waiting[(int) number & waiting.length - 1] = SKIPPED;
    }

    /** {@return what is next in order, and leaves; null: it has not arrived} */
    Work<?> poll() {
        while (head < issued) {
            int at = (int) head & waiting.length - 1;
            Work<?> work = waiting[at];
            if (work == null) {
                return null;
            }
            waiting[at] = null;
            head++;
            if (work != SKIPPED) {
                depth--;
                return work;
            }
        }
        return null;
    }

    /** {@return most items that waited at once} */
    int mostDepth() {
        return mostDepth;
    }

    @Override
    public String toString() {
        return "issued " + issued + ", given out " + head + ", waiting "
            + Arrays.stream(waiting).filter(work -> work != null && work != SKIPPED).count();
    }
}

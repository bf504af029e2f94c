package org.millrace.bluefield;

import java.util.Arrays;
import org.millrace.api.pipeline.FlowQueue;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.execution.staged.Work;

/**
 * An item's stay on a lane, and what its stages ask of the flow queue there: that is the data path's thread's, which does it when the item is back, in the
 * order of items.
 *
 * <p>Owned by: the data path's thread, the lane while it has taken it.
 */
final class Visit<M extends SegmentMeta> {
    private static final ThreadLocal<Visit<?>> CURRENT = new ThreadLocal<>();
    private static final int WORDS = 4;

    Work<M> work;
    long nowNs;
    private FlowQueue queue;
    private long[] asked = new long[2 * WORDS];
    private int words;

    /** {@return the visit that this thread is running the stages of; null: it is no lane} */
    static Visit<?> current() {
        return CURRENT.get();
    }

    void begin(Work<M> item, long atNs) {
        work = item;
        nowNs = atNs;
    }

    /** Runs stages for it. */
    void run(Runnable stages) {
        CURRENT.set(this);
        try {
            stages.run();
        } finally {
            CURRENT.set(null);
        }
    }

    /** Notes what a stage asks: {@code operation} is one of {@link LaneQueue}'s. */
    void ask(FlowQueue of, long operation, long flow, long argument, long atNs) {
        queue = of;
        if (words == asked.length) {
            asked = Arrays.copyOf(asked, 2 * words);
        }
        asked[words++] = operation;
        asked[words++] = flow;
        asked[words++] = argument;
        asked[words++] = atNs;
    }

    /** Asks it of the queue. */
    void replay() {
        for (int i = 0; i < words; i += WORDS) {
            LaneQueue.ask(queue, asked[i], (int) asked[i + 1], asked[i + 2], asked[i + 3]);
        }
        words = 0;
    }
}

package org.millrace.api.pipeline;

/**
 * Decides which flow sends next. Belongs to the program; its stages submit flows, the runtime asks and makes a TX item
 * of each answer.
 */
public interface FlowScheduler extends Extern {
    /**
     * {@return the flow that is to send now, or 0 if none is due}
     *
     * @param nowNs the time
     */
    int next(long nowNs);

    /** {@return when {@link #next} may answer again; {@link Long#MAX_VALUE} if no flow waits; a time past if now} */
    long deadlineNs();

    /** The machine begins to take flows: what they send, up to the next call, leaves together. */
    default void round() {
    }

    /**
     * An item that the machine has made of a flow's turn has come to its end.
     *
     * @param flow  the flow
     * @param bytes payload that it sends; 0: nothing
     */
    default void sent(int flow, int bytes) {
    }

    /** A scheduler for programs that never send of their own accord. */
    FlowScheduler NONE = new FlowScheduler() {
        @Override
        public int next(long nowNs) {
            return 0;
        }

        @Override
        public long deadlineNs() {
            return Long.MAX_VALUE;
        }
    };
}

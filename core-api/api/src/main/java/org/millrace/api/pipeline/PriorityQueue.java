package org.millrace.api.pipeline;

/**
 * Flows or messages that want to send, the lowest rank first: shortest remaining first, if the rank is what remains. Of
 * one rank, whichever. A machine that cannot sort keeps to {@link #classes()} and says so in its fit report. They are
 * numbered from 1.
 */
public interface PriorityQueue extends FlowScheduler {
    /**
     * Queues one; if it is queued already it moves to its new rank.
     *
     * @param flow the flow or message
     * @param rank not negative
     */
    void submit(int flow, int rank);

    /**
     * Takes one out; not queued: nothing happens.
     *
     * @param flow the flow or message
     */
    void remove(int flow);

    /**
     * {@return how many ranks the machine tells apart: with fewer than {@link Integer#MAX_VALUE} the order is approximate,
     * ranks of one class are served as they came}
     */
    default int classes() {
        return Integer.MAX_VALUE;
    }
}

package org.millrace.api.pipeline;

/**
 * Flows or messages that want to send, the lowest rank first: shortest remaining first, if the rank is what remains. Of
 * one rank, whichever. A machine that cannot sort says in its fit report that its order is approximate. They are numbered
 * from 1.
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
}

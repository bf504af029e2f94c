package org.millrace.sim.workload;

/** Lets a host begin to send a message. */
@FunctionalInterface
public interface Starter {
    /**
     * A message begins.
     *
     * @param nowPs       the time
     * @param source      host
     * @param destination another host
     * @param bytes       its length, at least 1
     * @param tag         comes back when it is complete
     */
    void start(long nowPs, int source, int destination, int bytes, long tag);
}

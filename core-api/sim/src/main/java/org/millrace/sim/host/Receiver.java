package org.millrace.sim.host;

/** Is told of complete messages. */
@FunctionalInterface
public interface Receiver {
    /**
     * All of a message has arrived.
     *
     * @param nowPs    the time
     * @param messages where it still is, until this returns
     * @param message  which
     */
    void complete(long nowPs, Messages messages, int message);
}

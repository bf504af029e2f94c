package org.millrace.sim.host;

import org.millrace.sim.fabric.Fabric;
import org.millrace.sim.fabric.Host;

/** A host that sends and receives messages. Owned by: the thread that runs the agenda. */
public abstract class MessageHost extends Host {
    /**
     * A host.
     *
     * @param fabric where
     * @param number its number there
     */
    protected MessageHost(Fabric fabric, int number) {
        super(fabric, number);
    }

    /**
     * Begins to send a message.
     *
     * @param nowPs       the time
     * @param destination another host
     * @param bytes       its length, at least 1
     * @param tag         of the caller's
     */
    public abstract void start(long nowPs, int destination, int bytes, long tag);

    /**
     * {@return what lets the hosts of a fabric begin messages}
     *
     * @param fabric all of its hosts are message hosts
     */
    public static org.millrace.sim.workload.Starter starter(Fabric fabric) {
        MessageHost[] hosts = new MessageHost[fabric.topology().hosts()];
        for (int i = 0; i < hosts.length; i++) {
            hosts[i] = (MessageHost) fabric.host(i);
        }
        return (nowPs, source, destination, bytes, tag) -> hosts[source].start(nowPs, destination, bytes, tag);
    }
}

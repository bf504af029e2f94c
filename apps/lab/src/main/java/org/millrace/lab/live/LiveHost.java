package org.millrace.lab.live;

import java.net.InetSocketAddress;
import java.util.function.Supplier;

/** A host whose TCP is measured: Linux, or Millrace. All may be called by any thread. */
interface LiveHost extends AutoCloseable {
    /**
     * Takes connections; returns when it listens.
     *
     * @param port  where
     * @param maker makes the application of each connection
     */
    void listen(int port, Supplier<Flow> maker);

    /** {@return where it listens} */
    InetSocketAddress at(int port);

    /** Connects, and lets an application have the connection. */
    void connect(InetSocketAddress to, Flow flow);

    /** Ends all connections at once, and listens no more; returns when that is done. */
    void clear();

    @Override
    void close();
}

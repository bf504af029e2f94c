package org.millrace.netty;

import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * Hears of listeners that their runtime has left, and of their return: a {@link MillraceServerSocketChannel} stays open
 * meanwhile, takes no streams, and listens again by itself. For a log or a metric; called in the channel's loop.
 */
public interface ListenerWatch {
    /** Hears nothing. */
    ListenerWatch NONE = new ListenerWatch() {
    };

    /**
     * A listener takes no streams any more.
     *
     * @param local where it listened
     * @param cause names the instance, and what is wrong with it
     */
    default void lost(InetSocketAddress local, IOException cause) {
    }

    /**
     * A listener that was lost takes streams again, at the same address and port.
     *
     * @param local where
     */
    default void back(InetSocketAddress local) {
    }

    /**
     * A listener that was lost has been closed.
     *
     * @param local where it would have listened
     */
    default void closed(InetSocketAddress local) {
    }
}

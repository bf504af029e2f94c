package org.millrace.netty;

import java.io.IOException;
import java.net.InetSocketAddress;
import org.millrace.api.context.Status;

/** What takes streams for a server channel. Owned by: the channel's loop. */
interface Acceptor {
    /** {@return the next stream, or null if none waits} */
    ChannelStream accept() throws IOException;

    /** {@return whether it takes streams: it neither waits for the data path's answer nor has it failed} */
    boolean isListening();

    /** {@return how it is; OK while it waits or takes streams} */
    Status status();

    /** {@return why it takes no streams any more though nobody has closed it, or null} */
    IOException failure();

    /** The channel wants to hear of the next stream. */
    void wantAccept();

    /** Its news go there from now on, to nobody if null. */
    void attach(MillraceRegistration to) throws Exception;

    InetSocketAddress localAddress() throws IOException;

    void close() throws IOException;
}

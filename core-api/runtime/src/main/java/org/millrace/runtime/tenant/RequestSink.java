package org.millrace.runtime.tenant;

import org.millrace.api.context.ContextRequest;

/** Where requests go that have been found well formed. Data-path thread only. */
public interface RequestSink {
    /** {@return whether there are so many connections that what is kept for one is seldom near} */
    boolean isFar();

    /** Brings near what a request of a connection will need. */
    void touch(AppContext context, int slot);

    void bump(AppContext context, int slot, int receiveBytes, int transmitBytes, int flags, long nowNs);

    /** @param message valid during the call */
    void message(AppContext context, int slot, OutgoingMessage message, long nowNs);

    /** @param number of a message, as the application has numbered it; there may be none */
    void cancel(AppContext context, int slot, int number, long nowNs);

    /** So much has been consumed since the last time: an eighth of what the receive ring has in use, or more. */
    void ringConsumed(AppContext context, int slot, int bytes, long nowNs);

    /** A connection that its application has not used is to go to another context; which, it may have made up. */
    void handOver(AppContext context, int slot, int target, long opaque, long nowNs);

    /**
     * @param transport index plus 1 as the application named it, or 0
     * @return false if there is no such transport
     */
    boolean request(AppContext context, int transport, ContextRequest request, long nowNs);
}

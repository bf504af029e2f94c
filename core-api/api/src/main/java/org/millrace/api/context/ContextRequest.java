package org.millrace.api.context;

import java.net.InetSocketAddress;

/**
 * What an application asks of a transport's control plane.
 *
 * @param kind       what
 * @param context    who asks
 * @param connection the connection meant; CLOSE, ABORT, HANDOVER and OPTION
 * @param opaque     the application's own number for the request, returned with the answer; HANDOVER: in the context
 *                   that takes; GIVE_UP: of the CONNECT; OPTION: {@link StreamOption#code}
 * @param local      wanted local address, port 0: any; LISTEN, LISTEN_ALONE, CONNECT, BIND
 * @param peer       whom to connect to; CONNECT
 * @param backlog    LISTEN, LISTEN_ALONE: most connections that wait; UNLISTEN: the listener's number; HANDOVER: the
 *                   context that takes, which is of the same application; OPTION: its value, which is allowed
 * @param dscp       differentiated services code point of what is sent before there is a stream; CONNECT, LISTEN, LISTEN_ALONE;
 *                   {@link #UNSET}: the instance's
 */
public record ContextRequest(Kind kind, int context, int connection, long opaque,
                             InetSocketAddress local, InetSocketAddress peer, int backlog, int dscp) {
    /** The application has chosen none. */
    public static final int UNSET = -1;

    /**
     * A request without code point.
     *
     * @param kind       as above, like the others
     * @param context    who asks
     * @param connection the connection meant
     * @param opaque     the application's own number
     * @param local      wanted local address
     * @param peer       whom to connect to
     * @param backlog    a number
     */
    public ContextRequest(Kind kind, int context, int connection, long opaque, InetSocketAddress local, InetSocketAddress peer,
                          int backlog) {
        this(kind, context, connection, opaque, local, peer, backlog, UNSET);
    }

    /** The kinds of request. */
    public enum Kind {
        /** Open a stream to {@link #peer()}. */
        CONNECT,
        /** Take streams for {@link #local()}; other contexts of the application may as well, if they ask for this too. */
        LISTEN,
        /** Take streams for {@link #local()}, where nobody else does. */
        LISTEN_ALONE,
        /** Take no more streams for a listener. */
        UNLISTEN,
        /** Open a message socket at {@link #local()}. */
        BIND,
        /** The application has let go of the connection: finish sending, then forget it. */
        CLOSE,
        /** Reset the connection. */
        ABORT,
        /** The application has let go of a stream that {@link #CONNECT} has asked for and that has no connection yet. */
        GIVE_UP,
        /** Give a connection that was accepted, and neither read nor written, to another context. */
        HANDOVER,
        /** Set a {@link StreamOption} of a connection. Nothing answers. */
        OPTION
    }
}

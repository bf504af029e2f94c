package org.millrace.api.context;

import java.net.InetSocketAddress;

/**
 * The contexts as a transport's control plane sees them: it opens connections in them and tells applications what
 * happened. Events follow earlier bumps of the same connection, never overtake them. Data-path thread only.
 */
public interface Contexts {
    /** {@link #open}: no slot or buffer is left. */
    int NONE = -1;

    /**
     * Reserves a connection with its payload buffers in a context.
     *
     * @param context the context
     * @param flow    the flow its bumps go to, in this transport
     * @param local   its local address
     * @param peer    its peer's
     * @return the connection's id in the context, or {@link #NONE}
     */
    int open(int context, int flow, InetSocketAddress local, InetSocketAddress peer);

    /**
     * Reserves a message socket with its payload buffers in a context: a connection without a peer, whose buffers hold
     * messages that are given back in any order.
     *
     * @param context the context
     * @param flow    the flow its requests go to, in this transport
     * @param local   its local address
     * @return the connection's id in the context, or {@link #NONE}
     */
    int openMessages(int context, int flow, InetSocketAddress local);

    /**
     * {@return how many connections a context has here, message sockets among them}
     *
     * @param context the context
     */
    int connections(int context);

    /**
     * {@return size of a connection's receive buffer, a power of two, bytes}
     *
     * @param context the context
     */
    int receiveBytes(int context);

    /**
     * {@return size of a connection's transmit buffer, a power of two, bytes}
     *
     * @param context the context
     */
    int transmitBytes(int context);

    /**
     * Asks for more of a connection's receive ring, or, before the connection is announced, for less than all of it. More
     * comes into use as soon as no byte has to be moved for it.
     *
     * @param context    the context
     * @param connection the connection
     * @param bytes      a power of two, at most {@link #receiveBytes}; 0: just asks
     * @return bytes in use now
     */
    int receiveRing(int context, int connection, int bytes);

    /**
     * Lets an application use more of a connection's transmit ring, or, before the connection is announced, less than all
     * of it.
     *
     * @param context    the context
     * @param connection the connection
     * @param bytes      a power of two, at most {@link #transmitBytes}
     */
    void transmitRing(int context, int connection, int bytes);

    /**
     * {@return bytes that a connection's application has appended and that have not been reported free}
     *
     * @param context    the context
     * @param connection the connection
     */
    int unacknowledged(int context, int connection);

    /**
     * {@return bytes that have been announced to a connection's application and that it has not consumed}
     *
     * @param context    the context
     * @param connection the connection
     */
    int unread(int context, int connection);

    /**
     * {@return whether two contexts are one application's, which may listen at one place with both}
     *
     * @param context one
     * @param other   another, or the same
     */
    boolean isOneApplications(int context, int other);

    /**
     * Answers LISTEN or BIND.
     *
     * @param context  the context
     * @param opaque   the request's
     * @param status   how it went
     * @param listener the listener's number
     * @param local    the address it has now
     */
    void listening(int context, long opaque, Status status, int listener, InetSocketAddress local);

    /**
     * Answers CONNECT, or BIND of a message socket.
     *
     * @param context    the context
     * @param connection the connection, or {@link #NONE} if it failed
     * @param opaque     the request's
     * @param status     how it went
     */
    void connected(int context, int connection, long opaque, Status status);

    /**
     * A listener has a new connection.
     *
     * @param context    the context
     * @param connection the connection
     * @param opaque     the LISTEN request's
     */
    void accepted(int context, int connection, long opaque);

    /**
     * Answers HANDOVER where it was not to be: nothing was accepted.
     *
     * @param context the context that was to take
     * @param opaque  the request's
     * @param status  why not
     */
    void notAccepted(int context, long opaque, Status status);

    /**
     * Moves a connection that its application has neither read nor written to another context, with all that has arrived.
     * If that succeeds the old id is released; {@link #accepted} tells of the new one.
     *
     * @param context    where it is
     * @param connection its id there
     * @param target     where it is to be
     * @param local      its local address
     * @param peer       its peer's
     * @return its id there, or {@link #NONE}: no slot is left, or its buffers are of another size
     */
    int move(int context, int connection, int target, InetSocketAddress local, InetSocketAddress peer);

    /**
     * The connection is over before its time; its flow is gone. The application still has to close it.
     *
     * @param context    the context
     * @param connection the connection
     * @param status     why
     */
    void failed(int context, int connection, Status status);

    /**
     * Frees the connection's slot and buffers. The application has closed it and the transport needs neither any more.
     *
     * @param context    the context
     * @param connection the connection
     */
    void release(int context, int connection);
}

package org.millrace.toe;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import org.millrace.api.context.Status;

/**
 * What a {@link Toe} can say is ready: a stream, a listener or a socket for messages. Nothing blocks; an operation that fails
 * later makes the endpoint ready, and its next call throws.
 *
 * <p>Owned by: the Toe's thread.
 */
public abstract sealed class Endpoint extends Requester implements AutoCloseable
    permits ReadableEndpoint, ListenSocket, MessageEndpoint {
    boolean isReady;
    boolean hidden;
    private int connection;
    private Status status = Status.OK;
    private Object attachment;

    Endpoint(Toe toe, Lane lane, int transport, long opaque) {
        super(toe, lane, transport, opaque);
    }

    /** {@return how it went: OK until it fails} */
    public final Status status() {
        return status;
    }

    /** {@return whether it was closed by the application} */
    public final boolean isClosed() {
        return closed;
    }

    /** {@return what {@link #attach} left here, or null} */
    public final Object attachment() {
        return attachment;
    }

    /**
     * Keeps the application's own object for this endpoint.
     *
     * @param object any, or null
     */
    public final void attach(Object object) {
        attachment = object;
    }

    /** Puts it into the ready list again: for an application that stopped before it had done all it could. */
    public final void again() {
        toe.ready(this);
    }

    /** {@return its local address, or null as long as it has none} */
    public abstract InetSocketAddress localAddress();

    /** Lets go of it. Again: nothing. */
    @Override
    public abstract void close();

    /** {@return what it is and where, for messages} */
    abstract String description();

    /** {@return its connection's id, 0 before it has one} */
    final int connection() {
        return connection;
    }

    void connection(int id) {
        connection = id;
    }

    /** The endpoint is over; the first reason stays. */
    @Override
    final void fail(Status reason) {
        if (status == Status.OK) {
            status = reason;
            if (closed) {
                lane.dirty(this);
            } else {
                toe.ready(this);
            }
        }
    }

    final void check() throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        if (status != Status.OK) {
            throw ToeFailure.of(status, description() + " on instance '" + toe.instance() + "'", toe.reason());
        }
    }

    final void markClosed() {
        closed = true;
        toe.unready(this);
    }

    /** Tells the runtime that the id is free; afterwards the endpoint is forgotten. */
    final boolean end(RequestQueue requests, int type) {
        if (requests.claim(type, connection) == RequestQueue.FULL) {
            return false;
        }
        forgotten();
        return true;
    }

    /** The runtime knows that this side names the id no more. */
    final void forgotten() {
        lane.forget(this);
        connection = 0;
        requested = false;
    }

    static String text(InetSocketAddress address) {
        return address == null ? "any address" : address.getAddress().getHostAddress() + ":" + address.getPort();
    }
}

package org.millrace.runtime.transport;

import java.net.InetSocketAddress;
import org.millrace.api.context.Contexts;
import org.millrace.api.context.Status;
import org.millrace.memory.ContextLayout;
import org.millrace.memory.Descriptor;
import org.millrace.runtime.tenant.AppContext;
import org.millrace.runtime.tenant.ContextTable;
import org.millrace.runtime.tenant.FlowHeaders;

/** The contexts as one transport sees them. A context that is gone takes no note. Owned by: the data-path thread. */
public final class TransportContexts implements Contexts {
    private final ContextTable contexts;
    private final int transport;
    private final FlowHeaders headers;

    public TransportContexts(ContextTable contexts, int transport, FlowHeaders headers) {
        this.contexts = contexts;
        this.transport = transport;
        this.headers = headers;
    }

    /** {@return the transport's number as applications know it, from 0} */
    int transport() {
        return transport;
    }

    @Override
    public int open(int context, int flow, InetSocketAddress local, InetSocketAddress peer) {
        AppContext found = contexts.find(context);
        return found == null || found.hasLeft() ? NONE : placed(flow, found, found.open(transport, flow, local, peer));
    }

    private int placed(int flow, AppContext context, int connection) {
        if (connection != NONE) {
            headers.place(flow, context.number, ContextLayout.slot(connection));
        }
        return connection;
    }

    @Override
    public int openMessages(int context, int flow, InetSocketAddress local) {
        AppContext found = contexts.find(context);
        return found == null ? NONE : placed(flow, found, found.openMessages(transport, flow, local));
    }

    @Override
    public int connections(int context) {
        AppContext found = contexts.find(context);
        return found == null ? 0 : found.slots.live();
    }

    @Override
    public int receiveBytes(int context) {
        AppContext found = contexts.find(context);
        return found == null ? 0 : found.size().receiveBytes();
    }

    @Override
    public int transmitBytes(int context) {
        AppContext found = contexts.find(context);
        return found == null ? 0 : found.size().transmitBytes();
    }

    @Override
    public int receiveRing(int context, int connection, int bytes) {
        AppContext found = contexts.find(context);
        return found == null ? 0 : found.receiveRing(connection, bytes);
    }

    @Override
    public void transmitRing(int context, int connection, int bytes) {
        AppContext found = contexts.find(context);
        if (found != null) {
            found.transmitRing(connection, bytes);
        }
    }

    @Override
    public int unacknowledged(int context, int connection) {
        AppContext found = contexts.find(context);
        return found == null ? 0 : found.unacknowledged(connection);
    }

    @Override
    public int unread(int context, int connection) {
        AppContext found = contexts.find(context);
        return found == null ? 0 : found.unread(connection);
    }

    @Override
    public boolean isOneApplications(int context, int other) {
        AppContext one = contexts.find(context);
        AppContext another = contexts.find(other);
        return one != null && another != null && one.owner.equals(another.owner);
    }

    @Override
    public void listening(int context, long opaque, Status status, int listener, InetSocketAddress local) {
        AppContext found = contexts.find(context);
        if (found != null) {
            found.events.post(Descriptor.LISTENING, 0, opaque, status.code(), listener, local);
            if (status == Status.OK) {
                contexts.changed.listening(found, transport, listener);
            }
        }
    }

    @Override
    public void connected(int context, int connection, long opaque, Status status) {
        AppContext found = contexts.find(context);
        if (found == null) {
            return;
        }
        if (connection == NONE) {
            found.events.post(Descriptor.CONNECTED, 0, opaque, status.code(), 0, null);
        } else {
            found.announce(Descriptor.CONNECTED, connection, opaque, status.code());
        }
    }

    @Override
    public void accepted(int context, int connection, long opaque) {
        AppContext found = contexts.find(context);
        if (found != null) {
            contexts.countAccepted();
            found.announce(Descriptor.ACCEPTED, connection, opaque, Status.OK.code());
        }
    }

    @Override
    public void notAccepted(int context, long opaque, Status status) {
        AppContext found = contexts.find(context);
        if (found != null) {
            if (found.events.waiting() > found.size().connections()) { // failures take no slot that would bound them
                found.violation("does not read its events while connections are handed to it");
                return;
            }
            found.events.post(Descriptor.ACCEPTED, 0, opaque, status.code(), 0, null);
        }
    }

    @Override
    public int move(int context, int connection, int target, InetSocketAddress local, InetSocketAddress peer) {
        AppContext from = contexts.find(context);
        AppContext to = contexts.find(target);
        int slot = from == null ? -1 : from.slots.own(connection);
        if (slot < 0 || to == null || to.hasLeft() || from.size().receiveBytes() != to.size().receiveBytes()
            || from.size().transmitBytes() != to.size().transmitBytes()) {
            return NONE;
        }
        int flow = from.slots.flow(slot);
        int moved = placed(flow, to, to.open(transport, flow, local, peer));
        if (moved != NONE) {
            to.adopt(moved, from, slot);
            from.release(connection);
        }
        return moved;
    }

    @Override
    public void failed(int context, int connection, Status status) {
        AppContext found = contexts.find(context);
        if (found != null) {
            found.failed(connection, status.code());
        }
    }

    @Override
    public void release(int context, int connection) {
        AppContext found = contexts.find(context);
        if (found != null) {
            found.release(connection);
        }
    }
}

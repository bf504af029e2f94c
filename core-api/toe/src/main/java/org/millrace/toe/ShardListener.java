package org.millrace.toe;

import java.net.InetSocketAddress;
import org.millrace.api.context.Status;
import org.millrace.memory.Descriptor;

/**
 * A {@link ListenSocket}'s part in one shard: asks there, and is answered there.
 *
 * <p>DESIGN NOTES. The first shard decides who has an address. Who lets go of one tells the others before the first, but a shard that is
 * asked by two contexts at once may read the newcomer's request before: asked once more it has read both.
 *
 * <p>Owned by: the Toe's thread.
 */
final class ShardListener extends Requester {
    private static final int MOST_REFUSALS = 4;

    private final ListenSocket socket;
    private final InetSocketAddress wanted;
    private int refusals;
    private int listener;
    private boolean listening;

    ShardListener(ListenSocket socket, Lane lane, long opaque, InetSocketAddress wanted) {
        super(socket.toe, lane, socket.transport, opaque);
        this.socket = socket;
        this.wanted = wanted;
    }

    ListenSocket socket() {
        return socket;
    }

    /** A LISTENING event. */
    void listening(int number, InetSocketAddress address) {
        listener = number;
        listening = true;
        if (closed) {
            lane.dirty(this);
        } else {
            socket.listening(address);
        }
    }

    @Override
    void fail(Status reason) {
        boolean late = reason == Status.ADDRESS_IN_USE && lane.shard > 0 && !closed;
        if (late && refusals++ < MOST_REFUSALS) {
            requested = false;
            toe.ask(this);
        } else {
            socket.refused(reason);
        }
    }

    @Override
    boolean flush(RequestQueue requests) {
        if (!requested) {
            return closed ? forget() : listen(requests);
        }
        return !closed || !listening || unlisten(requests);
    }

    private boolean listen(RequestQueue requests) {
        long slot = requests.claim(Descriptor.LISTEN, 0);
        if (slot == RequestQueue.FULL) {
            return false;
        }
        requests.opaque(slot, opaque);
        requests.local(slot, wanted);
        socket.describe(requests, slot);
        requested = true;
        return true;
    }

    private boolean unlisten(RequestQueue requests) {
        long slot = requests.claim(Descriptor.UNLISTEN, 0);
        if (slot == RequestQueue.FULL) {
            return false;
        }
        requests.code(slot, transport, listener);
        return forget();
    }

    private boolean forget() {
        lane.forget(this);
        return true;
    }

    /** It is to take no more streams. */
    void close() {
        if (!closed) {
            closed = true;
            lane.dirty(this);
        }
    }
}

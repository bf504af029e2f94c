package org.millrace.toe;

import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Map;
import org.millrace.api.context.ContextGrant;
import org.millrace.memory.Addresses;
import org.millrace.memory.ContextLayout;
import org.millrace.memory.DescriptorRing;
import org.millrace.memory.Linux;

/**
 * A context's part in one shard of the instance: its region, both rings, and the endpoints that live there. What is owed to
 * one shard waits for no other's room.
 *
 * <p>Owned by: the Toe's thread.
 */
final class Lane {
    final int shard;
    final ContextLayout layout;
    final RequestQueue requests;
    final DescriptorRing events;
    private final Toe toe;
    private final EndpointTable endpoints;
    private final EventReader reader;
    private final ArrayDeque<Requester> dirty = new ArrayDeque<>();

    /** @param asked who has asked for something, of all lanes */
    Lane(Toe toe, int shard, ContextGrant grant, Map<Long, Requester> asked) {
        this.toe = toe;
        this.shard = shard;
        layout = ContextLayout.attach(grant.region());
        requests = new RequestQueue(grant, layout);
        events = new DescriptorRing(layout.region(), layout.eventRing(), layout.size().ringSlots());
        endpoints = new EndpointTable(this, asked, layout.size().connections());
        reader = new EventReader(toe, this, endpoints);
    }

    /** Takes what the data path has announced. Answers how many; negative: the context has failed. */
    int read() {
        return reader.read();
    }

    /** Shows the data path what is owed. Answers whether it found no more room, and something is still owed. */
    boolean flush() {
        boolean full = false;
        for (int n = dirty.size(); n > 0 && !full; n--) {
            Requester next = dirty.poll();
            next.isDirty = false;
            if (!next.flush(requests)) {
                full = owes(next);
            }
        }
        requests.publish();
        if (requests.isCorrupt()) {
            toe.fail("its request index is impossible");
        }
        return full;
    }

    private boolean owes(Requester requester) {
        requester.isDirty = true;
        boolean full = requests.isFull();
        if (full) {
            dirty.addFirst(requester);
        } else {
            dirty.add(requester);
        }
        return full;
    }

    void dirty(Requester requester) {
        if (!requester.isDirty) {
            requester.isDirty = true;
            dirty.add(requester);
        }
    }

    boolean isDirty() {
        return !dirty.isEmpty();
    }

    /** It owes nothing here any more. Answers whether it did. */
    boolean clean(Requester requester) {
        boolean was = requester.isDirty;
        if (was) {
            dirty.remove(requester);
            requester.isDirty = false;
        }
        return was;
    }

    /** Nobody is left to be owed anything. */
    void clear() {
        dirty.clear();
    }

    void forget(Requester requester) {
        endpoints.forget(requester);
    }

    void failAll() {
        endpoints.failAll();
    }

    /** {@return the stream offset up to which a connection may bump now} */
    long pushLimit(int connection, long pushed, long appended) {
        if (layout.pacing(connection) != ContextLayout.PUSH) {
            return appended;
        }
        return Math.min(appended, Math.max(pushed, layout.credits(connection)));
    }

    /** Gives the pages of a transmit ring back to the system; they read 0 afterwards. Huge pages stay. */
    void returnPages(long ring, long bytes) {
        long page = Linux.pageSize();
        long start = Math.ceilDiv(ring, page) * page;
        long end = Math.floorDiv(ring + bytes, page) * page;
        if (layout.region().isNative() && end > start) {
            new Linux().advise(layout.region().address() + start, end - start, Linux.MADV_REMOVE); // refused: they stay
        }
    }

    /** {@return an address of a connection's record} */
    InetSocketAddress recordAddress(int connection, int address, int port) {
        long record = layout.record(connection);
        return new InetSocketAddress(Addresses.read(layout.region(), record + address), events.u16(record, port));
    }
}

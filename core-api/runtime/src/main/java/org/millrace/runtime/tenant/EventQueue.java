package org.millrace.runtime.tenant;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import org.millrace.context.Journal;
import org.millrace.context.JournalEntry.Direction;
import org.millrace.memory.Descriptor;
import org.millrace.memory.DescriptorRing;

/**
 * What a context's application is told. Bumps add up by connection until there is room in the ring; everything else
 * keeps its order and waits in memory of the runtime while the ring is full, and nothing overtakes it. What waits is
 * bounded by the context's connections and messages, because its requests are not read meanwhile and no message is
 * begun.
 *
 * <p>Owned by: the data-path thread.
 */
public final class EventQueue {
    private static final long LOW_32 = 0xffff_ffffL;

    private record Waiting(int type, int connection, long opaque, int code, int argument, InetSocketAddress local, int bytes,
                           int peerAddress, int peerPort) {
    }

    private final MemorySegment memory;
    private final DescriptorRing ring;
    /** Where events are made: the ring, or, if they are journalled, where no application can write in between. */
    private final DescriptorRing drafts;
    private final MemorySegment draftMemory;
    private final ConnectionSlots slots;
    private final Counters counters;
    private final Journal journal;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final int[] dirty;
    private int dirtyHead;
    private int dirtyCount;
    private int claimed;
    private boolean broken;
    private boolean ended;

    EventQueue(MemorySegment memory, DescriptorRing ring, int ringSlots, ConnectionSlots slots, Counters counters,
               Journal journal) {
        this.memory = memory;
        this.ring = ring;
        draftMemory = journal == null ? memory : Arena.ofAuto().allocate(DescriptorRing.bytes(ringSlots), Long.BYTES);
        drafts = journal == null ? ring : new DescriptorRing(draftMemory, 0, ringSlots);
        this.journal = journal;
        this.slots = slots;
        this.counters = counters;
        dirty = new int[slots.most()];
    }

    /** {@return whether the application has written an impossible index} */
    boolean isBroken() {
        return broken;
    }

    /** {@return whether something waits for room that only the application can make} */
    public boolean isBlocked() {
        return !waiting.isEmpty() || dirtyCount > 0;
    }

    /** {@return how many events wait for room} */
    public int waiting() {
        return waiting.size();
    }

    /** {@return how many connections and events the application is still to be told of} */
    public int queued() {
        return waiting.size() + dirtyCount;
    }

    /** Nobody reads it any more: nothing waits, and nothing is written from now on. */
    public void end() {
        ended = true;
        waiting.clear();
        dirtyCount = 0;
    }

    boolean hasWaiting() {
        return !waiting.isEmpty();
    }

    /** Tells with the next flush what has become pending for a connection; once it is announced. */
    void markDirty(int slot) {
        if (!ended && !slots.is(slot, ConnectionSlots.DIRTY) && slots.state(slot) == ConnectionSlots.OPEN) {
            slots.set(slot, ConnectionSlots.DIRTY);
            int at = dirtyHead + dirtyCount++;
            dirty[at >= dirty.length ? at - dirty.length : at] = slot;
        }
    }

    public void post(int type, int connection, long opaque, int code, int argument, InetSocketAddress local) {
        if (!ended && (!waiting.isEmpty() || !write(type, connection, opaque, code, argument, local))) {
            waiting.add(new Waiting(type, connection, opaque, code, argument, local, 0, 0, 0));
        }
    }

    /** {@return whether nothing waits and the ring has room} */
    boolean hasRoom() {
        return waiting.isEmpty() && room() > 0;
    }

    void message(int connection, int number, int kind, int position, int bytes, int peerAddress, int peerPort) {
        if (ended) {
            return;
        }
        if (hasRoom()) {
            writeMessage(connection, number, kind, position, bytes, peerAddress, peerPort);
        } else {
            waiting.add(new Waiting(Descriptor.MESSAGE, connection, number, kind, position, null, bytes, peerAddress, peerPort));
        }
    }

    private void writeMessage(int connection, long number, int kind, int position, int bytes, int peerAddress, int peerPort) {
        long at = claim(Descriptor.MESSAGE, connection);
        drafts.i64(at, Descriptor.OPAQUE, number & LOW_32);
        drafts.u16(at, Descriptor.CODE, kind);
        drafts.i32(at, Descriptor.ARGUMENT, position);
        drafts.i32(at, Descriptor.RX_BYTES, bytes);
        drafts.u16(at, Descriptor.PEER_PORT, peerPort);
        AddressCodec.write(drafts, at, Descriptor.PEER_ADDRESS, peerAddress);
    }

    /** Writes what there is room for and makes it visible. Answers whether the application has news. */
    boolean flush(long nowNs) {
        while (!waiting.isEmpty()) {
            Waiting first = waiting.peekFirst();
            if (!write(first)) {
                break;
            }
            waiting.removeFirst();
        }
        if (waiting.isEmpty()) {
            flushBumps();
        }
        if (claimed == 0 || ended) {
            return false;
        }
        counters.events += claimed;
        if (journal != null) {
            record(nowNs);
        }
        claimed = 0;
        ring.publish();
        return true;
    }

    private void record(long nowNs) {
        for (int i = claimed; i > 0; i--) {
            MemorySegment.copy(draftMemory, drafts.claimed(i), memory, ring.claimed(i), Descriptor.BYTES);
            journal.record(Direction.EVENT, draftMemory, drafts.claimed(i), nowNs);
        }
    }

    private void flushBumps() {
        for (int room = dirtyCount == 0 ? 0 : room(); room > 0 && dirtyCount > 0;) {
            int slot = dirty[dirtyHead];
            dirtyHead = dirtyHead + 1 == dirty.length ? 0 : dirtyHead + 1;
            dirtyCount--;
            slots.clear(slot, ConnectionSlots.DIRTY);
            if (slots.state(slot) == ConnectionSlots.OPEN && hasBump(slot)) {
                bump(slot);
                room--;
            }
        }
    }

    private boolean write(Waiting event) {
        if (event.type != Descriptor.MESSAGE) {
            return write(event.type, event.connection, event.opaque, event.code, event.argument, event.local);
        }
        if (room() < 1) {
            return false;
        }
        writeMessage(event.connection, event.opaque, event.code, event.argument, event.bytes, event.peerAddress,
            event.peerPort);
        return true;
    }

    private boolean write(int type, int connection, long opaque, int code, int argument, InetSocketAddress local) {
        int slot = slots.own(connection);
        // a bump still pending goes before the end of its connection
        boolean bumpFirst = type == Descriptor.CLOSED && slot >= 0 && hasBump(slot);
        if (room() < (bumpFirst ? 2 : 1)) {
            return false;
        }
        if (bumpFirst) {
            bump(slot);
        }
        long at = claim(type, connection);
        drafts.i64(at, Descriptor.OPAQUE, opaque);
        drafts.u16(at, Descriptor.CODE, code);
        drafts.i32(at, Descriptor.ARGUMENT, argument);
        if (local != null) {
            drafts.u16(at, Descriptor.LOCAL_PORT, local.getPort());
            AddressCodec.write(drafts, at, Descriptor.LOCAL_ADDRESS, AddressCodec.bits(local));
        }
        return true;
    }

    private boolean hasBump(int slot) {
        return (slots.receivePending(slot) | slots.transmitPending(slot) | slots.flagsPending(slot)) != 0
            || slots.is(slot, ConnectionSlots.CREDIT_PENDING);
    }

    private void bump(int slot) {
        long at = claim(Descriptor.BUMP, slots.id(slot));
        drafts.i32(at, Descriptor.RX_BYTES, slots.receivePending(slot));
        drafts.i32(at, Descriptor.TX_BYTES, slots.transmitPending(slot));
        drafts.u8(at, Descriptor.FLAGS, slots.flagsPending(slot));
        slots.told(slot);
    }

    private int room() {
        int room = ring.free();
        broken |= room < 0;
        return room;
    }

    private long claim(int type, int connection) {
        long at = drafts.claim();
        if (drafts != ring) {
            ring.claim();
        }
        claimed++;
        drafts.u8(at, Descriptor.TYPE, type);
        drafts.i32(at, Descriptor.CONNECTION, connection);
        return at;
    }
}

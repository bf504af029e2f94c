package org.millrace.runtime.tenant;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.millrace.api.context.ContextSize;
import org.millrace.api.context.SelectorBell;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.context.Journal;
import org.millrace.memory.BlockPool;
import org.millrace.memory.ContextLayout;
import org.millrace.memory.Descriptor;
import org.millrace.memory.DescriptorRing;
import org.millrace.memory.Futex;
import org.millrace.memory.RingGrowth;
import org.millrace.memory.SharedMemory;

/**
 * A context as the data path sees it. What the application can write it can also write wrongly: nothing read from the
 * region is believed, and what is found wrong ends this context and no other.
 *
 * <p>Owned by: the data-path thread, but for {@link #region}, {@link #layout} and {@link #wakeBy}, which the grant
 * uses.
 */
public final class AppContext {
    private static final int KEEP_BYTES = 16 << 10;
    private static final long LOW_32 = 0xffff_ffffL;

    public final int number;
    /** Whose it is: contexts of equal owners may hand connections to each other, and listen at one place. */
    public final Object owner;
    public final SharedMemory region;
    public final ContextLayout layout;
    public final ConnectionSlots slots;
    public final EventQueue events;
    public final DescriptorRing requestRing;
    /** Records its descriptors; null: nobody does. */
    public final Journal journal;
    /** The registry's numbers of its listeners. */
    final Set<Long> listeners = new HashSet<>();
    /** Whether its line of the registry is noted to be written. */
    public boolean listed;
    private final ChangedLines changed;
    private final DescriptorRing eventRing;
    private final Futex sleeper;
    private final ContextSize size;
    private final AtomicInteger users = new AtomicInteger(2);
    private volatile SelectorBell selectorBell;
    private volatile boolean closed;
    private String violation;
    /** Whether its application is gone; then how many of its requests are still to be read. */
    private boolean left;
    private int requestsLeft;

    AppContext(int number, ContextSize size, ConnectionSlots slots, SharedMemory memory, Object owner, Journal journal,
               Counters counters, ChangedLines changed) {
        this.number = number;
        this.owner = owner;
        this.size = size;
        this.journal = journal;
        this.changed = changed;
        region = memory;
        layout = ContextLayout.create(region.segment(), size, number);
        this.slots = slots;
        requestRing = new DescriptorRing(region.segment(), layout.requestRing(), size.ringSlots());
        eventRing = new DescriptorRing(region.segment(), layout.eventRing(), size.ringSlots());
        events = new EventQueue(region.segment(), eventRing, size.ringSlots(), slots, counters, journal);
        sleeper = new Futex(region.segment(), eventRing.waitingWord());
    }

    public ContextSize size() {
        return size;
    }

    /** Notes why the context must be closed; the first reason stays. */
    public void violation(String reason) {
        if (violation == null) {
            violation = reason;
        }
    }

    /** {@return why the context must be closed, or null} */
    public String violation() {
        if (violation == null && events.isBroken()) {
            violation = "impossible index of the event ring";
        }
        return violation;
    }

    /** Its application is gone: what it has asked for so far still counts, and nobody is told of anything. */
    public void leave() {
        left = true;
        requestsLeft = Math.clamp(requestRing.available(), 0, size.ringSlots());
        events.end();
        markClosed();
        changed.context(this);
    }

    public boolean hasLeft() {
        return left;
    }

    /** {@return requests that may be read now, or a negative number if their index is impossible} */
    public int requests() {
        return left ? requestsLeft : requestRing.available();
    }

    /** A request has been read. */
    public void requestRead() {
        requestRing.next();
        requestsLeft--;
    }

    /** Brings near what is kept for a slot and, if bytes are to come, where they will lie. Answers a number of no meaning. */
    public int touchReceive(int slot, boolean hasPayload) {
        int sum = slots.touch(slot);
        if (hasPayload && slot < slots.count() && slots.id(slot) != 0) {
            sum += region.segment().get(ValueLayout.JAVA_BYTE,
                layout.receiveRing(slot) + (slots.receiveEnd(slot) & slots.receiveRing(slot) - 1));
        }
        return sum;
    }

    /** The same for the bytes that the application has appended and not told of. */
    int touchTransmit(int slot) {
        return region.segment().get(ValueLayout.JAVA_BYTE,
            layout.transmitRing(slot) + ((int) slots.sentBytes(slot) & slots.transmitRing(slot) - 1));
    }

    /** {@return bytes of a connection that are appended and not reported free} */
    public int unacknowledged(int connection) {
        int slot = slots.own(connection);
        return slot < 0 ? 0 : slots.transmitHeld(slot) - slots.transmitPending(slot);
    }

    /** {@return bytes of a connection that are announced and not consumed} */
    public int unread(int connection) {
        int slot = slots.own(connection);
        return slot < 0 ? 0 : slots.receiveHeld(slot) + slots.receivePending(slot);
    }

    /** {@return bytes of all connections that are appended and not reported free} */
    public long unacknowledged() {
        long sum = 0;
        for (int slot = 0; slot < slots.count(); slot++) {
            sum += slots.id(slot) == 0 ? 0 : slots.transmitHeld(slot) - slots.transmitPending(slot);
        }
        return sum;
    }

    /**
     * Data path or application uses the memory no more; it goes with the second of both. Any thread.
     *
     * @param freeing runs what frees it, which may take milliseconds
     */
    public void letGo(Executor freeing) {
        if (users.decrementAndGet() == 0) {
            freeing.execute(region::close);
        }
    }

    public int open(int transport, int flow, InetSocketAddress local, InetSocketAddress peer) {
        int id = slots.take(transport, flow);
        if (id >= 0) {
            int slot = ContextLayout.slot(id);
            slots.receiveRing(slot, size.receiveBytes());
            slots.receiveWanted(slot, size.receiveBytes());
            slots.ringConsumed(slot, Integer.MIN_VALUE);
            slots.transmitRing(slot, size.transmitBytes());
            slots.transmitLimit(slot, size.transmitBytes());
            writeRecord(id, local, peer);
            changed(ContextLayout.slot(id));
            changed.context(this);
        }
        return id;
    }

    public int openMessages(int transport, int flow, InetSocketAddress local) {
        int id = open(transport, flow, local, null);
        if (id >= 0) {
            slots.messages(ContextLayout.slot(id), new MessageBuffers(size.receiveBytes(), size.transmitBytes()));
        }
        return id;
    }

    /** As {@link org.millrace.api.context.Contexts#receiveRing}. */
    public int receiveRing(int connection, int bytes) {
        int slot = slots.own(connection);
        if (slot < 0) {
            return 0;
        }
        int wanted = Math.min(bytes, size.receiveBytes());
        if (bytes != 0 && slots.state(slot) == ConnectionSlots.RESERVED) {
            useReceiveRing(slot, wanted);
            slots.receiveWanted(slot, wanted);
            slots.ringConsumed(slot, 0);
        }
        slots.receiveWanted(slot, Math.max(slots.receiveWanted(slot), wanted));
        return slots.receiveRing(slot);
    }

    private void useReceiveRing(int slot, int bytes) {
        slots.receiveRing(slot, bytes);
        layout.ringBytes(slot, ContextLayout.RECEIVE_RING, bytes);
    }

    /** Bytes are about to be put into the receive ring: more of it may come into use before. */
    void growReceiveRing(int slot) {
        int wanted = slots.receiveWanted(slot);
        int bytes = slots.receiveRing(slot);
        if (wanted > bytes) {
            int first = slots.announced(slot) - slots.receiveHeld(slot) - slots.receivePending(slot);
            int grown = RingGrowth.grown(first, slots.receiveEnd(slot), bytes, wanted);
            if (grown > bytes) {
                useReceiveRing(slot, grown);
            }
        }
    }

    /** As {@link org.millrace.api.context.Contexts#transmitRing}. */
    public void transmitRing(int connection, int bytes) {
        int slot = slots.own(connection);
        if (slot < 0) {
            return;
        }
        int limit = Math.min(bytes, size.transmitBytes());
        if (slots.state(slot) == ConnectionSlots.RESERVED) {
            slots.transmitRing(slot, limit);
            slots.transmitLimit(slot, limit);
            layout.ringBytes(slot, ContextLayout.TRANSMIT_RING, limit);
        }
        slots.transmitLimit(slot, Math.max(slots.transmitLimit(slot), limit));
        layout.ringBytes(slot, ContextLayout.TRANSMIT_LIMIT, slots.transmitLimit(slot));
    }

    /** The application uses more of its transmit ring from now on. Answers false if it may not. */
    boolean growTransmitRing(int slot, int logarithm) {
        int bytes = logarithm < Integer.SIZE - 1 ? 1 << logarithm : 0;
        if (bytes <= slots.transmitRing(slot) || bytes > slots.transmitLimit(slot)) {
            return false;
        }
        slots.transmitRing(slot, bytes);
        return true;
    }

    /** Notes that the line of a connection in the registry no longer says what is so. */
    void changed(int slot) {
        changed.connection(this, slot);
    }

    private void writeRecord(int id, InetSocketAddress local, InetSocketAddress peer) {
        MemorySegment memory = region.segment();
        long record = layout.record(id);
        memory.asSlice(record, ContextLayout.RECORD_BYTES).fill((byte) 0);
        memory.set(Endian.I64, record + ContextLayout.RECEIVE, layout.receiveRing(id));
        memory.set(Endian.I64, record + ContextLayout.TRANSMIT, layout.transmitRing(id));
        writeAddress(memory, record, ContextLayout.LOCAL_PORT, ContextLayout.LOCAL_ADDRESS, local);
        writeAddress(memory, record, ContextLayout.PEER_PORT, ContextLayout.PEER_ADDRESS, peer);
        memory.set(Endian.I32, record + ContextLayout.ID, id);
    }

    private static void writeAddress(MemorySegment memory, long record, int port, int address, InetSocketAddress from) {
        if (from != null) {
            memory.set(Endian.U16, record + port, (short) from.getPort());
            AddressCodec.write(memory, record + address, AddressCodec.bits(from));
        }
    }

    /** Lets the application know a connection: from now on it may name the id. */
    public void announce(int type, int connection, long opaque, int code) {
        int slot = slots.own(connection);
        if (slot < 0) {
            return;
        }
        slots.state(slot, ConnectionSlots.OPEN);
        events.post(type, connection, opaque, code, 0, null);
        events.markDirty(slot);
        changed(slot);
    }

    public void failed(int connection, int status) {
        int slot = slots.own(connection);
        if (slot < 0) {
            return;
        }
        slots.flow(slot, 0);
        changed(slot);
        if (slots.state(slot) == ConnectionSlots.OPEN) {
            events.post(Descriptor.CLOSED, connection, 0, status, 0, null);
        }
    }

    /**
     * Takes what another context has of a connection that its application has not used, so that it begins anew here:
     * what was announced there, read or not, is announced again.
     *
     * @param connection reserved here, of the same flow
     * @param held       the slot there; its buffers have the same size
     */
    public void adopt(int connection, AppContext from, int held) {
        int slot = slots.own(connection);
        ConnectionSlots old = from.slots;
        MemorySegment.copy(from.region.segment(), from.layout.receiveRing(held), region.segment(),
            layout.receiveRing(slot), old.receiveEnd(held));
        slots.receivePending(slot, old.receiveHeld(held) + old.receivePending(held));
        slots.receiveEnd(slot, old.receiveEnd(held));
        slots.announced(slot, old.announced(held));
        slots.touched(slot, old.touched(held));
        useReceiveRing(slot, old.receiveRing(held));
        slots.receiveWanted(slot, old.receiveWanted(held));
        slots.ringConsumed(slot, old.ringConsumed(held));
        transmitRing(connection, old.transmitRing(held));
        slots.transmitLimit(slot, old.transmitLimit(held));
        layout.ringBytes(slot, ContextLayout.TRANSMIT_LIMIT, old.transmitLimit(held));
        slots.flagsPending(slot, (old.flagsTold(held) | old.flagsPending(held)) & Descriptor.FIN);
    }

    public void release(int connection) {
        int slot = slots.own(connection);
        if (slot < 0) {
            return;
        }
        region.segment().set(Endian.I32, layout.record(slot) + ContextLayout.ID, 0);
        if (slots.touched(slot) > KEEP_BYTES) {
            region.release(layout.receiveRing(slot), (long) size.receiveBytes() + size.transmitBytes());
        }
        slots.give(slot);
        changed(slot);
        changed.context(this);
    }

    /** A connection is idle: gives the pages of its receive ring back if nobody needs what is in it. Answers bytes. */
    long idle(int slot) {
        if (slots.state(slot) == ConnectionSlots.OPEN && slots.is(slot, ConnectionSlots.APPENDED) && slots.transmitHeld(slot) == 0) {
            slots.clear(slot, ConnectionSlots.APPENDED);
            slots.flagsPending(slot, slots.flagsPending(slot) | Descriptor.IDLE);
            events.markDirty(slot);
        }
        if (slots.id(slot) == 0 || !slots.isReceiveRingEmpty(slot)) {
            return 0;
        }
        return Math.max(0, region.release(layout.receiveRing(slot), size.receiveBytes()));
    }

    /** Adds up what a connection is to be told; never more than its buffers hold, whatever the program says. */
    void notify(int connection, int receiveBytes, int transmitBytes, int flags) {
        int slot = slots.own(connection);
        if (slot < 0) {
            return;
        }
        long readable = slots.receivePending(slot) + (receiveBytes & LOW_32);
        long freed = slots.transmitPending(slot) + (transmitBytes & LOW_32);
        slots.receivePending(slot, (int) Math.min(readable, size.receiveBytes() - slots.receiveHeld(slot)));
        slots.transmitPending(slot, (int) Math.min(freed, slots.transmitHeld(slot)));
        slots.flagsPending(slot, slots.flagsPending(slot) | flags);
        slots.announced(slot, slots.announced(slot) + receiveBytes);
        slots.receivedBytes(slot, slots.receivedBytes(slot) + receiveBytes);
        events.markDirty(slot);
        changed(slot);
    }

    /**
     * Grants credits up to a position of the stream, mod 2^32. The application may have appended by the rules of pull until
     * it sees the first ones, so what its ring may come to hold stays allowed.
     */
    void grant(int connection, int position) {
        int slot = slots.own(connection);
        if (slot < 0) {
            return;
        }
        long pushed = slots.sentBytes(slot);
        long offset = pushed + (position - (int) pushed);
        boolean first = slots.pushLimit(slot) == ConnectionSlots.UNPACED;
        if (first) {
            slots.pushLimit(slot, pushed + slots.transmitLimit(slot) - slots.transmitHeld(slot)); // its ring may grow until then
        } else if (offset <= slots.credits(slot)) {
            return;
        }
        slots.credits(slot, offset);
        slots.pushLimit(slot, Math.max(slots.pushLimit(slot), offset));
        layout.credits(connection, offset);
        if (first) {
            layout.pacing(connection, ContextLayout.PUSH);
        }
        slots.set(slot, ConnectionSlots.CREDIT_PENDING);
        events.markDirty(slot);
    }

    /** A connection's application may append what its ring holds again, and what it has held back. */
    void pull(int slot) {
        if (slots.id(slot) != 0 && slots.pushLimit(slot) != ConnectionSlots.UNPACED) {
            slots.pushLimit(slot, ConnectionSlots.UNPACED);
            layout.pacing(slots.id(slot), ContextLayout.PULL);
            slots.set(slot, ConnectionSlots.CREDIT_PENDING);
            events.markDirty(slot);
        }
    }

    /** {@return where bytes are reserved for a message, or {@link BlockPool#NONE}} */
    int reserve(int connection, int bytes, boolean sparing) {
        int slot = messageSlot(connection);
        if (slot < 0 || slots.state(slot) != ConnectionSlots.OPEN) {
            return BlockPool.NONE;
        }
        BlockPool pool = slots.messages(slot).received;
        boolean leavesHalf = pool.ranges() == 0 || pool.reservedBytes() + bytes <= size.receiveBytes() / 2;
        return sparing && !leavesHalf ? BlockPool.NONE : pool.reserve(bytes);
    }

    void unreserve(int connection, int position) {
        int slot = messageSlot(connection);
        if (slot >= 0) {
            slots.messages(slot).received.release(position);
        }
    }

    /** Announces a message. Answers whether it lies where the program has reserved room for it. */
    boolean message(SegmentMeta meta) {
        int slot = messageSlot(meta.connection());
        int room = slot < 0 ? BlockPool.NONE : slots.messages(slot).received.size(meta.position());
        if (meta.length() < 0 || meta.length() > room) {
            return false;
        }
        if (slots.state(slot) == ConnectionSlots.OPEN) {
            slots.receiveHeld(slot, slots.receiveHeld(slot) + room);
            slots.receivedBytes(slot, slots.receivedBytes(slot) + meta.length());
            events.message(meta.connection(), meta.message(), meta.operation(), meta.position(), meta.length(),
                meta.peerAddress(), meta.peerPort());
            changed(slot);
        } else {
            slots.messages(slot).received.release(meta.position());
        }
        return true;
    }

    /** The data path does not need a message any more that the application has sent. Answers whether there was one. */
    boolean sent(SegmentMeta meta, int status) {
        int slot = messageSlot(meta.connection());
        if (slot < 0 || slots.messages(slot).sending == 0) {
            return false;
        }
        slots.messages(slot).sending--;
        slots.transmitHeld(slot, Math.max(0, slots.transmitHeld(slot) - meta.length()));
        if (slots.state(slot) == ConnectionSlots.OPEN) {
            events.post(Descriptor.SENT, meta.connection(), meta.message() & LOW_32, status, meta.position(), null);
            changed(slot);
        }
        return true;
    }

    private int messageSlot(int connection) {
        int slot = slots.own(connection);
        return slot >= 0 && slots.is(slot, ConnectionSlots.MESSAGES) ? slot : -1;
    }

    /** Delivers what there is room for and wakes the application if it sleeps. */
    public void flush(long nowNs) {
        if (events.flush(nowNs)) {
            wake(eventRing.takeSleep());
        }
    }

    /** The application may sleep in a selector from now on, or with null no more. */
    void wakeBy(SelectorBell bell) {
        selectorBell = bell;
    }

    private void wake(int sleep) {
        SelectorBell bell = selectorBell;
        if (sleep == DescriptorRing.ON_FUTEX) {
            sleeper.wake(1);
        } else if (sleep == DescriptorRing.IN_SELECTOR && bell != null) {
            bell.ring();
        }
    }

    /** {@return whether the data path has let go of it, whatever the application writes. Any thread} */
    boolean isClosed() {
        return closed;
    }

    /** Lets go of the application: its library sees that the context is closed, asleep or not. */
    public void markClosed() {
        closed = true;
        layout.markClosed();
        eventRing.takeWaiting();
        sleeper.wake(Integer.MAX_VALUE);
        SelectorBell bell = selectorBell;
        if (bell != null) {
            bell.end();
        }
    }
}

package org.millrace.runtime;

import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import org.millrace.api.context.ContextSize;
import org.millrace.memory.ContextLayout;
import org.millrace.memory.Descriptor;
import org.millrace.memory.DescriptorRing;
import org.millrace.memory.Futex;
import org.millrace.memory.MappedRegion;

/**
 * A context as the data path sees it. What the application can write it can also write wrongly: nothing read from the
 * region is believed, and what is found wrong ends this context and no other.
 *
 * <p>Owned by: the data-path thread, but for {@link #region}, {@link #layout} and {@link #wakeBy}, which the grant uses.
 */
final class AppContext {
    private static final int KEEP_BYTES = 16 << 10;
    private static final long LOW_32 = 0xffff_ffffL;

    final int number;
    final MappedRegion region;
    final ContextLayout layout;
    final ConnectionSlots slots;
    final EventQueue events;
    final DescriptorRing requestRing;
    private final DescriptorRing eventRing;
    private final Futex sleeper;
    private final ContextSize size;
    private volatile WakePipe pipe;
    private String violation;

    AppContext(int number, ContextSize size, Counters counters) {
        this.number = number;
        this.size = size;
        region = MappedRegion.create("millrace-context", ContextLayout.bytes(size));
        layout = ContextLayout.create(region.segment(), size, number);
        slots = new ConnectionSlots(size.connections());
        requestRing = new DescriptorRing(region.segment(), layout.requestRing(), size.ringSlots());
        eventRing = new DescriptorRing(region.segment(), layout.eventRing(), size.ringSlots());
        events = new EventQueue(eventRing, slots, counters);
        sleeper = new Futex(region.segment(), eventRing.waitingWord());
    }

    ContextSize size() {
        return size;
    }

    /** Notes why the context must be closed; the first reason stays. */
    void violation(String reason) {
        if (violation == null) {
            violation = reason;
        }
    }

    /** {@return why the context must be closed, or null} */
    String violation() {
        if (violation == null && events.isBroken()) {
            violation = "impossible index of the event ring";
        }
        return violation;
    }

    int open(int transport, int flow, InetSocketAddress local, InetSocketAddress peer) {
        int id = slots.take(transport, flow);
        if (id >= 0) {
            writeRecord(id, local, peer);
        }
        return id;
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
    void announce(int type, int connection, long opaque, int code) {
        int slot = slots.own(connection);
        if (slot < 0) {
            return;
        }
        slots.state[slot] = ConnectionSlots.OPEN;
        events.post(type, connection, opaque, code, 0, null);
        events.markDirty(slot);
    }

    void failed(int connection, int status) {
        int slot = slots.own(connection);
        if (slot < 0) {
            return;
        }
        slots.flow[slot] = 0;
        if (slots.state[slot] == ConnectionSlots.OPEN) {
            events.post(Descriptor.CLOSED, connection, 0, status, 0, null);
        }
    }

    void release(int connection) {
        int slot = slots.own(connection);
        if (slot < 0) {
            return;
        }
        region.segment().set(Endian.I32, layout.record(slot) + ContextLayout.ID, 0);
        if (slots.touched[slot] > KEEP_BYTES) {
            region.release(layout.receiveRing(slot), (long) size.receiveBytes() + size.transmitBytes());
        }
        slots.give(slot);
    }

    /** Adds up what a connection is to be told; never more than its buffers hold, whatever the program says. */
    void notify(int connection, int receiveBytes, int transmitBytes, int flags) {
        int slot = slots.own(connection);
        if (slot < 0) {
            return;
        }
        long readable = slots.receivePending[slot] + (receiveBytes & LOW_32);
        long freed = slots.transmitPending[slot] + (transmitBytes & LOW_32);
        slots.receivePending[slot] = (int) Math.min(readable, size.receiveBytes() - slots.receiveHeld[slot]);
        slots.transmitPending[slot] = (int) Math.min(freed, slots.transmitHeld[slot]);
        slots.flagsPending[slot] |= (byte) flags;
        events.markDirty(slot);
    }

    boolean message(int connection, int bytes, int peerAddress, int peerPort) {
        int slot = slots.own(connection);
        if (slot < 0 || slots.state[slot] != ConnectionSlots.OPEN) {
            return false;
        }
        boolean fits = bytes >= 0 && bytes <= size.receiveBytes() - slots.receiveHeld[slot];
        return fits && events.message(slot, bytes, peerAddress, peerPort);
    }

    /** Delivers what there is room for and wakes the application if it sleeps. */
    void flush() {
        if (events.flush()) {
            wake(eventRing.takeSleep());
        }
    }

    /** The application may sleep in a selector from now on. */
    void wakeBy(WakePipe bell) {
        pipe = bell;
    }

    private void wake(int sleep) {
        WakePipe bell = pipe;
        if (sleep == DescriptorRing.ON_FUTEX) {
            sleeper.wake(1);
        } else if (sleep == DescriptorRing.IN_SELECTOR && bell != null) {
            bell.ring();
        }
    }

    /** Lets go of the application: its library sees that the context is closed, asleep or not. */
    void markClosed() {
        layout.markClosed();
        eventRing.takeWaiting();
        sleeper.wake(Integer.MAX_VALUE);
        WakePipe bell = pipe;
        if (bell != null) {
            bell.end();
        }
    }
}

package org.millrace.cli.journal;

import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextSize;
import org.millrace.context.Journal;
import org.millrace.context.JournalEntry.Direction;
import org.millrace.memory.Addresses;
import org.millrace.memory.ContextLayout;
import org.millrace.memory.Descriptor;
import org.millrace.memory.DescriptorRing;
import org.millrace.ports.MemoryPort;
import org.millrace.runtime.path.DataPath;

/** An echo on a context, descriptor by descriptor on virtual time, that writes a journal of all of them. */
final class RecordedEcho implements AutoCloseable {
    static final InetAddress SERVER = InetAddress.ofLiteral("10.0.0.2");
    static final InetAddress CLIENT = InetAddress.ofLiteral("10.0.0.1");
    static final int PORT = 7;

    final ReplayPeer peer;
    int connected;
    int refused;
    private final Journal journal;
    private final DataPath path;
    private final DataPath peerPath;
    private final ContextLayout layout;
    private final DescriptorRing requests;
    private final DescriptorRing events;
    private final LongConsumer tamper;
    private final long[] appended = new long[64];
    private long nowNs;
    private long lastOpaque;

    /** {@code tamper} may change an event's descriptor, given its offset, before it is recorded. */
    RecordedEcho(Journal journal, long startNs, LongConsumer tamper) {
        this.journal = journal;
        this.tamper = tamper;
        nowNs = startNs;
        MemoryPort[] ends = MemoryPort.pair(Map.of());
        path = ReplayHost.create("recorded", ends[0], List.of(SERVER), 3);
        peerPath = ReplayHost.create("recorded-peer", ends[1], List.of(CLIENT), 4);
        ContextSize size = new ContextSize(64, 64 << 10, 64 << 10, 256);
        ContextGrant grant = path.grant(size);
        layout = ContextLayout.attach(grant.region());
        requests = new DescriptorRing(layout.region(), layout.requestRing(), size.ringSlots());
        events = new DescriptorRing(layout.region(), layout.eventRing(), size.ringSlots());
        peer = new ReplayPeer(peerPath.grant(size));
    }

    long nowNs() {
        return nowNs;
    }

    MemorySegment memory() {
        return layout.region();
    }

    void listen() {
        long slot = claim(Descriptor.LISTEN, 0);
        requests.i64(slot, Descriptor.OPAQUE, ++lastOpaque);
        requests.i32(slot, Descriptor.ARGUMENT, 16);
        address(slot, Descriptor.LOCAL_ADDRESS, Descriptor.LOCAL_PORT, new InetSocketAddress(SERVER, PORT));
        publish(slot);
    }

    void connect(int port) {
        long slot = claim(Descriptor.CONNECT, 0);
        requests.i64(slot, Descriptor.OPAQUE, ++lastOpaque);
        address(slot, Descriptor.PEER_ADDRESS, Descriptor.PEER_PORT, new InetSocketAddress(CLIENT, port));
        publish(slot);
    }

    private void address(long slot, int address, int port, InetSocketAddress value) {
        Addresses.write(layout.region(), slot + address, value.getAddress());
        requests.u16(slot, port, value.getPort());
    }

    void bump(int connection, int receiveBytes, int transmitBytes, int flags) {
        long slot = claim(Descriptor.BUMP, connection);
        requests.i32(slot, Descriptor.RX_BYTES, receiveBytes);
        requests.i32(slot, Descriptor.TX_BYTES, transmitBytes);
        requests.u8(slot, Descriptor.FLAGS, flags);
        Pattern.fill(layout.region(), layout.transmitRing(connection), (64 << 10) - 1, appended(connection), transmitBytes);
        appended[ContextLayout.slot(connection)] += transmitBytes;
        publish(slot);
    }

    private long appended(int connection) {
        return appended[ContextLayout.slot(connection)];
    }

    private long claim(int type, int connection) {
        long slot = requests.claim();
        requests.u8(slot, Descriptor.TYPE, type);
        requests.i32(slot, Descriptor.CONNECTION, connection);
        return slot;
    }

    private void publish(long slot) {
        journal.record(Direction.REQUEST, layout.region(), slot, nowNs);
        requests.publish();
    }

    /** Answers what has come; an end of the stream with one of its own, and then leaves. */
    private boolean echo() {
        int count = events.available();
        for (int i = 0; i < count; i++) {
            long slot = events.peek();
            int type = events.u8(slot, Descriptor.TYPE);
            int connection = events.i32(slot, Descriptor.CONNECTION);
            int received = events.i32(slot, Descriptor.RX_BYTES);
            boolean fin = events.u8(slot, Descriptor.FLAGS) != 0;
            boolean ok = events.u16(slot, Descriptor.CODE) == 0;
            tamper.accept(slot);
            journal.record(Direction.EVENT, layout.region(), slot, nowNs);
            if (type == Descriptor.ACCEPTED) {
                appended[ContextLayout.slot(connection)] = 0;
            } else if (type == Descriptor.CONNECTED) {
                connected += ok ? 1 : 0;
                refused += ok ? 0 : 1;
            } else if (type == Descriptor.BUMP && (received > 0 || fin)) {
                bump(connection, received, received, fin ? Descriptor.FIN : 0);
                if (fin) {
                    publish(claim(Descriptor.CLOSE, connection));
                }
            } else if (type == Descriptor.CLOSED) {
                publish(claim(Descriptor.CLOSE, connection));
            }
            events.next();
        }
        events.release();
        return count > 0;
    }

    boolean run(BooleanSupplier condition) {
        long limitNs = nowNs + 10_000_000_000L;
        while (!condition.getAsBoolean() && nowNs < limitNs) {
            boolean busy = echo() | peer.turn();
            long nextNs = Math.min(path.poll(nowNs), peerPath.poll(nowNs)); // behind what has just been asked of them
            nowNs = busy || nextNs <= nowNs ? nowNs + 10_000 : Math.min(nextNs, limitNs);
        }
        return condition.getAsBoolean();
    }

    @Override
    public void close() {
        peer.close();
        path.close();
        peerPath.close();
    }
}

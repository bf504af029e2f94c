package org.millrace.cli.journal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.Status;
import org.millrace.memory.ContextLayout;
import org.millrace.memory.Descriptor;
import org.millrace.memory.DescriptorRing;

/** The application's side of a fresh context, descriptor by descriptor: writes recorded requests, adds up what it is told. */
final class ReplayContext {
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int ANY_TRANSPORT = 0;

    final Map<Long, Answer> answers = new HashMap<>();
    final Map<Integer, Connection> connections = new LinkedHashMap<>();
    Connection accepted;
    long stray;
    private final ContextGrant grant;
    private final ContextLayout layout;
    private final DescriptorRing requests;
    private final DescriptorRing events;

    /** What came of CONNECT or LISTEN. */
    record Answer(Status status, int connection, int listener, int port) {
    }

    /** A connection of the fresh context. */
    final class Connection {
        final int id;
        long told;
        long freed;
        long appended;
        boolean finished;
        boolean closedByApplication;
        boolean damaged;
        Status closed;
        ReplayPeer.End end;

        private Connection(int id) {
            this.id = id;
            connections.put(id, this);
        }

        int localPort() {
            return layout.region().get(U16, layout.record(id) + ContextLayout.LOCAL_PORT) & 0xffff;
        }

        int peerPort() {
            return layout.region().get(U16, layout.record(id) + ContextLayout.PEER_PORT) & 0xffff;
        }
    }

    ReplayContext(ContextGrant grant) {
        this.grant = grant;
        layout = ContextLayout.attach(grant.region());
        requests = new DescriptorRing(layout.region(), layout.requestRing(), layout.size().ringSlots());
        events = new DescriptorRing(layout.region(), layout.eventRing(), layout.size().ringSlots());
    }

    boolean isOpen() {
        return grant.isOpen();
    }

    /** {@return whether the data path has taken all requests} */
    boolean isRead() {
        return requests.free() == layout.size().ringSlots();
    }

    /**
     * Writes a request as it was recorded, but for what has another name here.
     *
     * @param request    the request
     * @param connection the connection it names, or null
     * @param argument   its argument
     */
    void write(RecordedDescriptor request, Connection connection, int argument) {
        long slot = requests.claim();
        MemorySegment.copy(request.entry().descriptor(), 0, layout.region(), ValueLayout.JAVA_BYTE, slot,
            Descriptor.BYTES);
        requests.u16(slot, Descriptor.CODE, ANY_TRANSPORT);
        requests.i32(slot, Descriptor.ARGUMENT, argument);
        if (connection != null) {
            requests.i32(slot, Descriptor.CONNECTION, connection.id);
            append(connection, request.transmitBytes());
        }
        requests.publish();
    }

    private void append(Connection connection, int bytes) {
        if (bytes > 0 && bytes <= layout.size().transmitBytes()) {
            Pattern.fill(layout.region(), layout.transmitRing(connection.id), layout.size().transmitBytes() - 1,
                connection.appended, bytes);
        }
        connection.appended += bytes;
    }

    /** Takes the events that have come. Answers whether there were any. */
    boolean take() {
        int count = events.available();
        for (int i = 0; i < count; i++) {
            take(events.peek());
            events.next();
        }
        events.release();
        return count > 0;
    }

    private void take(long slot) {
        int id = events.i32(slot, Descriptor.CONNECTION);
        Status status = Status.of(events.u16(slot, Descriptor.CODE));
        switch (events.u8(slot, Descriptor.TYPE)) {
            case Descriptor.BUMP -> bump(slot, id);
            case Descriptor.CONNECTED -> {
                answers.put(events.i64(slot, Descriptor.OPAQUE), new Answer(status, id, 0, 0));
                if (status == Status.OK) {
                    new Connection(id);
                }
            }
            case Descriptor.LISTENING -> answers.put(events.i64(slot, Descriptor.OPAQUE), new Answer(status, 0,
                events.i32(slot, Descriptor.ARGUMENT), events.u16(slot, Descriptor.LOCAL_PORT)));
            case Descriptor.ACCEPTED -> accepted = new Connection(id);
            case Descriptor.CLOSED -> {
                if (connections.containsKey(id)) {
                    connections.get(id).closed = status;
                }
            }
            default -> stray++;
        }
    }

    private void bump(long slot, int id) {
        Connection connection = connections.get(id);
        if (connection == null) {
            stray++;
            return;
        }
        int bytes = events.i32(slot, Descriptor.RX_BYTES);
        connection.damaged |= !Pattern.matches(layout.region(), layout.receiveRing(id), layout.size().receiveBytes() - 1,
            connection.told, bytes);
        connection.told += bytes;
        connection.freed += events.i32(slot, Descriptor.TX_BYTES);
        connection.finished |= events.u8(slot, Descriptor.FLAGS) != 0;
    }
}

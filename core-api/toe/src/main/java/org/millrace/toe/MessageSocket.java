package org.millrace.toe;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.millrace.api.context.Status;
import org.millrace.memory.ContextLayout;
import org.millrace.memory.Descriptor;

/**
 * Sends and receives whole messages. Messages lie behind each other in the payload buffers; their lengths and peers
 * travel in the descriptors. A message that finds more than 16384 unread ones is dropped and counted.
 *
 * <p>Owned by: the Toe's thread.
 */
public final class MessageSocket extends Endpoint {
    private final InetSocketAddress wanted;
    private InetSocketAddress local;
    private final MemorySegment region;
    private final int receiveBytes;
    private final int transmitBytes;
    private final Inbox inbox = new Inbox();
    private long receiveRing;
    private long transmitRing;
    private long received;
    private long consumed;
    private long released;
    private long appended;
    private long freed;
    private boolean starved;

    MessageSocket(Toe toe, int transport, long opaque, InetSocketAddress wanted) {
        super(toe, transport, opaque);
        this.wanted = wanted;
        region = toe.region();
        receiveBytes = toe.layout().size().receiveBytes();
        transmitBytes = toe.layout().size().transmitBytes();
    }

    /** {@return whether it is bound: neither waiting for the answer, nor failed, nor closed} */
    public boolean isBound() {
        return connection() != 0 && status() == Status.OK && !closed;
    }

    /** {@return messages dropped because too many were unread} */
    public long dropped() {
        return inbox.dropped();
    }

    /**
     * Sends a message; what is sent in one batch goes out at the next {@link Toe#flush} or poll.
     *
     * @param message its remaining bytes, consumed if it was sent
     * @param peer    whom to
     * @return whether it was sent; false: no room now, or not yet bound. The socket becomes ready when there is room
     * @throws IOException              if the socket failed ({@link ToeFailure}) or is closed
     * @throws IllegalArgumentException if it is longer than the transmit buffer
     */
    public boolean send(ByteBuffer message, InetSocketAddress peer) throws IOException {
        boolean sent = send(MemorySegment.ofBuffer(message), 0, message.remaining(), peer);
        if (sent) {
            message.position(message.limit());
        }
        return sent;
    }

    /**
     * Sends a message.
     *
     * @param message holds it
     * @param offset  where it begins
     * @param bytes   its length
     * @param peer    whom to
     * @return whether it was sent; false: no room now, or not yet bound. The socket becomes ready when there is room
     * @throws IOException              if the socket failed ({@link ToeFailure}) or is closed
     * @throws IllegalArgumentException if it is longer than the transmit buffer
     */
    public boolean send(MemorySegment message, long offset, int bytes, InetSocketAddress peer) throws IOException {
        check();
        if (bytes > transmitBytes) {
            throw new IllegalArgumentException("a message of " + bytes + " bytes, the transmit buffer has "
                + transmitBytes);
        }
        long end = appended + bytes;
        if (connection() == 0 || end - freed > transmitBytes || toe.pushLimit(connection(), appended, end) < end) {
            return false;
        }
        long slot = toe.requests().claim(Descriptor.MESSAGE, connection());
        if (slot == RequestQueue.FULL) {
            starved = true;
            toe.dirty(this);
            return false;
        }
        int at = (int) appended & transmitBytes - 1;
        int first = Math.min(bytes, transmitBytes - at);
        MemorySegment.copy(message, offset, region, transmitRing + at, first);
        MemorySegment.copy(message, offset + first, region, transmitRing, bytes - first);
        toe.requests().bytes(slot, 0, bytes, false);
        toe.requests().peer(slot, peer);
        appended = end;
        return true;
    }

    /**
     * Receives the oldest message. What does not fit is lost.
     *
     * @param destination takes up to {@link ByteBuffer#remaining} bytes
     * @return who sent it, or null if there is none
     * @throws IOException if the socket failed ({@link ToeFailure}) or is closed
     */
    public InetSocketAddress receive(ByteBuffer destination) throws IOException {
        check();
        if (inbox.isEmpty()) {
            return null;
        }
        int length = Math.min(inbox.length(), destination.remaining());
        int at = (int) consumed & receiveBytes - 1;
        int first = Math.min(length, receiveBytes - at);
        MemorySegment target = MemorySegment.ofBuffer(destination);
        MemorySegment.copy(region, receiveRing + at, target, 0, first);
        MemorySegment.copy(region, receiveRing, target, first, length - first);
        destination.position(destination.position() + length);
        consumed += inbox.length() + inbox.dead();
        InetSocketAddress sender = inbox.sender();
        inbox.next();
        toe.dirty(this);
        return sender;
    }

    /** {@return length of the oldest message, or -1 if there is none} */
    public int nextLength() {
        return inbox.isEmpty() ? -1 : inbox.length();
    }

    /** {@return the address it is bound to; null before {@link #isBound}} */
    @Override
    public InetSocketAddress localAddress() {
        return local;
    }

    /** Lets go of it; messages that were sent still go out. */
    @Override
    public void close() {
        if (!closed) {
            markClosed();
            toe.dirty(this);
        }
    }

    @Override
    String description() {
        return "messages at " + text(wanted);
    }

    @Override
    void connection(int id) {
        super.connection(id);
        receiveRing = toe.layout().receiveRing(id);
        transmitRing = toe.layout().transmitRing(id);
        local = toe.recordAddress(id, ContextLayout.LOCAL_ADDRESS, ContextLayout.LOCAL_PORT);
        if (closed) {
            toe.dirty(this);
        }
    }

    /** {@return whether the length of a MESSAGE event is possible} */
    boolean arrived(int bytes, long addressLow, long addressHigh, int port) {
        if (bytes < 0 || received + bytes - released > receiveBytes) {
            return false;
        }
        received += bytes;
        inbox.add(bytes, addressLow, addressHigh, port);
        toe.ready(this);
        return true;
    }

    /** {@return whether the number of a BUMP event is possible} */
    boolean freed(int bytes) {
        if (bytes < 0 || freed + bytes > appended) {
            return false;
        }
        freed += bytes;
        toe.ready(this);
        return true;
    }

    @Override
    boolean flush(RequestQueue requests) {
        if (connection() == 0) {
            return answerAwaited(requests);
        }
        if (starved && !closed) {
            if (!requests.hasRoom()) {
                return false;
            }
            starved = false;
            toe.ready(this);
        }
        if (closed) {
            return end(requests, Descriptor.CLOSE);
        }
        if (consumed > released) {
            long slot = requests.claim(Descriptor.BUMP, connection());
            if (slot == RequestQueue.FULL) {
                return false;
            }
            requests.bytes(slot, (int) (consumed - released), 0, false);
            released = consumed;
        }
        return true;
    }

    private boolean answerAwaited(RequestQueue requests) {
        if (requested || closed) {
            if (!requested) {
                toe.forget(this);
            }
            return true;
        }
        long slot = requests.claim(Descriptor.BIND, 0);
        if (slot == RequestQueue.FULL) {
            return false;
        }
        requests.opaque(slot, opaque);
        requests.code(slot, transport, 0);
        requests.local(slot, wanted);
        requested = true;
        return true;
    }
}

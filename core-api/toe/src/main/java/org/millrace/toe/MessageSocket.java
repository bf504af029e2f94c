package org.millrace.toe;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.millrace.api.context.Status;

/**
 * Sends and receives whole messages. Each lies in one piece of a payload buffer, which is given back when the message is
 * done with, in any order: a message that its reader keeps holds up no other.
 *
 * <p>To work without a copy, {@link #take} a message, read it in {@link Toe#region} and {@link #release} it; {@link #allocate}
 * room, fill it and {@link #send(long, int, InetSocketAddress)} it. Messages that were sent still go out when it is closed.
 *
 * <p>Owned by: the Toe's thread.
 */
public final class MessageSocket extends MessageEndpoint {
    private final Inbox inbox;
    private int numbers;
    private long failed;
    private Status lastFailure = Status.OK;

    MessageSocket(Toe toe, int transport, long opaque, InetSocketAddress wanted) {
        super(toe, transport, opaque, wanted);
        inbox = new Inbox(mostReceived);
    }

    /** {@return how many messages were not sent after all: too long for the path, or of a kind that the transport has not} */
    public long failedSends() {
        return failed;
    }

    /** {@return why the last message was not sent after all; OK: all were} */
    public Status lastFailure() {
        return lastFailure;
    }

    /** {@return how many messages that were sent still occupy the transmit buffer} */
    public int unsent() {
        return transmit.ranges();
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
        long at = allocate(bytes);
        if (at == NONE) {
            return false;
        }
        MemorySegment.copy(message, offset, region, at, bytes);
        if (send(at, bytes, peer)) {
            return true;
        }
        discard(at);
        return false;
    }

    /**
     * Sends a message that lies in room reserved for it; from then on the room is the data path's.
     *
     * @param offset as {@link #allocate} gave it
     * @param bytes  its length, no more than was reserved
     * @param peer   whom to
     * @return whether it was sent; false: no room for the request now, and the room is still reserved. The socket becomes
     *     ready when there is room
     * @throws IOException if the socket failed ({@link ToeFailure}) or is closed
     */
    public boolean send(long offset, int bytes, InetSocketAddress peer) throws IOException {
        check();
        Toe.resolved(peer);
        long slot = claim(offset, bytes, 0);
        if (slot == RequestQueue.FULL) {
            return false;
        }
        lane.requests.opaque(slot, numbers++ & 0xffff_ffffL);
        lane.requests.peer(slot, peer);
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
        int available = nextLength();
        InetSocketAddress sender = nextSender();
        long at = take();
        if (at == NONE) {
            return null;
        }
        int length = Math.min(available, destination.remaining());
        MemorySegment.copy(region, at, MemorySegment.ofBuffer(destination), 0, length);
        destination.position(destination.position() + length);
        release(at);
        return sender;
    }

    /**
     * Takes the oldest message out: its bytes stay where they are until it is released.
     *
     * @return its offset in {@link Toe#region}, or {@link #NONE} if there is none
     * @throws IOException if the socket failed ({@link ToeFailure}) or is closed
     */
    public long take() throws IOException {
        check();
        if (inbox.isEmpty()) {
            return NONE;
        }
        long at = received(inbox.position());
        inbox.next();
        return at;
    }

    /** {@return length of the oldest message, or -1 if there is none} */
    public int nextLength() {
        return inbox.isEmpty() ? -1 : inbox.length();
    }

    /** {@return who sent the oldest message, or null if there is none} */
    public InetSocketAddress nextSender() {
        return inbox.isEmpty() ? null : inbox.sender();
    }

    @Override
    String description() {
        return "messages at " + wantedText();
    }

    @Override
    boolean arrived(int position, int bytes, int number, int kind, long addressLow, long addressHigh, int port) {
        if (!isPlace(position, bytes) || !inbox.add(position, bytes, 0, 0, addressLow, addressHigh, port)) {
            return false;
        }
        toe.ready(this);
        return true;
    }

    @Override
    boolean sent(int position, int number, Status how) {
        if (!freed(position)) {
            return false;
        }
        if (how != Status.OK) {
            failed++;
            lastFailure = how;
            toe.ready(this);
        }
        return true;
    }
}

package org.millrace.toe;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.millrace.api.context.Status;
import org.millrace.memory.BlockPool;
import org.millrace.memory.ContextLayout;
import org.millrace.memory.Descriptor;

/**
 * Sends and receives whole messages. Each lies in one piece of a payload buffer, which is given back when the message is
 * done with, in any order: a message that its reader keeps holds up no other.
 *
 * <p>To work without a copy, {@link #take} a message, read it in {@link Toe#region} and {@link #release} it; {@link #allocate}
 * room, fill it and {@link #send(long, int, InetSocketAddress)} it.
 *
 * <p>Owned by: the Toe's thread.
 */
public final class MessageSocket extends Endpoint {
    /** {@link #take}: there is no message; {@link #allocate}: there is no room. */
    public static final long NONE = -1;

    private final InetSocketAddress wanted;
    private InetSocketAddress local;
    private final MemorySegment region;
    private final int receiveBytes;
    private final int transmitBytes;
    private final BlockPool transmit;
    private final Inbox inbox;
    /** Positions to be given back, a ring. */
    private final int[] released;
    private int releasedHead;
    private int releasedCount;
    private long receiveRing;
    private long transmitRing;
    private int numbers;
    private long failed;
    private Status lastFailure = Status.OK;
    private boolean starved;
    private boolean wantsRoom;

    MessageSocket(Toe toe, int transport, long opaque, InetSocketAddress wanted) {
        super(toe, transport, opaque);
        this.wanted = wanted;
        region = toe.region();
        receiveBytes = toe.layout().size().receiveBytes();
        transmitBytes = toe.layout().size().transmitBytes();
        transmit = new BlockPool(transmitBytes);
        int most = receiveBytes / BlockPool.blockBytes(receiveBytes);
        inbox = new Inbox(most);
        released = new int[most];
    }

    /** {@return whether it is bound: neither waiting for the answer, nor failed, nor closed} */
    public boolean isBound() {
        return connection() != 0 && status() == Status.OK && !closed;
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

    /** {@return the longest message that fits the transmit buffer, bytes; the path may take less} */
    public int transmitBytes() {
        return transmitBytes;
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
     * Reserves room for a message in the transmit buffer.
     *
     * @param bytes its length
     * @return its offset in {@link Toe#region}, or {@link #NONE}: no room now, or not yet bound. The socket becomes ready when
     *     there is room
     * @throws IOException              if the socket failed ({@link ToeFailure}) or is closed
     * @throws IllegalArgumentException if it is longer than the transmit buffer
     */
    public long allocate(int bytes) throws IOException {
        check();
        if (bytes > transmitBytes) {
            throw new IllegalArgumentException("a message of " + bytes + " bytes, the transmit buffer has "
                + transmitBytes);
        }
        int position = connection() == 0 ? BlockPool.NONE : transmit.reserve(bytes);
        wantsRoom |= position == BlockPool.NONE;
        return position == BlockPool.NONE ? NONE : transmitRing + position;
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
        long slot = toe.requests().claim(Descriptor.MESSAGE, connection());
        if (slot == RequestQueue.FULL) {
            starved = true;
            toe.dirty(this);
            return false;
        }
        toe.requests().bytes(slot, 0, bytes, false);
        toe.requests().code(slot, 0, (int) (offset - transmitRing));
        toe.requests().opaque(slot, numbers++ & 0xffff_ffffL);
        toe.requests().peer(slot, peer);
        return true;
    }

    /**
     * Gives room back in which nothing is sent after all.
     *
     * @param offset as {@link #allocate} gave it
     */
    public void discard(long offset) {
        transmit.release((int) (offset - transmitRing));
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
        long at = receiveRing + inbox.position();
        inbox.next();
        return at;
    }

    /**
     * {@return a message that was taken, where it lies: for reading, until it is released}
     *
     * @param offset as {@link #take} gave it
     * @param bytes  its length
     */
    public ByteBuffer slice(long offset, int bytes) {
        return region.asSlice(offset, bytes).asByteBuffer();
    }

    /**
     * Gives the room of a message back that was taken, in any order.
     *
     * @param offset as {@link #take} gave it
     * @throws IllegalStateException if more is given back than was taken
     */
    public void release(long offset) {
        if (releasedCount == released.length) {
            throw new IllegalStateException("more messages are released than were taken");
        }
        released[releasedHead + releasedCount++ & released.length - 1] = (int) (offset - receiveRing);
        toe.dirty(this);
    }

    /** {@return length of the oldest message, or -1 if there is none} */
    public int nextLength() {
        return inbox.isEmpty() ? -1 : inbox.length();
    }

    /** {@return who sent the oldest message, or null if there is none} */
    public InetSocketAddress nextSender() {
        return inbox.isEmpty() ? null : inbox.sender();
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

    /** {@return whether a MESSAGE event is possible} */
    boolean arrived(int position, int bytes, long addressLow, long addressHigh, int port) {
        if (bytes < 0 || position < 0 || position > receiveBytes - bytes
            || !inbox.add(position, bytes, addressLow, addressHigh, port)) {
            return false;
        }
        toe.ready(this);
        return true;
    }

    /** {@return whether a SENT event is possible} */
    boolean sent(int position, Status how) {
        if (transmit.release(position) == BlockPool.NONE) {
            return false;
        }
        if (how != Status.OK) {
            failed++;
            lastFailure = how;
        }
        if (wantsRoom || how != Status.OK) {
            wantsRoom = false;
            toe.ready(this);
        }
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
        for (; releasedCount > 0; releasedCount--) {
            long slot = requests.claim(Descriptor.RELEASE, connection());
            if (slot == RequestQueue.FULL) {
                return false;
            }
            requests.code(slot, 0, released[releasedHead]);
            releasedHead = releasedHead + 1 & released.length - 1;
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

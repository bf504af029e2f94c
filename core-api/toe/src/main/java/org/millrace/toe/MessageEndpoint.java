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
 * What sockets have in common whose messages lie in pools: each in one piece of a payload buffer, which is given back when
 * the message is done with, in any order. They are the first shard's, whatever the instance has.
 *
 * <p>Owned by: the Toe's thread.
 */
public abstract sealed class MessageEndpoint extends Endpoint permits MessageSocket, RpcSocket {
    /** {@link #allocate}: there is no room. */
    public static final long NONE = -1;

    final MemorySegment region;
    final int receiveBytes;
    final int transmitBytes;
    final BlockPool transmit;
    final int mostReceived;
    private final InetSocketAddress wanted;
    private InetSocketAddress local;
    /** Positions to be given back, a ring. */
    private final int[] released;
    private int releasedHead;
    private int releasedCount;
    private long receiveRing;
    private long transmitRing;
    private boolean starved;
    private boolean wantsRoom;

    MessageEndpoint(Toe toe, int transport, long opaque, InetSocketAddress wanted) {
        super(toe, toe.lane(0), transport, opaque);
        this.wanted = wanted;
        region = toe.region();
        receiveBytes = lane.layout.size().receiveBytes();
        transmitBytes = lane.layout.size().transmitBytes();
        transmit = new BlockPool(transmitBytes);
        mostReceived = receiveBytes / BlockPool.blockBytes(receiveBytes);
        released = new int[mostReceived];
    }

    /** {@return whether it is bound: neither waiting for the answer, nor failed, nor closed} */
    public final boolean isBound() {
        return connection() != 0 && status() == Status.OK && !closed;
    }

    /** {@return the longest message that fits the transmit buffer, bytes; the path may take less} */
    public final int transmitBytes() {
        return transmitBytes;
    }

    /** {@return room for what arrives, bytes; half of it is kept for responses and short requests} */
    public final int receiveBytes() {
        return receiveBytes;
    }

    /** {@return whether nothing is reserved in the transmit buffer: what was sent, the data path needs no more} */
    public final boolean isIdle() {
        return transmit.ranges() == 0;
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
    public final long allocate(int bytes) throws IOException {
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
     * Gives room back in which nothing is sent after all.
     *
     * @param offset as {@link #allocate} gave it
     */
    public final void discard(long offset) {
        transmit.release((int) (offset - transmitRing));
    }

    /**
     * {@return whether room is still reserved: for what is to be sent, and for what was until the data path needs it no more}
     *
     * @param offset as {@link #allocate} gave it
     */
    public final boolean isReserved(long offset) {
        return transmit.size((int) (offset - transmitRing)) != BlockPool.NONE;
    }

    /**
     * {@return a message that was taken, where it lies: for reading, until it is released}
     *
     * @param offset as it was given
     * @param bytes  its length
     */
    public final ByteBuffer slice(long offset, int bytes) {
        return region.asSlice(offset, bytes).asByteBuffer();
    }

    /**
     * Gives the room of a message back that was taken, in any order.
     *
     * @param offset as it was given
     * @throws IllegalStateException if more is given back than was taken
     */
    public final void release(long offset) {
        if (releasedCount == released.length) {
            throw new IllegalStateException("more messages are released than were taken");
        }
        released[releasedHead + releasedCount++ & released.length - 1] = (int) (offset - receiveRing);
        lane.dirty(this);
    }

    /** {@return the address it is bound to; null before {@link #isBound}} */
    @Override
    public final InetSocketAddress localAddress() {
        return local;
    }

    /** Lets go of it. */
    @Override
    public final void close() {
        if (!closed) {
            markClosed();
            lane.dirty(this);
        }
    }

    /** {@return the address that was asked for, for messages} */
    final String wantedText() {
        return text(wanted);
    }

    /** {@return where a received message lies} */
    final long received(int position) {
        return receiveRing + position;
    }

    /** {@return slot of a MESSAGE with its place and length, or {@link RequestQueue#FULL}: the socket is ready once there is room} */
    final long claim(long offset, int bytes, int kind) {
        long slot = lane.requests.claim(Descriptor.MESSAGE, connection());
        if (slot == RequestQueue.FULL) {
            starved = true;
            lane.dirty(this);
            return slot;
        }
        lane.requests.bytes(slot, 0, bytes, false);
        lane.requests.code(slot, kind, (int) (offset - transmitRing));
        return slot;
    }

    /** {@return whether a range of the receive buffer can be} */
    final boolean isPlace(int position, int bytes) {
        return bytes >= 0 && position >= 0 && position <= receiveBytes - bytes;
    }

    /** Frees what was sent. Answers whether there was something. */
    final boolean freed(int position) {
        if (transmit.release(position) == BlockPool.NONE) {
            return false;
        }
        if (wantsRoom) {
            wantsRoom = false;
            toe.ready(this);
        }
        return true;
    }

    @Override
    final void connection(int id) {
        super.connection(id);
        receiveRing = lane.layout.receiveRing(id);
        transmitRing = lane.layout.transmitRing(id);
        local = lane.recordAddress(id, ContextLayout.LOCAL_ADDRESS, ContextLayout.LOCAL_PORT);
        if (closed) {
            lane.dirty(this);
        }
    }

    /** {@return whether requests that the subclass owes were written} */
    boolean flushOwed(RequestQueue requests) {
        return true;
    }

    /** Takes what an event says of a message that was received, its number and kind. Answers whether it is possible. */
    abstract boolean arrived(int position, int bytes, int number, int kind, long addressLow, long addressHigh, int port);

    /** Takes what an event says of a message that was sent. Answers whether it is possible. */
    abstract boolean sent(int position, int number, Status how);

    @Override
    final boolean flush(RequestQueue requests) {
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
        return flushOwed(requests);
    }

    private boolean answerAwaited(RequestQueue requests) {
        if (requested || closed) {
            if (!requested) {
                lane.forget(this);
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

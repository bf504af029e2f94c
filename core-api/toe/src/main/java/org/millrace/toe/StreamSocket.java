package org.millrace.toe;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalInt;
import org.millrace.api.context.Status;
import org.millrace.api.context.StreamOption;
import org.millrace.memory.ContextLayout;
import org.millrace.memory.Descriptor;
import org.millrace.memory.RingGrowth;

/**
 * A byte stream. Reading and writing move bytes between the application and the payload buffers; what was consumed and
 * appended is told to the data path at the next {@link Toe#flush} or {@link Toe#poll}, in one descriptor.
 *
 * <p>To work without a copy, take the bytes at {@link #readableOffset} of {@link #region}, as many as
 * {@link #contiguousReadable} says, and {@link #release} them; fill {@link #contiguousWritable} bytes at
 * {@link #writableOffset} and {@link #commit} them. A ring that wraps has a second span, which shows after the first.
 * {@link #take} goes on without releasing, to release in any order later.
 *
 * <p>A stream that fails (reset by the peer, timed out, aborted) fails writes at once, and reads once all bytes that had
 * arrived are read: docs/decisions/052-after-the-end.md. Like any other it still has to be closed.
 *
 * <p>DESIGN NOTES. Positions are stream offsets from 0. Sent: {@code freed <= pushed <= appended}; the data path owns what
 * lies between freed and pushed. Pacing and credits are read anew at each flush, so a change is obeyed by the next one;
 * bytes behind the credits and the FIN behind them stay owed until it is closed.
 *
 * <p>Owned by: the Toe's thread.
 */
public final class StreamSocket extends ReadableEndpoint {
    private static final int LEAST_SEND_BUFFER_BYTES = 4_608;

    private InetSocketAddress local;
    private InetSocketAddress peer;
    private final int transmitBytes;
    /** What is in use of the ring, bytes. */
    private int transmitSize;
    private int transmitTold;
    private long transmitRing;
    private ByteBuffer transmitView;

    private long appended;
    private long pushed;
    private long freed;
    private boolean finished;
    private boolean finPushed;
    private boolean aborted;
    private boolean filling;
    private Berth berth;
    /** How many shards have said that another one has it. */
    private int elsewhere;
    /** Null: none is chosen. */
    private ChosenOptions options;
    private int transmitMost = Integer.MAX_VALUE;

    StreamSocket(Toe toe, Lane lane, int transport, long opaque, InetSocketAddress local, InetSocketAddress peer) {
        super(toe, lane, transport, opaque);
        this.local = local;
        this.peer = peer;
        transmitBytes = lane.layout.size().transmitBytes();
        transmitSize = transmitBytes;
        transmitTold = transmitBytes;
    }

    /** {@return whether it is connected: neither waiting for the peer, nor failed, nor closed} */
    public boolean isConnected() {
        return connection() != 0 && status() == Status.OK && !closed;
    }

    /** {@return whether {@link Toe#connect} has no answer yet} */
    public boolean isConnecting() {
        return connection() == 0 && status() == Status.OK && !closed;
    }

    /**
     * Asks how connecting went.
     *
     * @return true if it is connected, false if there is no answer yet
     * @throws IOException if it failed ({@link ToeFailure}) or the socket is closed
     */
    public boolean finishConnect() throws IOException {
        check();
        return connection() != 0;
    }

    /** {@return the shard of the instance that it is in, from 0; while it connects, the one that is asked} */
    public int shard() {
        return lane.shard;
    }

    /** {@return bytes that can be written now; 0 before it is connected and after a failure or {@link #shutdownOutput}} */
    public int writable() {
        if (finished || !isConnected()) {
            return 0;
        }
        growTransmitRing();
        return Math.max(Math.min(transmitSize, transmitMost) - unacknowledged(), 0);
    }

    /**
     * Chooses an option for this stream; before it is connected too. It holds for what is written from now on.
     *
     * @param option which
     * @param value  one that it allows
     * @throws IllegalArgumentException if it does not
     */
    public void option(StreamOption option, int value) {
        if (appended != pushed) {
            toe.flush(); // what was written before goes as it was to go
        }
        chosen().choose(option, value);
        if (!closed) {
            lane.dirty(this);
        }
    }

    /**
     * {@return what was chosen here, or by its listener; empty: it is the instance's}
     *
     * @param option which
     */
    public OptionalInt option(StreamOption option) {
        return options == null ? OptionalInt.empty() : options.get(option);
    }

    /**
     * Lets no more than so much be written and not acknowledged; what it holds by now stays.
     *
     * @param bytes 1 or more; beyond what the context has it means nothing
     */
    public void transmitMost(int bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException(bytes + " bytes cannot hold anything");
        }
        transmitMost = bytes;
    }

    /**
     * Takes SO_SNDBUF as Linux does, socket(7): twice as much may be written and not acknowledged, at least 4,608 bytes.
     *
     * @param bytes 0 or more
     */
    public void sendBuffer(int bytes) {
        transmitMost(Math.clamp(2L * bytes, LEAST_SEND_BUFFER_BYTES, Integer.MAX_VALUE));
    }

    private ChosenOptions chosen() {
        if (options == null) {
            options = new ChosenOptions();
        }
        return options;
    }

    /** The data path may have let it use more of its ring; it does as soon as no byte has to be moved for it. */
    private void growTransmitRing() {
        int limit = lane.layout.transmitLimit(connection());
        if (limit > transmitSize && !filling) {
            transmitSize = RingGrowth.grown(freed, appended, transmitSize, limit);
        }
    }

    /** {@return written bytes that the peer has not acknowledged} */
    public int unacknowledged() {
        return (int) (appended - freed);
    }

    /** {@return whether {@link #shutdownOutput} was called} */
    public boolean isOutputShutdown() {
        return finished;
    }

    /**
     * Writes as much as there is room for.
     *
     * @param source its remaining bytes
     * @return bytes written; 0 if the buffer is full or the stream is not yet connected
     * @throws IOException           if the stream failed ({@link ToeFailure}) or is closed
     * @throws IllegalStateException after {@link #shutdownOutput}
     */
    public int write(ByteBuffer source) throws IOException {
        int total = 0;
        for (int length = nextWrite(source.remaining()); length > 0; length = nextWrite(source.remaining())) {
            transmitView().put((int) appended & transmitSize - 1, source, source.position(), length);
            source.position(source.position() + length);
            commit(length);
            total += length;
        }
        return total;
    }

    /**
     * Writes as much as there is room for.
     *
     * @param source what from
     * @param offset in it
     * @param bytes  most to write
     * @return bytes written; 0 if the buffer is full or the stream is not yet connected
     * @throws IOException           if the stream failed ({@link ToeFailure}) or is closed
     * @throws IllegalStateException after {@link #shutdownOutput}
     */
    public int write(MemorySegment source, long offset, int bytes) throws IOException {
        int total = 0;
        for (int length = nextWrite(bytes); length > 0; length = nextWrite(bytes - total)) {
            MemorySegment.copy(source, offset + total, region, writableOffset(), length);
            commit(length);
            total += length;
        }
        return total;
    }

    /** Bytes that go into one span of the ring; a ring may grow where a span ends. */
    private int nextWrite(int bytes) throws IOException {
        check();
        if (finished) {
            throw new IllegalStateException("output of " + description() + " was shut down");
        }
        return Math.min(bytes, contiguousWritable());
    }

    /**
     * {@return offset in {@link #region} of the next byte to write; to be asked again after each {@link #commit}, which
     * keeps no bytes put behind those that it was told of}
     */
    public long writableOffset() {
        filling = true; // until it commits, the owner may have put bytes there
        return transmitRing + (appended & transmitSize - 1);
    }

    /** {@return bytes that can be written at {@link #writableOffset} in one span} */
    public int contiguousWritable() {
        int writable = writable();
        return Math.min(writable, transmitSize - ((int) appended & transmitSize - 1));
    }

    /**
     * Appends bytes that were put at {@link #writableOffset}.
     *
     * @param bytes no more than {@link #writable} said; after a failure they are just forgotten
     */
    public void commit(int bytes) {
        int room = finished ? 0 : transmitSize - unacknowledged();
        if (bytes < 0 || bytes > room) {
            throw new IllegalArgumentException(bytes + " bytes committed, there is room for " + room);
        }
        appended += bytes;
        filling = false;
        lane.dirty(this);
    }

    /** Ends the stream to the peer behind what was written; reading goes on. */
    public void shutdownOutput() {
        if (isConnected()) {
            finished = true;
            lane.dirty(this);
        }
    }

    /** Lets go of the stream; what was written is still sent, then its end. A stream not yet connected is given up. */
    @Override
    public void close() {
        if (!closed) {
            finished = true;
            markClosed();
            if (!requested && connection() == 0) {
                lane.forget(this);
            } else {
                lane.dirty(this);
            }
        }
    }

    /** Lets go of the stream and resets it; what was written may be lost. */
    public void abort() {
        aborted = true;
        close();
        lane.dirty(this);
    }

    /**
     * Where a stream can be handed to. Any thread may carry it.
     *
     * @param contexts numbers of the context, by shard
     * @param number   of the stream that is expected there
     */
    public record Berth(List<Integer> contexts, long number) {
        /** Copies. */
        public Berth {
            contexts = List.copyOf(contexts);
        }
    }

    /** {@return where a stream is to be handed to that {@link Toe#expect} has made ready for it} */
    public Berth berth() {
        return new Berth(toe.numbers(), opaque);
    }

    /**
     * Hands an accepted stream, of which nothing was read and nothing written, to another context of this process, with
     * all that has arrived. This socket is closed by it. If the other context takes it no more, the stream is reset.
     *
     * @param to where
     * @throws IOException              if the stream failed ({@link ToeFailure}) or is closed
     * @throws IllegalStateException    if it was read or written
     * @throws IllegalArgumentException if the other context is of another instance
     */
    public void handOver(Berth to) throws IOException {
        check();
        if (connection() == 0 || isBegun() || appended != 0 || finished) {
            throw new IllegalStateException("a stream that was read or written stays where it is: hand it over at once");
        }
        if (to.contexts().size() != toe.shards()) {
            throw new IllegalArgumentException("the context that is to take " + description() + " is of another instance");
        }
        berth = to;
        close();
    }

    @Override
    public InetSocketAddress localAddress() {
        return local;
    }

    /** {@return whom it talks to} */
    public InetSocketAddress peerAddress() {
        return peer;
    }

    @Override
    String description() {
        return "stream to " + text(peer);
    }

    /** The answer to CONNECT, or the id of an accepted stream. */
    @Override
    void connection(int id) {
        super.connection(id);
        transmitSize = lane.layout.transmitRingBytes(id);
        transmitTold = transmitSize;
        transmitRing = lane.layout.transmitRing(id);
        local = lane.recordAddress(id, ContextLayout.LOCAL_ADDRESS, ContextLayout.LOCAL_PORT);
        peer = lane.recordAddress(id, ContextLayout.PEER_ADDRESS, ContextLayout.PEER_PORT);
        aborted |= closed;
        if (closed || options != null) {
            lane.dirty(this);
        }
    }

    /** A shard has said that another one has it. Answers how many have said so. */
    int elsewhere() {
        requested = false;
        return ++elsewhere;
    }

    /** Its listener has these. */
    void inherit(ChosenOptions listeners) {
        chosen().inherit(listeners);
        lane.dirty(this);
    }

    /** The application has taken it from its listener. */
    void accepted() {
        hidden = false;
        toe.ready(this);
    }

    /** {@return whether the numbers of a BUMP event are possible} */
    boolean bumped(int rx, int tx, boolean fin, boolean idle) {
        if (rx < 0 || tx < 0 || !hasRoomFor(rx) || freed + tx > pushed) {
            return false;
        }
        arrived(rx, fin);
        freed += tx;
        if (idle && appended == freed && !filling) {
            lane.returnPages(transmitRing, transmitBytes);
        }
        if ((rx | tx) != 0 || fin) {
            toe.ready(this);
        }
        return true;
    }

    @Override
    boolean flush(RequestQueue requests) {
        if (connection() == 0) {
            return closed ? !requested || status() != Status.OK || giveUp(requests) : requested || connect(requests);
        }
        if (aborted) {
            return end(requests, Descriptor.ABORT);
        }
        if (options != null && status() == Status.OK && !options.flush(requests, connection())) {
            return false;
        }
        if (berth != null) {
            return handOver(requests);
        }
        if (status() == Status.OK && !bump(requests)) {
            return false;
        }
        return !closed || end(requests, Descriptor.CLOSE);
    }

    /** Nobody answers; if the answer to CONNECT is on its way, whoever reads it finds nobody, and resets the connection. */
    private boolean giveUp(RequestQueue requests) {
        long slot = requests.claim(Descriptor.GIVE_UP, 0);
        if (slot == RequestQueue.FULL) {
            return false;
        }
        requests.code(slot, transport, 0);
        requests.opaque(slot, opaque);
        forgotten();
        return true;
    }

    private boolean handOver(RequestQueue requests) {
        long slot = requests.claim(Descriptor.HANDOVER, connection());
        if (slot == RequestQueue.FULL) {
            return false;
        }
        requests.code(slot, 0, berth.contexts.get(lane.shard));
        requests.opaque(slot, berth.number);
        forgotten();
        return true;
    }

    private boolean connect(RequestQueue requests) {
        long slot = requests.claim(Descriptor.CONNECT, 0);
        if (slot == RequestQueue.FULL) {
            return false;
        }
        requests.code(slot, transport, 0);
        requests.opaque(slot, opaque);
        requests.local(slot, local);
        requests.peer(slot, peer);
        requests.dscp(slot, options == null ? 0 : options.tellDscp());
        requested = true;
        return true;
    }

    private boolean bump(RequestQueue requests) {
        // nobody is left here to push later: the data path holds back what credits do not allow yet
        long limit = closed ? appended : lane.pushLimit(connection(), pushed, appended);
        boolean fin = finished && !finPushed && limit == appended;
        if (limit > pushed || untoldBytes() > 0 || fin) {
            long slot = requests.claim(Descriptor.BUMP, connection());
            if (slot == RequestQueue.FULL) {
                return false;
            }
            requests.bytes(slot, untoldBytes(), (int) (limit - pushed), fin);
            if (transmitTold != transmitSize) {
                requests.code(slot, Integer.numberOfTrailingZeros(transmitSize), 0);
                transmitTold = transmitSize;
            }
            releasedIsTold();
            pushed = limit;
            finPushed |= fin;
        }
        return limit == appended;
    }

    // A view is made once a socket: a ByteBuffer copies into another without an object in between.
    private ByteBuffer transmitView() {
        if (transmitView == null) {
            transmitView = region.asSlice(transmitRing, transmitBytes).asByteBuffer();
        }
        return transmitView;
    }
}

package org.millrace.toe;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.millrace.api.context.Status;
import org.millrace.memory.Descriptor;

/**
 * Calls others and serves their calls: requests and responses of one byte to what the transport and the buffers take. What
 * has happened is taken one by one:
 *
 * <pre>{@code
 * int number = rpc.call(request, peer);                       // NO_CALL: no room now
 * for (Happening what; (what = rpc.next()) != null;) {
 *     switch (what) {
 *         case REQUEST -> rpc.reply(rpc.number(), answer(rpc.slice(rpc.offset(), rpc.length())));
 *         case RESPONSE -> use(rpc.number(), rpc.slice(rpc.offset(), rpc.length()));
 *         case FAILURE -> failed(rpc.number(), rpc.failure());
 *     }
 *     if (what != Happening.FAILURE) {
 *         rpc.release(rpc.offset());                          // in any order, and no sooner than it is read
 *     }
 * }
 * }</pre>
 *
 * Each call has one end: its RESPONSE or its FAILURE, also after it was cancelled. A request is executed at most once until
 * the server has heard that its response has arrived. Messages that were taken and not released leave less room for others:
 * then calls wait in the data path, and peers'. With port 0 or one from 0x8000 on a socket calls and does not serve.
 *
 * <p>Nothing is allocated by a call or its service. Owned by: the Toe's thread.
 */
public final class RpcSocket extends MessageEndpoint {
    /** {@link #call}: there is no room for it now. */
    public static final int NO_CALL = -1;
    /** {@link #call}: it may take as long as it takes. */
    public static final long NO_DEADLINE = Long.MAX_VALUE;

    private static final int REQUEST = 1;
    private static final int RESPONSE = 2;
    private static final int FAILURE = 3;

    /** What has happened. */
    public enum Happening {
        /** A peer calls: {@link #number}, {@link #peer}, {@link #offset} and {@link #length} of the request. */
        REQUEST,
        /** A call has its response: {@link #number}, {@link #peer}, {@link #offset} and {@link #length} of it. */
        RESPONSE,
        /** A call has failed: {@link #number}, {@link #failure}. */
        FAILURE
    }

    private final Inbox inbox;
    private final Calls calls;
    private final int[] cancelled;
    private int cancelledCount;
    private int number;
    private int length;
    private long offset;
    private InetSocketAddress peer;
    private Status failure = Status.OK;
    private long failedReplies;
    /** Told of by no {@link #next} yet: the application has its place and its room back, and may call again. */
    private int unreadFailures;

    RpcSocket(Toe toe, int transport, long opaque, InetSocketAddress wanted) {
        super(toe, transport, opaque, wanted);
        calls = new Calls(transmit.blocks());
        inbox = new Inbox(mostReceived + transmit.blocks());
        cancelled = new int[transmit.blocks() + mostReceived];
    }

    /** {@return how many calls have neither response nor failure yet} */
    public int outstanding() {
        return calls.size();
    }

    /** {@return how many responses did not go out: the caller had given up, or did not acknowledge them} */
    public long failedReplies() {
        return failedReplies;
    }

    /**
     * Calls; what is asked for in one batch goes out at the next {@link Toe#flush} or poll.
     *
     * @param request its remaining bytes, consumed if the call is made
     * @param server  whom
     * @return the call's number, not negative, or {@link #NO_CALL}: no room now, or not yet bound. The socket becomes ready
     *     when there is room
     * @throws IOException              if the socket failed ({@link ToeFailure}) or is closed
     * @throws IllegalArgumentException if it is empty or longer than the transmit buffer
     */
    public int call(ByteBuffer request, InetSocketAddress server) throws IOException {
        long at = filled(request);
        if (at == NONE) {
            return NO_CALL;
        }
        int made = call(at, request.remaining(), server, NO_DEADLINE);
        if (made == NO_CALL) {
            discard(at);
        } else {
            request.position(request.limit());
        }
        return made;
    }

    /**
     * Calls with a request that lies in room reserved for it; from then on the room is the data path's.
     *
     * @param at         as {@link #allocate} gave it
     * @param bytes      its length, no more than was reserved
     * @param server     whom
     * @param deadlineNs when the call fails with {@link Status#TIMED_OUT} if it has no response, on the clock that
     *                   {@link #expire} is told; or {@link #NO_DEADLINE}
     * @return the call's number, not negative, or {@link #NO_CALL}: no room for it now, and the room is still reserved. The
     *     socket becomes ready when there is room
     * @throws IOException              if the socket failed ({@link ToeFailure}) or is closed
     * @throws IllegalArgumentException if it is empty
     */
    public int call(long at, int bytes, InetSocketAddress server, long deadlineNs) throws IOException {
        check();
        requireBytes(bytes);
        Toe.resolved(server);
        if (calls.size() + unreadFailures >= transmit.blocks()) { // its block may be free before a call has ended
            return NO_CALL;
        }
        long slot = claim(at, bytes, REQUEST);
        if (slot == RequestQueue.FULL) {
            return NO_CALL;
        }
        int made = calls.begin(deadlineNs);
        lane.requests.opaque(slot, made);
        lane.requests.peer(slot, server);
        return made;
    }

    private static void requireBytes(int bytes) {
        if (bytes <= 0) {
            throw new IllegalArgumentException("a message of " + bytes + " bytes, it has one at least");
        }
    }

    /** {@return where bytes lie now in room of their own, or {@link #NONE}} */
    private long filled(ByteBuffer bytes) throws IOException {
        requireBytes(bytes.remaining());
        long at = allocate(bytes.remaining());
        if (at != NONE) {
            MemorySegment.copy(MemorySegment.ofBuffer(bytes), 0, region, at, bytes.remaining());
        }
        return at;
    }

    /**
     * Replies to a request.
     *
     * @param request  its number
     * @param response its remaining bytes, consumed if the reply is made
     * @return whether it is; false: no room now. The socket becomes ready when there is room
     * @throws IOException              if the socket failed ({@link ToeFailure}) or is closed
     * @throws IllegalArgumentException if it is empty or longer than the transmit buffer
     */
    public boolean reply(int request, ByteBuffer response) throws IOException {
        long at = filled(response);
        if (at == NONE) {
            return false;
        }
        if (reply(request, at, response.remaining())) {
            response.position(response.limit());
            return true;
        }
        discard(at);
        return false;
    }

    /**
     * Replies to a request with what lies in room reserved for it; from then on the room is the data path's.
     *
     * @param request its number
     * @param at      as {@link #allocate} gave it
     * @param bytes   its length, no more than was reserved
     * @return whether it is made; false: no room for it now, and the room is still reserved. The socket becomes ready when
     *     there is room
     * @throws IOException              if the socket failed ({@link ToeFailure}) or is closed
     * @throws IllegalArgumentException if it is empty
     */
    public boolean reply(int request, long at, int bytes) throws IOException {
        check();
        requireBytes(bytes);
        long slot = claim(at, bytes, RESPONSE);
        if (slot == RequestQueue.FULL) {
            return false;
        }
        lane.requests.opaque(slot, request & 0xffff_ffffL);
        return true;
    }

    /**
     * Wants a call no more, or will not reply to a request. A call then ends with FAILURE and {@link Status#CANCELLED},
     * unless its response is there already. What has ended, or was cancelled, stays as it is.
     *
     * @param call its number
     */
    public void cancel(int call) {
        boolean isOpen = (call < 0 || calls.isOpen(call)) && !isCancelled(call);
        if (isOpen && cancelledCount < cancelled.length) {
            cancelled[cancelledCount++] = call;
            lane.dirty(this);
        }
    }

    private boolean isCancelled(int call) {
        for (int i = 0; i < cancelledCount; i++) {
            if (cancelled[i] == call) {
                return true;
            }
        }
        return false;
    }

    /**
     * Cancels the calls whose deadline has passed: they fail with {@link Status#TIMED_OUT}.
     *
     * @param nowNs the time, of the clock of the deadlines
     * @return the next deadline; {@link #NO_DEADLINE} if there is none
     */
    public long expire(long nowNs) {
        int late;
        while (cancelledCount < cancelled.length && (late = calls.expired(nowNs)) != NO_CALL) {
            cancel(late); // what finds no room here is late at the next look as well
        }
        return calls.nextDeadlineNs();
    }

    /** {@return what has happened next, or null; the methods below tell more of it} */
    public Happening next() {
        if (inbox.isEmpty()) {
            return null;
        }
        number = inbox.number();
        int kind = inbox.kind();
        if (kind == FAILURE) {
            unreadFailures--;
            length = 0;
            offset = NONE;
            failure = Status.of(inbox.length());
            peer = null;
        } else {
            length = inbox.length();
            offset = received(inbox.position());
            failure = Status.OK;
            peer = inbox.sender();
        }
        inbox.next();
        return kind == REQUEST ? Happening.REQUEST : kind == RESPONSE ? Happening.RESPONSE : Happening.FAILURE;
    }

    /** {@return number of the call, not negative, or of the request, negative, that {@link #next} has told of} */
    public int number() {
        return number;
    }

    /** {@return length of the message that {@link #next} has told of, bytes} */
    public int length() {
        return length;
    }

    /** {@return where it lies in {@link Toe#region}, until it is released} */
    public long offset() {
        return offset;
    }

    /** {@return who sent it} */
    public InetSocketAddress peer() {
        return peer;
    }

    /** {@return why the call has failed that {@link #next} has told of} */
    public Status failure() {
        return failure;
    }

    @Override
    String description() {
        return "calls at " + wantedText();
    }

    @Override
    boolean arrived(int position, int bytes, int of, int kind, long addressLow, long addressHigh, int port) {
        boolean isPossible = isPlace(position, bytes) && (kind == REQUEST ? of < 0 : kind == RESPONSE && calls.end(of));
        if (!isPossible || !inbox.add(position, bytes, of, kind, addressLow, addressHigh, port)) {
            return false;
        }
        toe.ready(this);
        return true;
    }

    /** {@inheritDoc} Of a call that went well the response tells. */
    @Override
    boolean sent(int position, int of, Status how) {
        if (!freed(position)) {
            return false;
        }
        if (how == Status.OK) {
            return true;
        }
        if (of < 0) {
            failedReplies++;
            return true;
        }
        Status why = how == Status.CANCELLED && calls.isLate(of) ? Status.TIMED_OUT : how;
        if (!calls.end(of) || !inbox.add(0, why.code(), of, FAILURE, 0, 0, 0)) {
            return false;
        }
        unreadFailures++;
        toe.ready(this);
        return true;
    }

    @Override
    boolean flushOwed(RequestQueue requests) {
        for (; cancelledCount > 0; cancelledCount--) {
            long slot = requests.claim(Descriptor.CANCEL, connection());
            if (slot == RequestQueue.FULL) {
                return false;
            }
            requests.opaque(slot, cancelled[cancelledCount - 1] & 0xffff_ffffL);
        }
        return true;
    }
}

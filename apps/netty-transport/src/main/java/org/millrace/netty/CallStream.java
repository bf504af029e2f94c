package org.millrace.netty;

import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.millrace.api.context.Status;
import org.millrace.toe.RpcSocket;
import org.millrace.toe.RpcSocket.Happening;
import org.millrace.toe.Toe;
import org.millrace.toe.ToeFailure;

/**
 * An ordered byte stream over calls. Each end has a socket of its own that is called and calls. Who connects calls the
 * listener (OPEN); the stream that is accepted binds a port in the context of its own loop and calls back (HELLO): from then
 * on the two sockets know each other. Bytes are called across in numbered requests (DATA), and the response to each says
 * that its bytes were read: so what has no response yet is what is on the way, and it is bounded by the window that the other
 * side's greeting gave. END is numbered too.
 *
 * <p>DESIGN NOTES. Who only reads from a peer that has gone without a word hears nothing, as with TCP; who sends does. A
 * stream that is closed keeps its socket until both ENDs and their responses are through.
 *
 * <p>Owned by: the loop whose context its socket is of.
 */
final class CallStream implements ChannelStream, Readiness {
    /** Whoever knows a token can answer for the host that was called. */
    private static final SecureRandom TOKENS = new SecureRandom();
    /** Requests without response at most; a power of two. */
    private static final int MOST_CALLS = 64;
    private static final long LOOK_MS = 5;
    /** A stream that is closed is given up when it has heard nothing for that long. */
    private static final long LINGER_NS = TimeUnit.SECONDS.toNanos(30);

    private final ArrivedCalls arrived = new ArrivedCalls(MOST_CALLS);
    /** Bytes of DATA that was called, or the kind, negative, of another request; by number of the call. */
    private final Map<Integer, Integer> calls = new HashMap<>();
    private final InetSocketAddress wantedLocal;
    private final boolean isServer;
    private final long token;
    private MillraceIoHandler home;
    private MillraceRegistration registration;
    private EventLoop loop;
    private Toe toe;
    private CallSocket socket;
    private Consumer<Throwable> settled = failure -> { };
    private InetSocketAddress peer;
    private InetSocketAddress local;
    private IOException failure;
    private boolean bound;
    private boolean greeted;
    private boolean established;
    private boolean outputShut;
    private boolean endSent;
    private boolean endTaken;
    private boolean abortOwed;
    private boolean refused;
    private boolean aborting;
    private boolean closing;
    private boolean closed;
    private int sentNumber;
    private int windowBytes;
    private int onTheWay;
    private long heardNs;

    private CallStream(InetSocketAddress wantedLocal, InetSocketAddress peer, boolean isServer, long token) {
        this.wantedLocal = wantedLocal;
        this.peer = peer;
        this.isServer = isServer;
        this.token = token;
    }

    /** {@return a stream that begins to connect} */
    static CallStream connect(MillraceIoHandler home, EventLoop loop, Toe toe, InetSocketAddress peer, InetSocketAddress local) {
        CallStream stream = new CallStream(local == null ? new InetSocketAddress(anyAddress(), 0) : local, peer, false,
            TOKENS.nextLong());
        stream.home = home;
        stream.loop = loop;
        stream.toe = toe;
        stream.bind();
        return stream;
    }

    /** {@return a stream that a listener was asked for, to be settled in the loop of its channel} */
    static CallStream accepted(InetSocketAddress listener, InetSocketAddress peer, ByteBuffer open) {
        CallStream stream = new CallStream(new InetSocketAddress(listener.getAddress(), 0), peer, true, CallMessage.token(open));
        stream.local = CallMessage.address(open);
        stream.windowBytes = CallMessage.number(open);
        return stream;
    }

    private static InetAddress anyAddress() {
        return new InetSocketAddress("0.0.0.0", 0).getAddress();
    }

    /**
     * Binds an accepted stream in a loop, and calls back.
     *
     * @param to   the loop's registration of its channel
     * @param in   the same loop
     * @param done once it is connected, with null, or why it will not be
     */
    void settle(MillraceRegistration to, EventLoop in, Consumer<Throwable> done) {
        home = to.handler();
        loop = in;
        settled = done;
        loop.schedule(() -> {
            if (isConnecting()) {
                fail(ToeFailure.of(Status.TIMED_OUT, what(), "its peer has not greeted it"));
            }
        }, AbstractMillraceChannel.ANSWER_SECONDS, TimeUnit.SECONDS);
        home.context((opened, why) -> {
            toe = opened;
            if (toe == null) {
                settled(why);
            } else if (!closing) {
                bindOrFail();
            }
        });
    }

    private void bindOrFail() {
        try {
            bind();
        } catch (IllegalArgumentException e) { // the instance has no such transport
            settled(e);
        }
    }

    private void settled(Throwable why) {
        Consumer<Throwable> waiting = settled;
        settled = none -> { };
        waiting.accept(why);
    }

    private void bind() {
        socket = new CallSocket(toe, wantedLocal, this);
    }

    @Override
    public void ready() {
        if (closed) {
            return;
        }
        heardNs = System.nanoTime();
        try {
            if (!bound) {
                bound = socket.lookForBinding();
                check();
            }
            if (bound && failure == null) {
                take();
                send();
            }
        } catch (IOException e) {
            fail(e);
        }
        if (socket.rpc().status() == Status.ABORTED) {
            arrived.clear(); // the memory goes with the runtime
            fail(ToeFailure.of(Status.ABORTED, what(), ""));
        }
        if (closing) {
            lookForEnd();
        } else if (registration != null) {
            registration.ready();
        }
    }

    private void check() throws IOException {
        Status status = socket.rpc().status();
        if (status != Status.OK) {
            throw ToeFailure.of(status, what(), "");
        }
    }

    private String what() {
        return "stream over " + CallSocket.TRANSPORT + (isServer ? " from " : " to ") + peer.getHostString() + ":"
            + peer.getPort();
    }

    private void take() throws IOException {
        for (Happening what; (what = socket.rpc().next()) != null;) {
            switch (what) {
                case REQUEST -> request(socket.rpc().number(), socket.rpc().offset(), socket.message());
                case RESPONSE -> {
                    byte response = socket.message().get(0);
                    socket.rpc().release(socket.rpc().offset());
                    ended(calls.remove(socket.rpc().number()), response == CallMessage.DONE ? Status.OK : Status.RESET);
                }
                case FAILURE -> ended(calls.remove(socket.rpc().number()), socket.rpc().failure());
            }
        }
    }

    private void request(int number, long at, ByteBuffer message) throws IOException {
        byte kind = CallMessage.kind(message);
        boolean isHello = kind == CallMessage.HELLO && !isServer && !established && CallMessage.token(message) == token;
        boolean isOfPeer = (isServer || established) && socket.rpc().peer().equals(peer);
        if (isHello) {
            windowBytes = CallMessage.number(message);
            local = CallMessage.address(message);
            peer = socket.rpc().peer();
            established = true;
            socket.answer(number, at, CallMessage.DONE);
        } else if (isOfPeer && kind == CallMessage.ABORT) {
            socket.answer(number, at, CallMessage.DONE);
            fail(ToeFailure.of(Status.RESET, what(), ""));
        } else if (isOfPeer && kind == CallMessage.END && closing) {
            arrived.end();
            socket.answer(number, at, CallMessage.DONE);
        } else if (isOfPeer && (kind == CallMessage.END || kind == CallMessage.DATA) && !closing) {
            arrived(number, at, message, kind == CallMessage.END);
        } else {
            refused |= isOfPeer;
            socket.answer(number, at, CallMessage.GONE);
        }
    }

    private void arrived(int number, long at, ByteBuffer message, boolean isEnd) throws IOException {
        int index = CallMessage.number(message);
        if (arrived.isPast(index)) {
            socket.answer(number, at, CallMessage.DONE); // a late copy
        } else if (arrived.add(index, number, at, message.position(CallMessage.HEADER_BYTES), isEnd)) {
            passEnd();
        } else {
            socket.answer(number, at, CallMessage.GONE);
        }
    }

    /** The end is answered as soon as all before it was read. */
    private void passEnd() throws IOException {
        ArrivedCalls.Arrived first = arrived.first();
        if (first != null && first.isEnd()) {
            arrived.pass();
            socket.answer(first.number(), first.at(), CallMessage.DONE);
        }
    }

    /** A call of ours has ended. */
    private void ended(int what, Status how) {
        if (what > 0) {
            onTheWay -= what;
        }
        if (how == Status.OK) {
            endTaken |= what == -CallMessage.END || what == -CallMessage.ABORT;
            if (what == -CallMessage.HELLO) {
                established = true;
                settled(null);
            }
        } else if (what == -CallMessage.END && arrived.isEnded() || what == -CallMessage.ABORT
            || what == -CallMessage.OPEN && established) {
            endTaken |= what != -CallMessage.OPEN; // nobody is there any more who would want to know
        } else {
            Status why = what == -CallMessage.OPEN ? how == Status.RESET ? Status.REFUSED : how
                : how == Status.REFUSED ? Status.RESET : how;
            fail(ToeFailure.of(why, what(), ""));
        }
    }

    /** Sends what is owed beside bytes. */
    private void send() throws IOException {
        socket.answerOwed();
        if (!greeted) {
            byte kind = isServer ? CallMessage.HELLO : CallMessage.OPEN;
            CallSocket.Request request = socket.request(CallMessage.GREETING_BYTES);
            if (request != null) {
                CallMessage.greeting(request.bytes(), kind, socket.rpc().receiveBytes() / 4, peer, token);
                greeted = call(request, -kind);
            }
        }
        if (outputShut && established && !endSent) {
            CallSocket.Request request = socket.request(CallMessage.HEADER_BYTES);
            if (request != null) {
                CallMessage.header(request.bytes(), CallMessage.END, sentNumber);
                endSent = call(request, -CallMessage.END);
            }
        }
        if (abortOwed) {
            CallSocket.Request request = socket.request(CallMessage.HEADER_BYTES);
            if (request != null) {
                CallMessage.header(request.bytes(), CallMessage.ABORT, 0);
                abortOwed = !call(request, -CallMessage.ABORT);
            }
        }
    }

    private boolean call(CallSocket.Request request, int what) throws IOException {
        int number = socket.call(request, peer);
        if (number == RpcSocket.NO_CALL) {
            return false;
        }
        calls.put(number, what);
        return true;
    }

    private void fail(IOException why) {
        if (failure == null) {
            failure = why;
            settled(why);
        }
    }

    @Override
    public void attach(MillraceRegistration to) {
        if (to != null && to.handler() != home) {
            throw new IllegalStateException("a stream stays in the loop that it was first registered with");
        }
        registration = to;
    }

    @Override
    public boolean isConnecting() {
        return !established && failure == null;
    }

    @Override
    public void finishConnect() throws IOException {
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public IOException failure() {
        return failure;
    }

    @Override
    public boolean hasUnreadAfterFailure() {
        return failure != null && (arrived.first() != null || arrived.isEnded());
    }

    @Override
    public boolean isReadable() {
        return arrived.first() != null || arrived.isEnded() || failure != null;
    }

    /** What arrives is announced whether wanted or not. */
    @Override
    public void wantRead() {
    }

    @Override
    public int writable() {
        if (!established || outputShut || failure != null || calls.size() >= MOST_CALLS - 1) {
            return 0;
        }
        return Math.max(0, Math.min(windowBytes, socket.rpc().transmitBytes() / 2) - onTheWay);
    }

    @Override
    public void shutdownInput() {
    }

    @Override
    public void discard() {
        try {
            for (ArrivedCalls.Arrived first; failure == null && (first = arrived.first()) != null;) {
                passRead(first);
            }
        } catch (IOException e) {
            fail(e);
        }
    }

    private void passRead(ArrivedCalls.Arrived first) throws IOException {
        arrived.pass();
        if (failure == null) {
            socket.answer(first.number(), first.at(), CallMessage.DONE);
            passEnd();
        }
    }

    @Override
    public int read(ByteBuffer destination) throws IOException {
        if (closing) {
            throw new ClosedChannelException();
        }
        int before = destination.remaining();
        for (ArrivedCalls.Arrived first; destination.hasRemaining() && (first = arrived.first()) != null;) {
            ByteBuffer source = first.bytes();
            int bytes = Math.min(source.remaining(), destination.remaining());
            destination.put(source.slice(source.position(), bytes));
            source.position(source.position() + bytes);
            if (!source.hasRemaining()) {
                passRead(first);
            }
        }
        int read = before - destination.remaining();
        if (read == 0 && before > 0 && arrived.isEnded()) {
            return -1;
        }
        if (read == 0 && failure != null) {
            throw failure;
        }
        return read;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        return (int) write(new ByteBuffer[] {source}, 0, 1);
    }

    /** Fills requests with as many of the buffers as fit. */
    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        if (failure != null) {
            throw failure;
        }
        if (outputShut) {
            throw new ClosedChannelException();
        }
        long left = 0;
        for (int i = offset; i < offset + length; i++) {
            left += sources[i].remaining();
        }
        long sum = 0;
        for (int at = offset, room; left > 0 && (room = writable()) > 0;) {
            int most = windowBytes / 4 - CallMessage.HEADER_BYTES; // so that a range of a pool is no larger than it must be
            int bytes = (int) Math.min(left, Math.min(room, Math.max(1, most)));
            CallSocket.Request request = socket.request(CallMessage.HEADER_BYTES + bytes);
            if (request == null) {
                break;
            }
            CallMessage.header(request.bytes(), CallMessage.DATA, sentNumber);
            fill(request.bytes(), sources, at);
            if (!call(request, bytes)) {
                break;
            }
            at = consume(sources, at, bytes);
            sentNumber++;
            onTheWay += bytes;
            left -= bytes;
            sum += bytes;
        }
        return sum;
    }

    private static void fill(ByteBuffer to, ByteBuffer[] sources, int from) {
        for (int at = from; to.hasRemaining(); at++) {
            ByteBuffer source = sources[at];
            to.put(source.slice(source.position(), Math.min(source.remaining(), to.remaining())));
        }
    }

    /** {@return index of the first buffer that may have more} */
    private static int consume(ByteBuffer[] sources, int from, int bytes) {
        int at = from;
        for (int left = bytes; left > 0; at++) {
            int taken = Math.min(sources[at].remaining(), left);
            sources[at].position(sources[at].position() + taken);
            left -= taken;
        }
        return Math.max(from, at - 1);
    }

    @Override
    public void shutdownOutput() {
        outputShut = true;
        if (bound && failure == null) {
            try {
                send();
            } catch (IOException e) {
                fail(e);
            }
        }
    }

    /** Calls have no options. */
    @Override
    public void apply(MillraceSocketChannelConfig config) {
    }

    @Override
    public InetSocketAddress localAddress() {
        return local != null ? local : socket == null ? null : socket.rpc().localAddress();
    }

    @Override
    public InetSocketAddress peerAddress() {
        return peer;
    }

    @Override
    public boolean isOpen() {
        return !closing;
    }

    /** Lets go of it; what was written is still sent. What has arrived and was not read makes it {@link #abort}. */
    @Override
    public void close() {
        end(false);
    }

    @Override
    public void abort() {
        end(true);
    }

    private void end(boolean abort) {
        if (home == null) {
            closing = true; // accepted and never in a loop
            return;
        }
        home.inLoop(() -> {
            if (closing) {
                return;
            }
            closing = true;
            registration = null;
            heardNs = System.nanoTime();
            if (socket == null) {
                return;
            }
            if (established && failure == null) {
                refuseUnread();
                aborting = abort || refused; // RFC 9293 §3.10.4, as its implementations have it: unread bytes make it a reset
                abortOwed = aborting;
                endSent |= aborting;
                shutdownOutput();
            }
            linger();
        });
    }

    private void refuseUnread() {
        try {
            for (ArrivedCalls.Arrived each : arrived.clear()) {
                refused |= !each.isEnd();
                socket.answer(each.number(), each.at(), CallMessage.GONE);
            }
        } catch (IOException e) {
            fail(e);
        }
    }

    private void linger() {
        lookForEnd();
        if (!closed) {
            loop.schedule(this::linger, LOOK_MS, TimeUnit.MILLISECONDS);
        }
    }

    /** Gives the socket back when there is nothing more to be said, or nobody to say it to. */
    private void lookForEnd() {
        boolean isSaid = endTaken && (arrived.isEnded() || refused || aborting) && socket.isIdle();
        boolean isOver = !established || failure != null || isSaid || System.nanoTime() - heardNs > LINGER_NS;
        if (isOver && !closed) {
            closed = true;
            socket.close();
        }
    }
}

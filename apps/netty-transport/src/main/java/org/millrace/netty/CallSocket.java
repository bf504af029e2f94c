package org.millrace.netty;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.ThreadLocalRandom;
import org.millrace.api.context.Status;
import org.millrace.toe.RpcSocket;
import org.millrace.toe.Toe;

/**
 * A socket that is called and calls, whose responses are one byte, and wait if there is no room for them. At port 0 it gets
 * one from 16384 to 32767 that is free.
 *
 * <p>Owned by: the loop of its context.
 */
final class CallSocket {
    /** The transport, as an instance names it. */
    static final String TRANSPORT = "homa";

    /** From here on a socket is not called, see {@link RpcSocket}. */
    private static final int FIRST_CLIENT_PORT = 0x8000;
    private static final int FIRST_PORT = 0x4000;
    private static final int MOST_TRIES = 64;

    private record Owed(int request, byte response) {
    }

    private final Toe toe;
    private final InetSocketAddress wanted;
    private final Readiness hears;
    private final ArrayDeque<Owed> owed = new ArrayDeque<>();
    private RpcSocket rpc;
    private int tries;

    /**
     * Asks for a socket.
     *
     * @throws IllegalArgumentException if it could not be called at that port, or the instance has no Homa
     */
    CallSocket(Toe toe, InetSocketAddress wanted, Readiness hears) {
        if (wanted.getPort() >= FIRST_CLIENT_PORT) {
            throw new IllegalArgumentException("port " + wanted.getPort() + " for a stream over " + TRANSPORT
                + ", allowed is 0 for any, to " + (FIRST_CLIENT_PORT - 1));
        }
        this.toe = toe;
        this.wanted = wanted;
        this.hears = hears;
        bind();
    }

    private void bind() {
        int any = FIRST_PORT + ThreadLocalRandom.current().nextInt(FIRST_CLIENT_PORT - FIRST_PORT);
        InetSocketAddress local = wanted.getPort() == 0 ? new InetSocketAddress(wanted.getAddress(), any) : wanted;
        rpc = toe.bindRpc(local, TRANSPORT);
        rpc.attach(hears);
    }

    /** {@return whether it is bound} If any port will do, and this one is taken, it asks for another. */
    boolean lookForBinding() {
        if (rpc.status() == Status.ADDRESS_IN_USE && wanted.getPort() == 0 && ++tries < MOST_TRIES) {
            rpc.close();
            bind();
        }
        return rpc.isBound();
    }

    RpcSocket rpc() {
        return rpc;
    }

    /** {@return room for a request, to be filled and given to {@link #call}; null: none now} */
    Request request(int bytes) throws IOException {
        long at = rpc.allocate(bytes);
        return at == RpcSocket.NONE ? null : new Request(at, rpc.slice(at, bytes));
    }

    /** Where a request is written. */
    record Request(long at, ByteBuffer bytes) {
    }

    /** {@return the call's number or {@link RpcSocket#NO_CALL}: no room now, and its room is given back} */
    int call(Request request, InetSocketAddress peer) throws IOException {
        int number = rpc.call(request.at(), request.bytes().limit(), peer, RpcSocket.NO_DEADLINE);
        if (number == RpcSocket.NO_CALL) {
            rpc.discard(request.at());
        }
        return number;
    }

    /** {@return the request or response in hand, where it lies} */
    ByteBuffer message() {
        return rpc.slice(rpc.offset(), rpc.length());
    }

    /** Answers a request, whose room is given back. */
    void answer(int request, long at, byte response) throws IOException {
        rpc.release(at);
        owed.add(new Owed(request, response));
        answerOwed();
    }

    /** Sends the responses that wait, as far as there is room. */
    void answerOwed() throws IOException {
        for (Owed next; (next = owed.peek()) != null;) {
            if (!rpc.reply(next.request(), ByteBuffer.wrap(new byte[] {next.response()}))) {
                return;
            }
            owed.remove();
        }
    }

    /** {@return whether all that was to be sent is with its peers, as far as they have said} */
    boolean isIdle() {
        return owed.isEmpty() && rpc.isIdle();
    }

    /** The data path hears of it at once. */
    void close() {
        rpc.attach(null);
        rpc.close();
        if (toe.isOpen()) {
            toe.flush();
        }
    }
}

package org.millrace.netty;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.millrace.api.context.Status;
import org.millrace.toe.RpcSocket.Happening;
import org.millrace.toe.Toe;
import org.millrace.toe.ToeFailure;

/** Takes streams over calls. An OPEN is answered when its stream is accepted; beyond the backlog it is refused. */
final class CallAcceptor implements Acceptor, Readiness {
    private record Opening(int request, long at, CallStream stream) {
    }

    private final MillraceIoHandler home;
    private final InetSocketAddress local;
    private final int backlog;
    private final CallSocket socket;
    private final ArrayDeque<Opening> openings = new ArrayDeque<>();
    private MillraceRegistration registration;

    CallAcceptor(MillraceIoHandler home, Toe toe, InetSocketAddress local, int backlog) {
        this.home = home;
        this.local = local;
        this.backlog = backlog;
        socket = new CallSocket(toe, local, this);
    }

    @Override
    public void ready() {
        try {
            if (socket.lookForBinding()) {
                take();
            }
        } catch (IOException e) {
            // the socket's status says it too
        }
        if (registration != null) {
            registration.ready();
        }
    }

    private void take() throws IOException {
        socket.answerOwed();
        for (Happening what; (what = socket.rpc().next()) != null;) {
            if (what == Happening.REQUEST) {
                request(socket.rpc().number(), socket.rpc().offset(), socket.message());
            }
        }
    }

    private void request(int number, long at, ByteBuffer message) throws IOException {
        if (CallMessage.kind(message) != CallMessage.OPEN || openings.size() >= backlog) {
            socket.answer(number, at, CallMessage.GONE);
            return;
        }
        openings.add(new Opening(number, at, CallStream.accepted(local, socket.rpc().peer(), message)));
    }

    @Override
    public ChannelStream accept() throws IOException {
        Opening next = openings.poll();
        if (next == null) {
            IOException failure = failure();
            if (failure != null) {
                throw failure;
            }
            return null;
        }
        socket.answer(next.request(), next.at(), CallMessage.DONE);
        return next.stream();
    }

    @Override
    public boolean isListening() {
        return socket.rpc().isBound();
    }

    @Override
    public Status status() {
        return socket.rpc().status();
    }

    @Override
    public IOException failure() {
        return status() == Status.OK ? null : ToeFailure.of(status(), "streams over " + CallSocket.TRANSPORT + " at "
            + local.getAddress().getHostAddress() + ":" + local.getPort(), "");
    }

    @Override
    public void wantAccept() {
        socket.rpc().again();
    }

    @Override
    public void attach(MillraceRegistration to) {
        if (to != null && to.handler() != home) {
            throw new IllegalStateException("a listener stays in the loop that has bound it");
        }
        registration = to;
    }

    @Override
    public InetSocketAddress localAddress() {
        return socket.rpc().localAddress();
    }

    /** Those that wait to be accepted hear that nobody knows of their call. */
    @Override
    public void close() {
        socket.close();
    }
}

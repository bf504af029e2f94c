package org.millrace.netty;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.OptionalInt;
import org.millrace.api.context.Status;
import org.millrace.toe.StreamSocket;

/** A stream of a loop's context. */
final class ToeStream implements ChannelStream {
    private final MillraceIoHandler home;
    private final StreamSocket socket;

    /** @param home the loop whose context it is of */
    ToeStream(MillraceIoHandler home, StreamSocket socket) {
        this.home = home;
        this.socket = socket;
    }

    MillraceIoHandler home() {
        return home;
    }

    StreamSocket socket() {
        return socket;
    }

    @Override
    public void attach(MillraceRegistration to) {
        if (to != null && to.handler() != home) {
            throw new IllegalStateException("a stream stays in the loop that it was first registered with");
        }
        socket.attach(to);
    }

    @Override
    public boolean isConnecting() {
        return socket.isConnecting();
    }

    @Override
    public void finishConnect() throws IOException {
        socket.finishConnect();
    }

    @Override
    public IOException failure() {
        if (socket.status() == Status.OK) {
            return null;
        }
        try {
            socket.finishConnect(); // throws the reason
            return null;
        } catch (IOException e) {
            return e;
        }
    }

    @Override
    public boolean hasUnreadAfterFailure() {
        return socket.status() != Status.OK && (socket.readable() > 0 || socket.isInputEnded());
    }

    @Override
    public boolean isReadable() {
        return socket.readable() > 0 || socket.isInputEnded() || socket.status() != Status.OK;
    }

    /** What arrives is announced whether wanted or not. */
    @Override
    public void wantRead() {
    }

    @Override
    public int writable() {
        return socket.writable();
    }

    @Override
    public void shutdownInput() {
    }

    /** The space of what has arrived goes back to the peer. */
    @Override
    public void discard() {
        socket.release(socket.readable());
    }

    @Override
    public int read(ByteBuffer destination) throws IOException {
        return socket.read(destination);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        return socket.write(source);
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        long sum = 0;
        for (int i = offset; i < offset + length; i++) {
            sum += socket.write(sources[i]);
            if (sources[i].hasRemaining()) {
                break;
            }
        }
        return sum;
    }

    @Override
    public void shutdownOutput() {
        socket.shutdownOutput();
    }

    /** What has been told before is not told again. */
    @Override
    public void apply(MillraceSocketChannelConfig config) {
        config.chosen().forEach((option, value) -> {
            OptionalInt told = socket.option(option);
            if (told.isEmpty() || told.getAsInt() != value) {
                socket.option(option, value);
            }
        });
        if (config.getSendBufferSize() > 0) {
            socket.sendBuffer(config.getSendBufferSize());
        }
    }

    @Override
    public InetSocketAddress localAddress() {
        return socket.localAddress();
    }

    @Override
    public InetSocketAddress peerAddress() {
        return socket.peerAddress();
    }

    @Override
    public boolean isOpen() {
        return !socket.isClosed();
    }

    /** Lets go of it; what was written is still sent. */
    @Override
    public void close() {
        inHome(socket::close);
    }

    @Override
    public void abort() {
        inHome(socket::abort);
    }

    /** A channel that never got into a loop of its own may end in any. */
    private void inHome(Runnable end) {
        home.inLoop(() -> {
            socket.attach(null);
            end.run();
        });
    }
}

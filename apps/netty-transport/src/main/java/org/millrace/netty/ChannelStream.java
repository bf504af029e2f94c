package org.millrace.netty;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ScatteringByteChannel;
import org.millrace.api.context.Status;
import org.millrace.toe.StreamSocket;

/**
 * A channel's stream, with its context entered around each use. As a Java channel it never blocks: 0 bytes if nothing can
 * be moved now, -1 at the end.
 *
 * <p>Owned by: the channel's loop, which may be another than the context's.
 */
final class ChannelStream implements ScatteringByteChannel, GatheringByteChannel {
    private final LoopContext context;
    private final StreamSocket socket;
    private MillraceRegistration registration;

    ChannelStream(LoopContext context, StreamSocket socket) {
        this.context = context;
        this.socket = socket;
    }

    LoopContext context() {
        return context;
    }

    /** Its news go there; to nobody if null. */
    void attach(MillraceRegistration to) {
        registration = to;
        context.enter();
        try {
            socket.attach(to);
        } finally {
            context.leave();
        }
    }

    /** Sees that what was asked for here is flushed: by this loop's round, or by the owner's if it has no loop. */
    private void owes() {
        if (registration == null) {
            context.owner().wakeup();
        } else if (registration.handler() != context.owner()) {
            registration.handler().touched(context);
        }
    }

    boolean isConnecting() {
        context.enter();
        try {
            return socket.isConnecting();
        } finally {
            context.leave();
        }
    }

    void finishConnect() throws IOException {
        context.enter();
        try {
            socket.finishConnect();
        } finally {
            context.leave();
        }
    }

    /** {@return why it is over before its time, or null} */
    IOException failure() {
        context.enter();
        try {
            if (socket.status() != Status.OK) {
                socket.finishConnect(); // throws the reason
            }
            return null;
        } catch (IOException e) {
            return e;
        } finally {
            context.leave();
        }
    }

    /** {@return whether a read would find bytes, the end or a failure} */
    boolean isReadable() {
        context.enter();
        try {
            return socket.readable() > 0 || socket.isInputEnded() || socket.status() != Status.OK;
        } finally {
            context.leave();
        }
    }

    int writable() {
        context.enter();
        try {
            return socket.writable();
        } finally {
            context.leave();
        }
    }

    /** Drops what has arrived: its space goes back to the peer. */
    void discard() {
        context.enter();
        try {
            socket.release(socket.readable());
        } finally {
            context.leave();
        }
        owes();
    }

    @Override
    public int read(ByteBuffer destination) throws IOException {
        int bytes;
        context.enter();
        try {
            bytes = socket.read(destination);
        } finally {
            context.leave();
        }
        if (bytes > 0) {
            owes();
        }
        return bytes;
    }

    @Override
    public long read(ByteBuffer[] destinations, int offset, int length) throws IOException {
        long sum = 0;
        for (int i = offset; i < offset + length; i++) {
            if (destinations[i].hasRemaining()) {
                int bytes = read(destinations[i]);
                if (bytes <= 0) {
                    return sum == 0 ? bytes : sum;
                }
                sum += bytes;
            }
        }
        return sum;
    }

    @Override
    public long read(ByteBuffer[] destinations) throws IOException {
        return read(destinations, 0, destinations.length);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        int bytes;
        context.enter();
        try {
            bytes = socket.write(source);
        } finally {
            context.leave();
        }
        if (bytes > 0) {
            owes();
        }
        return bytes;
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        long sum = 0;
        context.enter();
        try {
            for (int i = offset; i < offset + length; i++) {
                sum += socket.write(sources[i]);
                if (sources[i].hasRemaining()) {
                    break;
                }
            }
        } finally {
            context.leave();
        }
        if (sum > 0) {
            owes();
        }
        return sum;
    }

    @Override
    public long write(ByteBuffer[] sources) throws IOException {
        return write(sources, 0, sources.length);
    }

    void shutdownOutput() {
        context.enter();
        try {
            socket.shutdownOutput();
        } finally {
            context.leave();
        }
        owes();
    }

    InetSocketAddress localAddress() {
        return socket.localAddress();
    }

    InetSocketAddress peerAddress() {
        return socket.peerAddress();
    }

    @Override
    public boolean isOpen() {
        return !socket.isClosed();
    }

    /** Lets go of it; what was written is still sent. */
    @Override
    public void close() {
        end(false);
    }

    /** Lets go of it with a reset. */
    void abort() {
        end(true);
    }

    private void end(boolean reset) {
        context.enter();
        try {
            socket.attach(null);
            if (reset) {
                socket.abort();
            } else {
                socket.close();
            }
        } finally {
            context.leave();
        }
        owes();
    }
}

package org.millrace.nio;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.Condition;
import org.millrace.api.context.Status;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.ToeFailure;

/** A Millrace stream as a channel uses it: from any thread, blocking or not. */
final class ChannelStream {
    private final SharedContext context;
    private final StreamSocket socket;
    private final Condition changed;
    private int consumed;
    private boolean inputShut;
    private boolean outputShut;

    /** Under the context's lock. */
    ChannelStream(SharedContext context, StreamSocket socket) {
        this.context = context;
        this.socket = socket;
        changed = context.newCondition();
    }

    /**
     * Begins to connect.
     *
     * @param local   wanted address, or null
     * @param options its channel's
     */
    static ChannelStream connect(SharedContext context, InetSocketAddress peer, InetSocketAddress local, Options options,
                                 Listener owner) {
        context.lock();
        try {
            ChannelStream stream = new ChannelStream(context, context.toe().connect(peer, local, null));
            options.tell(stream.socket);
            stream.belongsTo(owner);
            context.flush();
            return stream;
        } finally {
            context.unlock();
        }
    }

    /** An option of its channel has been set. */
    void option(SocketOption<?> option, Object value) {
        context.lock();
        try {
            Options.tell(socket, option, value);
            context.flush();
        } finally {
            context.unlock();
        }
    }

    /** Its channel has these options. */
    void options(Options all) {
        context.lock();
        try {
            all.tell(socket);
            context.flush(); // nobody may come to this context for long
        } finally {
            context.unlock();
        }
    }

    /** Its events are a channel's from now on. Under the context's lock. */
    void belongsTo(Listener owner) {
        socket.attach(owner);
    }

    /** {@return whether it is connected; false also if its channel was closed} */
    boolean finishConnect(SocketChannel channel, boolean blocking, Patience patience) throws IOException {
        context.lock();
        try {
            while (channel.isOpen()) {
                context.take();
                if (socket.finishConnect()) {
                    return true;
                }
                if (!blocking) {
                    return false;
                }
                context.await(changed, patience);
            }
            return false;
        } catch (IOException e) {
            throw asKernelSays(e);
        } finally {
            context.unlock();
        }
    }

    private static IOException asKernelSays(IOException e) {
        if (e instanceof ToeFailure failure && failure.status() == Status.UNREACHABLE) {
            NoRouteToHostException unreachable = new NoRouteToHostException(e.getMessage());
            unreachable.initCause(e);
            return unreachable;
        }
        return e;
    }

    /** {@return bytes read; 0 also if its channel was closed; -1 at the end of the stream} */
    long read(SocketChannel channel, ByteBuffer[] destinations, int from, int to, boolean blocking, Patience patience)
        throws IOException {
        context.lock();
        try {
            while (channel.isOpen() && !inputShut) {
                long bytes = readNow(destinations, from, to);
                if (bytes == 0 && hasRemaining(destinations, from, to)) {
                    context.take();
                    bytes = readNow(destinations, from, to);
                }
                if (bytes != 0 || !blocking || !hasRemaining(destinations, from, to)) {
                    return bytes;
                }
                context.await(changed, patience);
            }
            return inputShut ? -1 : 0;
        } finally {
            context.unlock();
        }
    }

    private long readNow(ByteBuffer[] destinations, int from, int to) throws IOException {
        long total = 0;
        for (int i = from; i < to; i++) {
            int bytes = socket.read(destinations[i]);
            if (bytes < 0) {
                return total == 0 ? -1 : total;
            }
            total += bytes;
            if (destinations[i].hasRemaining()) {
                break;
            }
        }
        consumed(total);
        return total;
    }

    /** The window opens at once by a quarter of the buffer; less goes with whatever is flushed next. */
    private void consumed(long bytes) {
        consumed += (int) bytes;
        if (consumed >= socket.receiveBytes() / 4) {
            context.flush();
            consumed = 0;
        }
    }

    /** {@return bytes written: all, if it blocks and its channel was not closed} */
    long write(SocketChannel channel, ByteBuffer[] sources, int from, int to, boolean blocking) throws IOException {
        Patience patience = Patience.endless();
        long total = 0;
        context.lock();
        try {
            while (channel.isOpen()) {
                total += writeNow(sources, from, to);
                if (!hasRemaining(sources, from, to)) {
                    return total;
                }
                context.take();
                if (!canWrite()) {
                    if (!blocking) {
                        return total;
                    }
                    context.await(changed, patience);
                }
            }
            return total;
        } finally {
            context.unlock();
        }
    }

    private long writeNow(ByteBuffer[] sources, int from, int to) throws IOException {
        if (outputShut) {
            throw new ClosedChannelException();
        }
        long total = 0;
        for (int i = from; i < to; i++) {
            total += socket.write(sources[i]);
            if (sources[i].hasRemaining()) {
                break;
            }
        }
        if (total > 0) {
            context.flush();
        }
        return total;
    }

    private static boolean hasRemaining(ByteBuffer[] buffers, int from, int to) {
        for (int i = from; i < to; i++) {
            if (buffers[i].hasRemaining()) {
                return true;
            }
        }
        return false;
    }

    /** {@return whether writing is worth it: a quarter of the buffer is free, or it will fail} */
    private boolean canWrite() {
        return outputShut || socket.status() != Status.OK || 3L * socket.writable() >= Math.max(1, socket.unacknowledged());
    }

    private boolean canRead() {
        return inputShut || socket.status() != Status.OK || socket.readable() > 0 || socket.isInputEnded();
    }

    /** {@return what it is ready for, of OP_READ and OP_WRITE; all of them and OP_CONNECT if connecting has an answer} */
    int readyOps(boolean pending) {
        context.lock();
        try {
            if (socket.isConnecting() || socket.isClosed()) {
                return 0;
            }
            int connect = pending ? SelectionKey.OP_CONNECT : 0;
            if (pending && socket.status() == Status.OK) {
                return connect;
            }
            return connect | (canRead() ? SelectionKey.OP_READ : 0) | (canWrite() ? SelectionKey.OP_WRITE : 0);
        } finally {
            context.unlock();
        }
    }

    /** {@return whether it is over before its time, and bytes that came before are still to be read} */
    boolean readsFirst() {
        return context.locked(() -> socket.status() != Status.OK && socket.readable() > 0);
    }

    /** Wakes who blocks. Under the context's lock. */
    void signal() {
        changed.signalAll();
    }

    void shutdownInput(Listener owner) {
        context.lock();
        try {
            inputShut = true;
            owner.changed();
        } finally {
            context.unlock();
        }
    }

    void shutdownOutput(Listener owner) {
        context.lock();
        try {
            outputShut = true;
            socket.shutdownOutput();
            context.flush();
            owner.changed();
        } finally {
            context.unlock();
        }
    }

    /**
     * Lets go of it.
     *
     * @param reset instead of ending the stream in order
     */
    void close(boolean reset) {
        context.lock();
        try {
            if (reset) {
                socket.abort();
            } else {
                socket.close();
            }
            context.flush();
            changed.signalAll();
        } finally {
            context.unlock();
        }
    }

    InetSocketAddress localAddress() {
        return context.locked(socket::localAddress);
    }

    InetSocketAddress peerAddress() {
        return context.locked(socket::peerAddress);
    }
}

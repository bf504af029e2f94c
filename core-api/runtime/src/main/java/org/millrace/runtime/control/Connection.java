package org.millrace.runtime.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** A client's connection, on which nothing waits without limit. Owned by: the session's thread. */
final class Connection implements WritableByteChannel {
    /** Longest request, bytes with its end of line. */
    static final int MAX_REQUEST_BYTES = 64 << 10;
    /** A request is complete after this time, seconds. */
    static final int REQUEST_SECONDS = 5;
    /** A client takes something of its answer within this time, seconds. */
    static final int WRITE_SECONDS = 10;

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;

    Connection(SocketChannel channel) throws IOException {
        this.channel = channel;
        channel.configureBlocking(false);
        selector = Selector.open();
        key = channel.register(selector, 0);
    }

    /**
     * {@return the first line, without its end, or null if the client has hung up without a word}
     *
     * @throws IOException if it is too long or too late
     */
    String readLine() throws IOException {
        ByteBuffer line = ByteBuffer.allocate(MAX_REQUEST_BYTES);
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(REQUEST_SECONDS);
        for (int searched = 0; line.hasRemaining(); searched = line.position()) {
            if (!await(SelectionKey.OP_READ, TimeUnit.NANOSECONDS.toMillis(untilNs - System.nanoTime()))) {
                throw new IOException("no request within " + REQUEST_SECONDS + " s");
            }
            boolean ended = channel.read(line) < 0;
            for (int i = searched; i < line.position(); i++) {
                if (line.get(i) == '\n') {
                    return new String(line.array(), 0, i, StandardCharsets.UTF_8);
                }
            }
            if (ended && line.position() == 0) {
                return null;
            }
            if (ended) {
                throw new IOException("the request ends without an end of line");
            }
        }
        throw new IOException("the request is longer than " + MAX_REQUEST_BYTES + " bytes");
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        int length = from.remaining();
        while (from.hasRemaining()) {
            if (channel.write(from) == 0
                && !await(SelectionKey.OP_WRITE, TimeUnit.SECONDS.toMillis(WRITE_SECONDS))) {
                throw new IOException("the client takes nothing");
            }
        }
        return length;
    }

    /**
     * Waits for the client to end its side or to say more, which it has no reason to: that is how it ends a stream early.
     *
     * @return whether it did within {@code waitMs}
     */
    boolean awaitEnd(long waitMs) throws IOException {
        return await(SelectionKey.OP_READ, waitMs);
    }

    /** {@return false if nothing came within the time} Interrupted, it goes on: the channel is closed then. */
    private boolean await(int operation, long waitMs) throws IOException {
        key.interestOps(operation);
        int ready = waitMs <= 0 ? selector.selectNow() : selector.select(waitMs);
        selector.selectedKeys().clear();
        return ready > 0;
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        selector.close();
        channel.close();
    }
}

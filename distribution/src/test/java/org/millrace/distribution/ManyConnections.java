package org.millrace.distribution;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** Kernel connections to an echo service, all opened at once; each sends, gets its own bytes back and closes. */
final class ManyConnections {
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(40);

    private final int messageBytes;
    private int open;
    private int mostOpen;
    private int echoed;

    private ManyConnections(int messageBytes) {
        this.messageBytes = messageBytes;
    }

    private final class Connection {
        final ByteBuffer sent;
        final ByteBuffer received = ByteBuffer.allocate(messageBytes);

        Connection(int number) {
            byte[] bytes = new byte[messageBytes];
            new SplittableRandom(number).nextBytes(bytes);
            sent = ByteBuffer.wrap(bytes);
        }
    }

    /** {@return how many were open at the same time} All of them have echoed, or this throws. */
    static int run(InetSocketAddress echo, int connections, int messageBytes) throws IOException {
        ManyConnections many = new ManyConnections(messageBytes);
        try (Selector selector = Selector.open()) {
            for (int i = 0; i < connections; i++) {
                SocketChannel channel = SocketChannel.open();
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_CONNECT, many.new Connection(i));
                channel.connect(echo);
            }
            long deadlineNs = System.nanoTime() + LIMIT_NS;
            while (many.echoed < connections) {
                long leftMs = (deadlineNs - System.nanoTime()) / 1_000_000;
                if (leftMs <= 0) {
                    throw new IllegalStateException(many.open + " open, " + many.echoed + " echoed of " + connections);
                }
                selector.select(key -> many.ready(key, connections), leftMs);
            }
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
        }
        return many.mostOpen;
    }

    private void ready(SelectionKey key, int connections) {
        try {
            SocketChannel channel = (SocketChannel) key.channel();
            Connection connection = (Connection) key.attachment();
            if (key.isConnectable() && channel.finishConnect()) {
                mostOpen = Math.max(mostOpen, ++open);
                key.interestOps(0);
                if (open == connections) { // only now does anyone send
                    key.selector().keys().forEach(each -> each.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE));
                }
                return;
            }
            if (key.isWritable()) {
                channel.write(connection.sent);
                if (!connection.sent.hasRemaining()) {
                    key.interestOps(SelectionKey.OP_READ);
                }
            }
            if (key.isReadable()) {
                receive(channel, connection);
            }
        } catch (IOException e) {
            throw new IllegalStateException(open + " open, " + echoed + " echoed: " + e, e);
        }
    }

    private void receive(SocketChannel channel, Connection connection) throws IOException {
        if (channel.read(connection.received) < 0) {
            throw new IOException("closed by the server");
        }
        if (!connection.received.hasRemaining()) {
            if (!Arrays.equals(connection.received.array(), connection.sent.array())) {
                throw new IOException("the echo differs");
            }
            echoed++;
        }
    }
}

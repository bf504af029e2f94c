package org.millrace.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** The same echo on the kernel's TCP over the loopback interface, in one thread with a selector, as a Java server has it. */
final class NioEcho implements EchoSide {
    private final boolean isServer;
    private final Selector selector = Selector.open();
    private final Thread application;
    private final AtomicLong requests = new AtomicLong();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(4096);
    private final List<SocketChannel> streams = new ArrayList<>();
    private volatile boolean running;
    private boolean wasRunning;

    /** The server writes its port to a file, where the client finds it. */
    NioEcho(boolean isServer, Path portFile) throws IOException {
        this.isServer = isServer;
        if (isServer) {
            ServerSocketChannel listener = ServerSocketChannel.open()
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), CONNECTIONS);
            listener.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
            Files.writeString(portFile, Integer.toString(listener.socket().getLocalPort()));
        } else {
            int port = Integer.parseInt(Files.readString(portFile));
            for (int i = 0; i < CONNECTIONS; i++) {
                streams.add(add(SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))));
            }
        }
        application = Thread.ofPlatform().daemon().name("application").start(this::run);
    }

    private SocketChannel add(SocketChannel stream) throws IOException {
        stream.setOption(StandardSocketOptions.TCP_NODELAY, true);
        stream.configureBlocking(false).register(selector, SelectionKey.OP_READ);
        return stream;
    }

    private void run() {
        try {
            while (true) {
                selector.select(this::serve);
                if (running && !wasRunning) {
                    for (SocketChannel stream : streams) {
                        stream.write(buffer.clear().limit(BYTES));
                    }
                }
                wasRunning = running;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void serve(SelectionKey key) {
        try {
            if (key.channel() instanceof ServerSocketChannel listener) {
                for (SocketChannel stream; (stream = listener.accept()) != null;) {
                    add(stream);
                }
            } else if (key.channel() instanceof SocketChannel stream) {
                echo(stream);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void echo(SocketChannel stream) throws IOException {
        int length = stream.read(buffer.clear().limit(BYTES));
        if (length < 0) {
            stream.close();
        } else if (length > 0) {
            requests.lazySet(requests.getPlain() + 1);
            if (isServer || running) {
                stream.write(buffer.flip());
            }
        }
    }

    @Override
    public void start() {
        running = true;
        selector.wakeup();
    }

    @Override
    public void stop() {
        running = false;
        selector.wakeup();
    }

    @Override
    public long requests() {
        return requests.get();
    }

    @Override
    public long applicationCpuNs() {
        return ThreadTimes.cpuNs(application);
    }

    @Override
    public long dataPathCpuNs() {
        return 0;
    }
}

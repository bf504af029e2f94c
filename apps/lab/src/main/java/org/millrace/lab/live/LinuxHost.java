package org.millrace.lab.live;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.millrace.memory.Linux;

/** Linux's TCP in a network of its own, which is that of its thread; its applications run on it. */
final class LinuxHost implements LiveHost {
    private static final int BACKLOG = 256;

    private final Selector selector;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final String address;
    private final Thread thread;
    private final CompletableFuture<Integer> entered = new CompletableFuture<>();
    private volatile boolean closing;

    /** @param address IPv4 */
    LinuxHost(String name, String address) throws IOException {
        selector = Selector.open();
        this.address = address;
        thread = Thread.ofPlatform().daemon().name(name).start(this::run);
    }

    /**
     * Moves an interface into its network, and sets it up.
     *
     * @param congestion algorithm of the routes over it
     */
    void adopt(String interfaceName, String congestion) {
        int id = entered.join();
        Network.command("ip link set " + interfaceName + " netns " + id);
        ask(() -> {
            Network.command("ip link set lo up");
            Network.withoutOffloads(interfaceName);
            Network.command("ip addr add " + address + "/24 dev " + interfaceName);
            Network.command("ip link set " + interfaceName + " up");
            Network.command("ip route change 10.78.0.0/24 dev " + interfaceName + " src " + address + " congctl " + congestion);
            Network.write("/proc/sys/net/ipv4/tcp_no_metrics_save", "1");
        });
    }

    private void run() {
        try {
            int result = new Linux().unshareNetwork();
            if (result < 0) {
                throw new IOException("no network of its own: errno " + -result);
            }
            String self = Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName().toString();
            entered.complete(Integer.parseInt(self));
            while (!closing) {
                selector.select();
                for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                    task.run();
                }
                selector.selectedKeys().forEach(LinuxHost::ready);
                selector.selectedKeys().clear();
            }
        } catch (IOException e) {
            entered.completeExceptionally(e);
            throw new UncheckedIOException(e);
        }
    }

    /** Has its thread do something; returns when it has. */
    private void ask(Runnable task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        tell(() -> {
            try {
                task.run();
                done.complete(null);
            } catch (RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        done.join();
    }

    private void tell(Runnable task) {
        tasks.add(task);
        selector.wakeup();
    }

    private static void ready(SelectionKey key) {
        if (!key.isValid()) {
            return;
        }
        if (key.attachment() instanceof Listener listener) {
            listener.accept(key.selector());
        } else {
            ((End) key.attachment()).ready(key);
        }
    }

    private record Listener(ServerSocketChannel channel, Supplier<Flow> maker) {
        void accept(Selector selector) {
            try {
                for (SocketChannel came = channel.accept(); came != null; came = channel.accept()) {
                    new End(came, maker.get()).ready(register(came, selector));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static SelectionKey register(SocketChannel channel, Selector selector) throws IOException {
        channel.configureBlocking(false);
        return channel.register(selector, SelectionKey.OP_READ);
    }

    /** An end of a connection. */
    private record End(SocketChannel channel, Flow flow) implements Stream {
        void ready(SelectionKey key) {
            key.attach(this);
            try {
                if (channel.isConnected() || channel.finishConnect()) {
                    flow.go(this);
                }
                if (key.isValid()) {
                    key.interestOps(channel.isConnectionPending() ? SelectionKey.OP_CONNECT
                        : SelectionKey.OP_READ | (flow.isWriting() ? SelectionKey.OP_WRITE : 0));
                }
            } catch (IOException e) {
                close();
                flow.over(String.valueOf(e.getMessage()));
            }
        }

        @Override
        public int read(ByteBuffer to) throws IOException {
            return channel.read(to);
        }

        @Override
        public int write(ByteBuffer from) throws IOException {
            return channel.write(from);
        }

        @Override
        public void finish() throws IOException {
            channel.shutdownOutput();
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                flow.over(e.getMessage());
            }
        }

        @Override
        public void abort() {
            try {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            } catch (IOException e) {
                flow.over(e.getMessage());
            }
            close();
        }
    }

    @Override
    public void listen(int port, Supplier<Flow> maker) {
        ask(() -> {
            try {
                ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.INET);
                channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                channel.bind(at(port), BACKLOG).configureBlocking(false);
                channel.register(selector, SelectionKey.OP_ACCEPT, new Listener(channel, maker));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Override
    public InetSocketAddress at(int port) {
        return new InetSocketAddress(address, port);
    }

    @Override
    public void connect(InetSocketAddress to, Flow flow) {
        tell(() -> {
            try {
                SocketChannel channel = SocketChannel.open(StandardProtocolFamily.INET);
                SelectionKey key = register(channel, selector);
                channel.connect(to);
                new End(channel, flow).ready(key);
            } catch (IOException e) {
                flow.over(e.getMessage());
            }
        });
    }

    @Override
    public void clear() {
        ask(() -> {
            for (SelectionKey key : List.copyOf(selector.keys())) {
                if (key.attachment() instanceof End end) {
                    end.abort();
                    end.flow.over("ended");
                } else {
                    close(key);
                }
            }
        });
    }

    private static void close(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        clear();
        closing = true;
        selector.wakeup();
        try {
            thread.join(2_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

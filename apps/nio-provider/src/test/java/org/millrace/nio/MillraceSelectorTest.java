package org.millrace.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.millrace.testkit.Eventually;

/** Selectors as java.nio specifies them, with Millrace and kernel channels in them. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class MillraceSelectorTest {
    private static final int TAKEOVERS = 1000;
    /** More than fits into one buffer, less than into two. */
    private static final int READ_BYTES = 100_000;
    private static TwoHosts hosts;
    private static MillraceSelectorProvider serving;
    private static MillraceSelectorProvider asking;

    private ServerSocketChannel server;
    private Selector selector;

    @BeforeAll
    static void start() {
        hosts = new TwoHosts();
        serving = MillraceSelectorProvider.over(hosts.server, TwoHosts.SIZE);
        asking = MillraceSelectorProvider.over(hosts.client, TwoHosts.SIZE);
    }

    @AfterAll
    static void stop() {
        serving.close();
        asking.close();
        hosts.close();
    }

    @BeforeEach
    void open() throws IOException {
        server = serving.openServerSocketChannel().bind(new InetSocketAddress(TwoHosts.SERVER, 0));
        selector = serving.openSelector();
    }

    @AfterEach
    void close() throws IOException {
        selector.close();
        server.close();
    }

    private SocketChannel connect() throws IOException {
        SocketChannel channel = asking.openSocketChannel();
        channel.connect(server.getLocalAddress());
        return channel;
    }

    private static SelectionKey register(SocketChannel channel, Selector selector, int ops) throws IOException {
        return channel.configureBlocking(false).register(selector, ops);
    }

    @Test
    void acceptReadAndWriteAreLevels() throws Exception {
        server.configureBlocking(false);
        SelectionKey accepting = server.register(selector, SelectionKey.OP_ACCEPT, "attached");
        assertThat(selector.selectNow()).isZero();
        try (SocketChannel client = connect()) {
            assertThat(selector.select()).isEqualTo(1);
            assertThat(selector.selectedKeys()).containsExactly(accepting);
            assertThat(accepting.isAcceptable()).isTrue();
            assertThat(accepting.attachment()).isEqualTo("attached");
            assertThat(selector.select()).as("still ready, nothing changed").isZero();
            selector.selectedKeys().clear();
            assertThat(selector.select()).as("still ready").isEqualTo(1);
            SocketChannel accepted = server.accept();
            selector.selectedKeys().clear();
            assertThat(selector.selectNow()).isZero();

            SelectionKey key = register(accepted, selector, SelectionKey.OP_READ);
            client.write(ByteBuffer.allocate(10));
            assertThat(selector.select()).isEqualTo(1);
            assertThat(key.readyOps()).isEqualTo(SelectionKey.OP_READ);
            accepted.read(ByteBuffer.allocate(4));
            key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
            assertThat(selector.select()).as("ready for more").isEqualTo(1);
            assertThat(key.isWritable() && key.isReadable()).isTrue();
            accepted.read(ByteBuffer.allocate(6));
            key.interestOps(SelectionKey.OP_READ);
            selector.selectedKeys().clear();
            assertThat(selector.selectNow()).isZero();
            client.shutdownOutput();
            assertThat(selector.select()).as("end of stream").isEqualTo(1);
            accepted.close();
            assertThat(key.isValid()).isFalse();
            assertThatThrownBy(key::readyOps).isInstanceOf(CancelledKeyException.class);
            selector.selectNow();
            assertThat(selector.keys()).containsExactly(accepting);
            assertThat(selector.selectedKeys()).isEmpty();
        }
    }

    @Test
    void fullBufferIsNotWritableUntilThePeerReads() throws Exception {
        try (SocketChannel client = connect(); SocketChannel accepted = server.accept()) {
            SelectionKey key = register(accepted, selector, SelectionKey.OP_WRITE);
            assertThat(selector.select()).isEqualTo(1);
            ByteBuffer bytes = ByteBuffer.allocate(4 << 20);
            Eventually.holds(() -> {
                accepted.write(bytes);
                selector.selectedKeys().clear();
                return bytes.position() >= READ_BYTES && selector.selectNow() == 0;
            }, () -> bytes.position() + " bytes written");
            int read = 0;
            client.configureBlocking(true);
            while (read < READ_BYTES) {
                read += client.read(ByteBuffer.allocate(64 << 10));
            }
            assertThat(selector.select()).isEqualTo(1);
            assertThat(key.isWritable()).isTrue();
        }
    }

    @Test
    void connectingIsReadyWhenThereIsAnAnswer() throws Exception {
        try (Selector mine = asking.openSelector(); SocketChannel good = asking.openSocketChannel()) {
            SelectionKey key = register(good, mine, SelectionKey.OP_CONNECT);
            assertThat(mine.selectNow()).isZero();
            good.connect(server.getLocalAddress());
            assertThat(mine.select()).isEqualTo(1);
            assertThat(key.isConnectable()).isTrue();
            assertThat(good.finishConnect()).isTrue();
            key.interestOps(SelectionKey.OP_WRITE);
            mine.selectedKeys().clear();
            assertThat(mine.select()).isEqualTo(1);
            assertThat(key.isWritable()).isTrue();

            SocketChannel bad = asking.openSocketChannel();
            bad.configureBlocking(false);
            bad.connect(new InetSocketAddress(TwoHosts.SERVER, 9));
            SelectionKey failing = bad.register(mine, SelectionKey.OP_CONNECT);
            key.cancel();
            mine.selectedKeys().clear();
            assertThat(mine.select()).isEqualTo(1);
            assertThat(failing.isConnectable()).isTrue();
            assertThatThrownBy(bad::finishConnect).isInstanceOf(ConnectException.class);
            assertThat(bad.isOpen()).isFalse();
        }
    }

    /** A channel that blocks leaves the watch thread asleep as the watcher; the answer comes while the selector takes over. */
    @Test
    void selectorThatTakesOverFromTheWatchThreadHearsTheAnswer() throws Exception {
        try (Selector mine = asking.openSelector()) {
            for (int i = 0; i < TAKEOVERS; i++) {
                try (SocketChannel blocking = asking.openSocketChannel(); SocketChannel bad = asking.openSocketChannel()) {
                    blocking.connect(server.getLocalAddress());
                    server.accept().close();
                    bad.configureBlocking(false);
                    bad.register(mine, SelectionKey.OP_CONNECT);
                    bad.connect(new InetSocketAddress(TwoHosts.SERVER, 9));
                    assertThat(mine.select()).as("takeover %d", i).isEqualTo(1);
                    assertThatThrownBy(bad::finishConnect).isInstanceOf(ConnectException.class);
                }
                mine.selectedKeys().clear();
            }
        }
    }

    @Test
    void channelConnectedAfterItWasRegisteredWakesASelectorThatWaits() throws Exception {
        try (MillraceSelectorProvider fresh = MillraceSelectorProvider.over(hosts.client, TwoHosts.SIZE);
             Selector mine = fresh.openSelector(); SocketChannel channel = fresh.openSocketChannel()) {
            register(channel, mine, SelectionKey.OP_CONNECT);
            CompletableFuture<Integer> selecting = CompletableFuture.supplyAsync(() -> {
                try {
                    return mine.select();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            channel.connect(server.getLocalAddress());
            assertThat(selecting.get()).isEqualTo(1);
        }
    }

    @Test
    void kernelChannelsAreInTheSameSelector() throws Exception {
        Pipe pipe = serving.openPipe();
        DatagramChannel datagrams = serving.openDatagramChannel().bind(new InetSocketAddress("127.0.0.1", 0));
        ServerSocketChannel here = serving.openServerSocketChannel();
        here.configureBlocking(false);
        SelectionKey accepting = here.register(selector, SelectionKey.OP_ACCEPT); // before it is known where it goes
        here.bind(new InetSocketAddress("127.0.0.1", 0));
        pipe.source().configureBlocking(false);
        SelectionKey piped = pipe.source().register(selector, SelectionKey.OP_READ);
        datagrams.configureBlocking(false);
        SelectionKey datagram = datagrams.register(selector, SelectionKey.OP_READ);
        assertThat(pipe.source().keyFor(selector)).isSameAs(piped);

        pipe.sink().write(ByteBuffer.allocate(1));
        assertThat(selector.select()).isEqualTo(1);
        assertThat(selector.selectedKeys()).containsExactly(piped);
        pipe.source().read(ByteBuffer.allocate(1));
        selector.selectedKeys().clear();
        datagrams.send(ByteBuffer.allocate(1), datagrams.getLocalAddress());
        assertThat(selector.select()).isEqualTo(1);
        assertThat(datagram.isReadable()).isTrue();
        datagram.interestOps(0);
        selector.selectedKeys().clear();

        SocketChannel client = asking.openSocketChannel();
        SelectionKey connecting = register(client, selector, SelectionKey.OP_CONNECT);
        client.connect(here.getLocalAddress());
        while (!selector.selectedKeys().contains(accepting) || !client.isConnected()) {
            selector.select();
            if (selector.selectedKeys().contains(connecting) && connecting.isConnectable()) {
                client.finishConnect();
                connecting.interestOps(0);
            }
        }
        selector.selectedKeys().clear();
        SocketChannel accepted = here.accept();
        SelectionKey reading = register(accepted, selector, SelectionKey.OP_READ);
        client.write(ByteBuffer.allocate(3));
        selector.select();
        assertThat(selector.selectedKeys()).containsExactly(reading);
        reading.cancel();
        accepted.configureBlocking(true); // without a selection in between, as the JDK's HttpServer does
        assertThat(accepted.read(ByteBuffer.allocate(10))).isEqualTo(3);
        selector.selectNow();
        assertThat(register(accepted, selector, SelectionKey.OP_READ).isValid()).isTrue();
        for (AutoCloseable each : List.of(client, accepted, here, datagrams, pipe.source(), pipe.sink())) {
            each.close();
        }
        selector.selectNow();
        assertThat(selector.keys()).isEmpty();
    }

    @Test
    void wakeupTimeoutInterruptAndClose() throws Exception {
        selector.wakeup();
        assertThat(selector.select()).isZero();
        assertThat(selector.select(1)).isZero();
        selector.wakeup().wakeup();
        selector.selectNow();
        assertThat(selector.select(1)).as("the wakeup was consumed").isZero();
        assertThatThrownBy(() -> selector.select(-1)).isInstanceOf(IllegalArgumentException.class);
        Thread.currentThread().interrupt();
        assertThat(selector.select()).isZero();
        assertThat(Thread.interrupted()).isTrue();

        Thread selecting = Thread.ofPlatform().start(() -> {
            try {
                selector.select();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            } catch (ClosedSelectorException e) {
                return; // it came too late to wait
            }
        });
        selector.close();
        selecting.join();
        assertThatThrownBy(selector::select).isInstanceOf(ClosedSelectorException.class);
        assertThatThrownBy(selector::keys).isInstanceOf(ClosedSelectorException.class);
        selector.close();
        assertThat(selector.isOpen()).isFalse();
    }

    @Test
    void blockingChannelsCannotBeRegisteredNorRegisteredOnesBlock() throws Exception {
        try (SocketChannel client = connect(); SocketChannel accepted = server.accept()) {
            assertThatThrownBy(() -> accepted.register(selector, SelectionKey.OP_READ))
                .isInstanceOf(IllegalBlockingModeException.class);
            SelectionKey key = register(accepted, selector, SelectionKey.OP_READ);
            assertThatThrownBy(() -> accepted.configureBlocking(true)).isInstanceOf(IllegalBlockingModeException.class);
            assertThatThrownBy(() -> accepted.register(selector, SelectionKey.OP_ACCEPT))
                .isInstanceOf(IllegalArgumentException.class);
            key.cancel();
            accepted.configureBlocking(true);
            client.write(ByteBuffer.allocate(1));
            assertThat(accepted.read(ByteBuffer.allocate(2))).isEqualTo(1);
        }
    }

    @Test
    void selectedKeysCannotBeAdded() throws Exception {
        server.configureBlocking(false);
        SelectionKey key = server.register(selector, SelectionKey.OP_ACCEPT);
        assertThatThrownBy(() -> selector.selectedKeys().add(key)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> selector.keys().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    /** Three selectors and a blocked thread in one context: whoever watches has to wake the others. */
    @Test
    void selectorsOfOneContextAreAllWoken() throws Exception {
        List<Selector> selectors = List.of(serving.openSelector(), serving.openSelector(), selector);
        List<SocketChannel> clients = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        int rounds = 300;
        for (Selector each : selectors) {
            clients.add(connect());
            SocketChannel accepted = server.accept();
            SelectionKey key = register(accepted, each, SelectionKey.OP_READ);
            threads.add(Thread.ofPlatform().start(() -> echo(each, key)));
        }
        SocketChannel blocking = connect();
        SocketChannel blocked = server.accept();
        threads.add(Thread.ofPlatform().start(() -> {
            try {
                ByteBuffer bytes = ByteBuffer.allocate(64);
                while (blocked.read(bytes.clear()) >= 0) {
                    blocked.write(bytes.flip());
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }));
        clients.add(blocking);
        for (int i = 0; i < rounds; i++) {
            SocketChannel client = clients.get(i * 7 % clients.size());
            client.write(ByteBuffer.allocate(1));
            assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(1);
        }
        for (SocketChannel client : clients) {
            client.close();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        blocked.close();
        for (Selector each : selectors) {
            each.close();
        }
    }

    private static void echo(Selector selector, SelectionKey key) {
        try (SocketChannel channel = (SocketChannel) key.channel()) {
            ByteBuffer bytes = ByteBuffer.allocate(64);
            int read = 0;
            while (read >= 0) {
                selector.select();
                selector.selectedKeys().clear();
                read = channel.read(bytes.clear());
                channel.write(bytes.flip());
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aThousandConnectionsInOneSelector() throws Exception {
        List<SocketChannel> clients = new ArrayList<>();
        List<SocketChannel> accepted = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            clients.add(connect());
            accepted.add(server.accept());
            register(accepted.get(i), selector, SelectionKey.OP_READ).attach(i);
        }
        assertThat(selector.selectNow()).isZero();
        for (int i = 0; i < 1000; i += 3) {
            clients.get(i).write(ByteBuffer.allocate(1));
        }
        List<Object> heard = new ArrayList<>();
        while (heard.size() < 334) {
            selector.select(key -> {
                heard.add(key.attachment());
                key.cancel();
            });
        }
        assertThat(heard).doesNotHaveDuplicates().allSatisfy(i -> assertThat((Integer) i % 3).isZero());
        for (int i = 0; i < 1000; i++) {
            clients.get(i).close();
            accepted.get(i).close();
        }
        selector.selectNow();
        assertThat(selector.keys()).isEmpty();
    }

    @Test
    void cancellingAndClosingWhileOthersSelectLosesNothing() throws Exception {
        Thread selecting = Thread.ofPlatform().start(() -> {
            try {
                while (true) {
                    selector.select();
                    selector.selectedKeys().clear();
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            } catch (ClosedSelectorException e) {
                return;
            }
        });
        for (int i = 0; i < 200; i++) {
            try (SocketChannel client = connect()) {
                SocketChannel accepted = server.accept();
                SelectionKey key = register(accepted, selector, SelectionKey.OP_READ);
                client.write(ByteBuffer.allocate(100));
                if (i % 2 == 0) {
                    accepted.close();
                } else {
                    key.cancel();
                    accepted.configureBlocking(true);
                    ByteBuffer all = ByteBuffer.allocate(100);
                    while (all.hasRemaining()) {
                        accepted.read(all);
                    }
                    accepted.close();
                }
            }
        }
        while (!selector.keys().isEmpty()) {
            selector.wakeup();
        }
        selector.close();
        selecting.join();
    }
}

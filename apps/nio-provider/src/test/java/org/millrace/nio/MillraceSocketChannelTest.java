package org.millrace.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.millrace.testkit.Eventually;

/** Channels as java.nio specifies them, between two hosts of this process. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class MillraceSocketChannelTest {
    private static TwoHosts hosts;
    private static MillraceSelectorProvider serving;
    private static MillraceSelectorProvider asking;

    private ServerSocketChannel server;

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
    void listen() throws IOException {
        server = serving.openServerSocketChannel().bind(new InetSocketAddress(TwoHosts.SERVER, 0));
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    private SocketChannel connect() throws IOException {
        SocketChannel channel = asking.openSocketChannel();
        assertThat(channel.connect(server.getLocalAddress())).isTrue();
        return channel;
    }

    private interface Action<T> {
        T run() throws Exception;
    }

    private static <T> CompletableFuture<T> async(Action<T> action) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                result.complete(action.run());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    private static byte[] noise(int bytes, long seed) {
        byte[] noise = new byte[bytes];
        new SplittableRandom(seed).nextBytes(noise);
        return noise;
    }

    private static byte[] readAll(SocketChannel channel) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(4 << 20);
        int bytes;
        do {
            bytes = channel.read(all);
        } while (bytes >= 0);
        return Arrays.copyOf(all.array(), all.position());
    }

    @Test
    void blockingChannelsExchangeMoreThanTheBuffersHold() throws Exception {
        byte[] there = noise(1 << 20, 1);
        byte[] back = noise(1_234_567, 2);
        try (SocketChannel client = connect(); SocketChannel accepted = server.accept()) {
            CompletableFuture<byte[]> heard = async(() -> readAll(accepted));
            CompletableFuture<byte[]> answered = async(() -> readAll(client));
            CompletableFuture<Integer> answer = async(() -> {
                int bytes = accepted.write(ByteBuffer.wrap(back));
                accepted.shutdownOutput();
                return bytes;
            });
            assertThat(client.write(ByteBuffer.wrap(there))).isEqualTo(there.length);
            client.shutdownOutput();
            assertThat(answer.get()).isEqualTo(back.length);
            assertThat(heard.get()).isEqualTo(there);
            assertThat(answered.get()).isEqualTo(back);
        }
    }

    @Test
    void halfCloseLeavesTheOtherWayOpen() throws Exception {
        try (SocketChannel client = connect(); SocketChannel accepted = server.accept()) {
            client.shutdownOutput();
            assertThat(accepted.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            assertThatThrownBy(() -> client.write(ByteBuffer.allocate(1))).isInstanceOf(ClosedChannelException.class);
            accepted.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
            assertThat(client.read(ByteBuffer.allocate(10))).isEqualTo(3);
            client.shutdownInput();
            assertThat(client.read(ByteBuffer.allocate(10))).isEqualTo(-1);
            assertThat(client.socket().isInputShutdown()).isTrue();
            assertThat(client.socket().isOutputShutdown()).isTrue();
        }
    }

    @Test
    void scattersAndGathers() throws Exception {
        try (SocketChannel client = connect(); SocketChannel accepted = server.accept()) {
            ByteBuffer[] sources = {ByteBuffer.wrap(new byte[] {9}), ByteBuffer.wrap(new byte[] {1, 2}),
                ByteBuffer.allocateDirect(0), ByteBuffer.wrap(new byte[] {3, 4, 5})};
            assertThat(client.write(sources, 1, 3)).isEqualTo(5);
            assertThat(sources[0].remaining()).isEqualTo(1);
            ByteBuffer[] destinations = {ByteBuffer.allocate(2), ByteBuffer.allocateDirect(10)};
            long bytes = 0;
            while (bytes < 5) {
                bytes += accepted.read(destinations);
            }
            assertThat(destinations[0].array()).containsExactly(1, 2);
            assertThat(destinations[1].flip()).isEqualTo(ByteBuffer.wrap(new byte[] {3, 4, 5}));
            assertThatThrownBy(() -> accepted.read(ByteBuffer.allocate(1).asReadOnlyBuffer()))
                .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> client.write(sources, 2, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void stateExceptionsAreTheSpecifiedOnes() throws Exception {
        SocketChannel channel = asking.openSocketChannel();
        assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(1))).isInstanceOf(NotYetConnectedException.class);
        assertThatThrownBy(() -> channel.write(ByteBuffer.allocate(1))).isInstanceOf(NotYetConnectedException.class);
        assertThatThrownBy(channel::shutdownInput).isInstanceOf(NotYetConnectedException.class);
        assertThatThrownBy(channel::finishConnect).isInstanceOf(NoConnectionPendingException.class);
        assertThatThrownBy(() -> channel.connect(UnixDomainSocketAddress.of("/nowhere")))
            .isInstanceOf(UnsupportedAddressTypeException.class);
        assertThatThrownBy(() -> channel.connect(InetSocketAddress.createUnresolved("nowhere.invalid", 1)))
            .isInstanceOf(UnresolvedAddressException.class);
        assertThat(channel.getRemoteAddress()).isNull();
        assertThat(channel.getLocalAddress()).isNull();
        channel.bind(new InetSocketAddress(TwoHosts.CLIENT, 0));
        assertThatThrownBy(() -> channel.bind(null)).isInstanceOf(AlreadyBoundException.class);
        channel.connect(server.getLocalAddress());
        assertThat(channel.finishConnect()).isTrue();
        assertThat(((InetSocketAddress) channel.getLocalAddress()).getAddress().getHostAddress()).isEqualTo(TwoHosts.CLIENT);
        assertThatThrownBy(() -> channel.connect(server.getLocalAddress())).isInstanceOf(AlreadyConnectedException.class);
        channel.close();
        channel.close();
        assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(1))).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(channel::getLocalAddress).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.getOption(StandardSocketOptions.TCP_NODELAY))
            .isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void serverStateExceptionsAreTheSpecifiedOnes() throws Exception {
        ServerSocketChannel other = serving.openServerSocketChannel();
        assertThatThrownBy(other::accept).isInstanceOf(NotYetBoundException.class);
        assertThatThrownBy(() -> other.bind(server.getLocalAddress())).isInstanceOf(BindException.class)
            .hasMessageContaining("instance 'server'");
        assertThatThrownBy(() -> other.bind(new InetSocketAddress("10.1.2.3", 80))).isInstanceOf(BindException.class);
        other.bind(null);
        assertThatThrownBy(() -> other.bind(null)).isInstanceOf(AlreadyBoundException.class);
        other.configureBlocking(false);
        assertThat(other.accept()).isNull();
        assertThatThrownBy(() -> other.socket().accept()).isInstanceOf(IllegalBlockingModeException.class);
        other.close();
        assertThatThrownBy(other::accept).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void whereNobodyListensConnectIsRefusedAndTheChannelClosed() throws Exception {
        SocketChannel channel = asking.openSocketChannel();
        assertThatThrownBy(() -> channel.connect(new InetSocketAddress(TwoHosts.SERVER, 9)))
            .isInstanceOf(ConnectException.class).hasMessageContaining("instance 'client'");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void nonBlockingConnectIsPendingUntilFinished() throws Exception {
        try (SocketChannel channel = asking.openSocketChannel()) {
            channel.configureBlocking(false);
            assertThat(channel.connect(server.getLocalAddress())).isFalse();
            assertThat(channel.isConnectionPending()).isTrue();
            assertThatThrownBy(() -> channel.connect(server.getLocalAddress())).isInstanceOf(ConnectionPendingException.class);
            assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(1))).isInstanceOf(NotYetConnectedException.class);
            channel.configureBlocking(true);
            assertThat(channel.finishConnect()).isTrue();
            assertThat(channel.isConnected()).isTrue();
            channel.configureBlocking(false);
            assertThat(channel.read(ByteBuffer.allocate(1))).isZero();
        }
    }

    @Test
    void nonBlockingWriteTakesWhatFits() throws Exception {
        try (SocketChannel client = connect(); SocketChannel accepted = server.accept()) {
            client.configureBlocking(false);
            ByteBuffer large = ByteBuffer.allocate(1 << 20);
            int written = client.write(large);
            assertThat(written).isBetween(1, (1 << 20) - 1);
            assertThat(large.position()).isEqualTo(written);
            assertThat(accepted.read(ByteBuffer.allocate(100))).isEqualTo(100);
        }
    }

    private static void awaitBlocked(AtomicReference<Thread> thread) {
        Eventually.holds(() -> thread.get() != null && (thread.get().getState() == Thread.State.WAITING
            || thread.get().getState() == Thread.State.TIMED_WAITING), () -> "not blocked: " + thread);
    }

    private static Throwable failureOf(CompletableFuture<?> future) {
        return ((ExecutionException) catchThrowable(future::get)).getCause();
    }

    @Test
    void closingEndsBlockedReadWriteAndAccept() throws Exception {
        SocketChannel client = connect();
        SocketChannel accepted = server.accept();
        AtomicReference<Thread> reader = new AtomicReference<>();
        AtomicReference<Thread> writer = new AtomicReference<>();
        AtomicReference<Thread> acceptor = new AtomicReference<>();
        CompletableFuture<Integer> reading = async(() -> {
            reader.set(Thread.currentThread());
            return client.read(ByteBuffer.allocate(1));
        });
        CompletableFuture<Integer> writing = async(() -> {
            writer.set(Thread.currentThread());
            while (true) {
                client.write(ByteBuffer.allocate(1 << 20));
            }
        });
        CompletableFuture<SocketChannel> accepting = async(() -> {
            acceptor.set(Thread.currentThread());
            return server.accept();
        });
        awaitBlocked(reader);
        awaitBlocked(writer);
        awaitBlocked(acceptor);
        client.close();
        server.close();
        assertThat(failureOf(reading)).isInstanceOf(AsynchronousCloseException.class);
        assertThat(failureOf(writing)).isInstanceOf(ClosedChannelException.class); // in or before its next write
        assertThat(failureOf(accepting)).isInstanceOf(AsynchronousCloseException.class);
        accepted.close();
    }

    @Test
    void interruptClosesTheChannelOfABlockedThread() throws Exception {
        SocketChannel client = connect();
        AtomicReference<Thread> reader = new AtomicReference<>();
        CompletableFuture<Integer> reading = async(() -> {
            reader.set(Thread.currentThread());
            return client.read(ByteBuffer.allocate(1));
        });
        awaitBlocked(reader);
        reader.get().interrupt();
        assertThat(failureOf(reading)).isInstanceOf(ClosedByInterruptException.class);
        assertThat(client.isOpen()).isFalse();

        Thread.currentThread().interrupt();
        assertThatThrownBy(server::accept).isInstanceOf(ClosedByInterruptException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void interruptOfATimedReadClosesToo() throws Exception {
        SocketChannel client = connect();
        client.socket().setSoTimeout(60_000);
        AtomicReference<Thread> reader = new AtomicReference<>();
        CompletableFuture<Boolean> reading = async(() -> {
            reader.set(Thread.currentThread());
            assertThatThrownBy(() -> client.socket().getInputStream().read()).isInstanceOf(ClosedByInterruptException.class);
            return Thread.currentThread().isInterrupted();
        });
        awaitBlocked(reader);
        reader.get().interrupt();
        assertThat(reading.get()).isTrue();
    }

    @Test
    void closeWithLingerOfZeroResets() throws Exception {
        try (SocketChannel client = connect()) {
            SocketChannel accepted = server.accept();
            accepted.setOption(StandardSocketOptions.SO_LINGER, 0);
            accepted.close();
            assertThatThrownBy(() -> client.read(ByteBuffer.allocate(1))).isInstanceOf(IOException.class)
                .hasMessageContaining("instance 'client'");
        }
    }

    @Test
    void socketViewIsTheChannel() throws Exception {
        try (SocketChannel client = asking.openSocketChannel()) {
            Socket socket = client.socket();
            assertThat(client.socket()).isSameAs(socket);
            assertThat(socket.getChannel()).isSameAs(client);
            assertThat(socket.isConnected()).isFalse();
            assertThat(socket.getLocalPort()).isEqualTo(-1);
            socket.setTcpNoDelay(true);
            assertThat(client.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
            socket.connect(server.getLocalAddress(), 10_000);
            assertThat(socket.getPort()).isEqualTo(server.socket().getLocalPort());
            assertThat(socket.getInetAddress().getHostAddress()).isEqualTo(TwoHosts.SERVER);
            Socket other = server.socket().accept();
            assertThat(other.getRemoteSocketAddress()).isEqualTo(client.getLocalAddress());
            other.getOutputStream().write(new byte[] {5, -1});
            InputStream input = socket.getInputStream();
            assertThat(input.read()).isEqualTo(5);
            assertThat(input.read()).isEqualTo(255);
            socket.setSoTimeout(1);
            assertThatThrownBy(input::read).isInstanceOf(SocketTimeoutException.class);
            client.configureBlocking(false);
            assertThatThrownBy(input::read).isInstanceOf(IllegalBlockingModeException.class);
            other.close();
            assertThat(other.isClosed()).isTrue();
        }
    }

    @Test
    void serverSocketAcceptTimesOut() throws Exception {
        server.socket().setSoTimeout(1);
        assertThatThrownBy(() -> server.socket().accept()).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void optionsAreKeptAndUnknownOnesRefused() throws Exception {
        try (SocketChannel channel = asking.openSocketChannel()) {
            assertThat(channel.supportedOptions()).contains(StandardSocketOptions.SO_SNDBUF, StandardSocketOptions.SO_LINGER);
            channel.setOption(StandardSocketOptions.SO_SNDBUF, 8192);
            assertThat(channel.getOption(StandardSocketOptions.SO_SNDBUF)).isEqualTo(8192);
            assertThatThrownBy(() -> channel.setOption(StandardSocketOptions.SO_SNDBUF, -1))
                .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> channel.getOption(StandardSocketOptions.IP_MULTICAST_TTL))
                .isInstanceOf(UnsupportedOperationException.class);
        }
        assertThat(server.getOption(StandardSocketOptions.SO_REUSEADDR)).isTrue();
    }

    @Test
    void loopbackGoesOverTheKernel() throws Exception {
        try (ServerSocketChannel here = serving.openServerSocketChannel().bind(new InetSocketAddress("127.0.0.1", 0));
             SocketChannel client = asking.openSocketChannel()) {
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            client.connect(here.getLocalAddress());
            assertThat(client).hasToString("MillraceSocketChannel[connected over the kernel]");
            assertThat(client.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
            try (SocketChannel accepted = here.accept()) {
                client.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
                assertThat(accepted.read(ByteBuffer.allocate(10))).isEqualTo(3);
                CompletableFuture<Integer> reading = async(() -> accepted.socket().getInputStream().read());
                client.socket().getOutputStream().write(7);
                assertThat(reading.get()).isEqualTo(7);
            }
            assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
        SocketChannel refused = asking.openSocketChannel();
        assertThatThrownBy(() -> refused.connect(new InetSocketAddress("127.0.0.1", 1))).isInstanceOf(ConnectException.class);
        assertThat(refused.isOpen()).isFalse();
    }

    @Test
    void failedBindDecidesNothing() throws Exception {
        try (ServerSocketChannel here = serving.openServerSocketChannel().bind(new InetSocketAddress("127.0.0.1", 0));
             SocketChannel client = asking.openSocketChannel()) {
            assertThatThrownBy(() -> client.bind(here.getLocalAddress())).isInstanceOf(BindException.class);
            assertThat(client.getLocalAddress()).isNull();
            assertThat(client.connect(server.getLocalAddress())).isTrue();
            assertThat(client).hasToString("MillraceSocketChannel[connected over Millrace]");
        }
    }

    @Test
    void otherFamiliesStayWithTheKernel() throws Exception {
        try (SocketChannel unix = asking.openSocketChannel(StandardProtocolFamily.UNIX)) {
            assertThat(unix.provider()).isSameAs(asking.kernel());
        }
        try (SocketChannel inet = asking.openSocketChannel(StandardProtocolFamily.INET)) {
            assertThat(inet.provider()).isSameAs(asking);
        }
        assertThat(asking.inheritedChannel()).isNull();
    }

    @Test
    void manyThreadsShareOneContext() throws Exception {
        int pairs = 8;
        CompletableFuture<?>[] all = new CompletableFuture<?>[2 * pairs];
        for (int i = 0; i < pairs; i++) {
            SocketChannel client = connect();
            SocketChannel accepted = server.accept();
            byte[] sent = noise(300_000 + i, i);
            all[2 * i] = async(() -> {
                client.write(ByteBuffer.wrap(sent));
                client.shutdownOutput();
                assertThat(readAll(client)).isEqualTo(sent);
                client.close();
                return null;
            });
            all[2 * i + 1] = async(() -> {
                accepted.write(ByteBuffer.wrap(readAll(accepted)));
                accepted.close();
                return null;
            });
        }
        CompletableFuture.allOf(all).get();
    }
}

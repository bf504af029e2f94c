package org.millrace.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketChannelConfig;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.channels.ConnectionPendingException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.millrace.runtime.Instance;
import org.millrace.testkit.Eventually;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class MillraceSocketChannelTest {
    private static TwoHosts hosts;
    private static EventLoopGroup boss;
    private static EventLoopGroup workers;
    private static EventLoopGroup clients;

    private final List<Channel> opened = new ArrayList<>();
    private final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();

    @BeforeAll
    static void start() {
        hosts = new TwoHosts();
        boss = hosts.serverLoops(1);
        workers = hosts.serverLoops(2);
        clients = hosts.clientLoops(2);
    }

    @AfterAll
    static void stop() {
        for (EventLoopGroup group : List.of(clients, boss, workers)) {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        }
        hosts.close();
    }

    @AfterEach
    void closeChannels() {
        opened.forEach(channel -> channel.close().awaitUninterruptibly());
    }

    private interface Handlers {
        ChannelHandler make();
    }

    private Channel serve(Handlers handlers) {
        Channel channel = new ServerBootstrap().group(boss, workers).channel(MillraceServerSocketChannel.class)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childHandler(new ChannelInitializer<>() {
                @Override
                protected void initChannel(Channel child) {
                    child.pipeline().addLast(handlers.make());
                    accepted.add(child);
                }
            }).bind(TwoHosts.anyPort()).syncUninterruptibly().channel();
        opened.add(channel);
        return channel;
    }

    private Bootstrap client(ChannelHandler handler) {
        return new Bootstrap().group(clients).channel(MillraceSocketChannel.class).handler(handler)
            .option(ChannelOption.ALLOW_HALF_CLOSURE, true);
    }

    private Channel connect(Channel server, ChannelHandler handler) {
        Channel channel = client(handler).connect(server.localAddress()).syncUninterruptibly().channel();
        opened.add(channel);
        return channel;
    }

    @Test
    void optionsReachTheConnections() throws Exception {
        ServerBootstrap serving = new ServerBootstrap().group(boss, workers).channel(MillraceServerSocketChannel.class)
            .childOption(ChannelOption.TCP_NODELAY, false)
            .childOption(ChannelOption.valueOf("io.netty.channel.epoll.EpollChannelOption#TCP_CORK"), true)
            .childHandler(new Echo());
        Channel server = serving.bind(TwoHosts.anyPort()).syncUninterruptibly().channel();
        opened.add(server);
        Channel channel = client(new Echo()).option(ChannelOption.IP_TOS, 0xb8).option(MillraceChannelOption.TCP_USER_TIMEOUT, 3_000)
            .connect(server.localAddress()).syncUninterruptibly().channel();
        opened.add(channel);
        assertDetail(hosts.server, " nagle cork ");
        assertDetail(hosts.client, " dscp=46 user-timeout=3000ms ");
        channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
        channel.config().setOption(MillraceChannelOption.TCP_KEEPIDLE, 30);
        assertDetail(hosts.client, " keepalive=30s ");
        channel.config().setOption(ChannelOption.SO_KEEPALIVE, false);
        Eventually.holds(() -> hosts.client.status().connections().stream().noneMatch(c -> c.detail().contains("keepalive")),
            hosts.client::status);
        ((SocketChannelConfig) channel.config()).setTrafficClass(0x28);
        assertDetail(hosts.client, " dscp=10 ");
        assertThat(channel.config().getOption(MillraceChannelOption.TCP_USER_TIMEOUT)).isEqualTo(3_000);
        assertThatThrownBy(() -> channel.config().setOption(MillraceChannelOption.TCP_KEEPCNT, 0))
            .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void acceptedStreamsHaveTheirListenersReceiveBufferUnlessTheyHaveTheirOwn() throws Exception {
        Channel server = serve(Echo::new);
        server.config().setOption(ChannelOption.SO_RCVBUF, 48 << 10);
        connect(server, new Echo());
        Channel child = accepted.take();
        assertThat(child.config().getOption(ChannelOption.SO_RCVBUF)).isEqualTo(48 << 10);
        assertDetail(hosts.server, " rcvbuf=49152 ");
        child.config().setOption(ChannelOption.SO_RCVBUF, 40 << 10);
        assertDetail(hosts.server, " rcvbuf=40960 ");
        assertThatThrownBy(() -> server.config().setOption(ChannelOption.SO_RCVBUF, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThat(server.config().getOption(ChannelOption.SO_RCVBUF)).isEqualTo(48 << 10);
    }

    private static void assertDetail(Instance host, String wanted) throws Exception {
        Eventually.holds(() -> host.status().connections().stream().anyMatch(c -> (c.detail() + " ").contains(wanted)),
            () -> wanted + " in " + host.status().connections());
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.write(message);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done ->
                    ((DuplexChannel) context.channel()).shutdownOutput());
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    /** Checks that what arrives is the generator's sequence. */
    private static final class Sink extends ChannelInboundHandlerAdapter {
        final CRC32C crc = new CRC32C();
        final CompletableFuture<Long> end = new CompletableFuture<>();
        final CompletableFuture<Throwable> failure = new CompletableFuture<>();
        final CompletableFuture<Void> inactive = new CompletableFuture<>();
        final BlockingQueue<Integer> reads = new LinkedBlockingQueue<>();
        volatile long bytes;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf buffer = (ByteBuf) message;
            crc.update(buffer.nioBuffer());
            bytes += buffer.readableBytes();
            reads.add(buffer.readableBytes());
            buffer.release();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                end.complete(bytes);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            inactive.complete(null);
            end.complete(bytes);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            failure.complete(cause);
        }
    }

    private static byte[] random(int bytes) {
        byte[] data = new byte[bytes];
        new SplittableRandom(1).nextBytes(data);
        return data;
    }

    private static long crc(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        return crc.getValue();
    }

    @Test
    void echoesWhatIsLargerThanEveryBufferAndEndsBothWays() throws Exception {
        Channel server = serve(Echo::new);
        Sink sink = new Sink();
        Channel channel = connect(server, sink);
        byte[] data = random(3_000_000);
        channel.writeAndFlush(Unpooled.wrappedBuffer(data)).addListener(done ->
            ((DuplexChannel) channel).shutdownOutput());
        assertThat(sink.end.get()).isEqualTo(data.length);
        assertThat(sink.crc.getValue()).isEqualTo(crc(data));
    }

    @Test
    void addressesAreThoseOfTheStream() throws Exception {
        Channel server = serve(Echo::new);
        Channel channel = connect(server, new Sink());
        Channel child = accepted.take();
        assertThat(server.localAddress()).isEqualTo(new InetSocketAddress(TwoHosts.SERVER,
            ((InetSocketAddress) server.localAddress()).getPort()));
        assertThat(channel.remoteAddress()).isEqualTo(server.localAddress());
        assertThat(child.localAddress()).isEqualTo(server.localAddress());
        assertThat(child.remoteAddress()).isEqualTo(channel.localAddress());
        assertThat(child.parent()).isSameAs(server);
    }

    @Test
    void manyChannelsEchoAtOnce() throws Exception {
        Channel server = serve(Echo::new);
        byte[] data = random(20_000);
        List<Sink> sinks = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Sink sink = new Sink();
            sinks.add(sink);
            client(sink).connect(server.localAddress()).addListener(connected -> {
                DuplexChannel channel = (DuplexChannel) ((io.netty.channel.ChannelFuture) connected).channel();
                channel.writeAndFlush(Unpooled.wrappedBuffer(data)).addListener(done -> channel.shutdownOutput());
            });
        }
        for (Sink sink : sinks) {
            assertThat(sink.end.get()).isEqualTo(data.length);
            assertThat(sink.crc.getValue()).isEqualTo(crc(data));
        }
    }

    @Test
    void refusedConnectIsAConnectException() {
        assertThatThrownBy(() -> client(new Sink()).connect(new InetSocketAddress(TwoHosts.SERVER, 9)).sync())
            .isInstanceOf(ConnectException.class).hasMessageContaining("10.9.0.1:9").hasMessageContaining("refused");
    }

    @Test
    void secondConnectFailsAndTheFirstGoesOn() throws Exception {
        Channel server = serve(Echo::new);
        Channel channel = client(new Sink()).register().sync().channel();
        opened.add(channel);
        List<ChannelFuture> both = channel.eventLoop().submit(() ->
            List.of(channel.connect(server.localAddress()), channel.connect(server.localAddress()))).get();
        assertThat(both.get(1).await().cause()).isInstanceOf(ConnectionPendingException.class);
        both.get(0).sync();
        assertThat(channel.isActive()).isTrue();
    }

    @Test
    void boundAddressIsRefusedAgainWithABindException() {
        Channel server = serve(Echo::new);
        assertThatThrownBy(() -> new ServerBootstrap().group(boss, workers).channel(MillraceServerSocketChannel.class)
            .childHandler(new Echo()).bind(server.localAddress()).sync())
            .isInstanceOf(java.net.BindException.class).hasMessageContaining("in use");
    }

    @Test
    void resetIsToldToWhoDoesNotRead() throws Exception {
        Channel server = serve(Echo::new);
        Sink sink = new Sink();
        Channel channel = client(sink).option(ChannelOption.AUTO_READ, false).connect(server.localAddress())
            .syncUninterruptibly().channel();
        opened.add(channel);
        Channel child = accepted.take();
        child.config().setOption(ChannelOption.SO_LINGER, 0);
        child.close();
        assertThat(sink.failure.get()).isInstanceOf(IOException.class).hasMessageContaining("reset");
        sink.inactive.get();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void slowReaderStopsTheWriterAtItsWaterMark() throws Exception {
        Sink sink = new Sink();
        Channel server = serve(() -> sink);
        Channel channel = connect(server, new Sink());
        Channel child = accepted.take();
        child.config().setAutoRead(false);
        byte[] chunk = random(64 << 10);
        long written = 0;
        while (channel.isWritable()) {
            channel.writeAndFlush(Unpooled.wrappedBuffer(chunk));
            written += chunk.length;
            channel.eventLoop().submit(() -> { }).sync();
        }
        assertThat(written).isGreaterThan(chunk.length);
        child.config().setAutoRead(true);
        CompletableFuture<Void> all = new CompletableFuture<>();
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done -> {
            ((DuplexChannel) channel).shutdownOutput();
            all.complete(null);
        });
        all.get();
        assertThat(sink.end.get()).isEqualTo(written);
    }

    @Test
    void gatheredBuffersArriveInOrder() throws Exception {
        Sink sink = new Sink();
        Channel server = serve(() -> sink);
        Channel channel = connect(server, new Sink());
        byte[] data = random(300_000);
        channel.eventLoop().submit(() -> {
            for (int at = 0; at < data.length; at += 100) {
                channel.write(at % 200 == 0 ? Unpooled.wrappedBuffer(data, at, 100)
                    : Unpooled.directBuffer(100).writeBytes(data, at, 100));
            }
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done ->
                ((DuplexChannel) channel).shutdownOutput());
        });
        assertThat(sink.end.get()).isEqualTo(data.length);
        assertThat(sink.crc.getValue()).isEqualTo(crc(data));
    }

    @Test
    void loopOfALostRuntimeServesTheNextOne() throws Exception {
        TwoHosts first = new TwoHosts();
        TwoHosts second = new TwoHosts();
        TwoHosts[] now = {first};
        EventLoopGroup loops = new io.netty.channel.MultiThreadIoEventLoopGroup(1,
            MillraceIoHandler.newFactory(() -> now[0].client.open(TwoHosts.SIZE)));
        try {
            Sink sink = new Sink();
            for (TwoHosts host : List.of(first, second)) {
                now[0] = host;
                EventLoopGroup servers = host.serverLoops(1);
                Channel server = new ServerBootstrap().group(servers).channel(MillraceServerSocketChannel.class)
                    .childHandler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel child) {
                            child.pipeline().addLast(new Echo());
                        }
                    }).bind(TwoHosts.anyPort()).syncUninterruptibly().channel();
                Sink asked = new Sink();
                sink = asked;
                Channel channel = new Bootstrap().group(loops).channel(MillraceSocketChannel.class).handler(asked)
                    .connect(server.localAddress()).syncUninterruptibly().channel();
                channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[10])).sync();
                int bytes = 0;
                while (bytes < 10) {
                    bytes += asked.reads.take();
                }
                host.client.close();
                assertThat(asked.failure.get()).isInstanceOf(IOException.class).hasMessageContaining("instance 'client'");
                asked.inactive.get();
                servers.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
            }
            assertThat(sink.bytes).isEqualTo(10);
            assertThatThrownBy(() -> new Bootstrap().group(loops).channel(MillraceSocketChannel.class)
                .handler(new Sink()).connect(TwoHosts.SERVER, 1).sync())
                .as("no runtime").isInstanceOf(IllegalStateException.class).hasMessageContaining("client is closed");
        } finally {
            loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
            first.close();
            second.close();
        }
    }
}

package org.millrace.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.millrace.testkit.Eventually;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class MillraceIoHandlerTest {
    private final TwoHosts hosts = new TwoHosts();
    private final EventLoopGroup servers = hosts.serverLoops(1);
    private final EventLoopGroup clients = hosts.clientLoops(2);
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    @AfterEach
    void stop() {
        clients.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        servers.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        hosts.close();
    }

    private static ChannelHandler echo() {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel child) {
                child.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext context, Object message) {
                        context.writeAndFlush(message);
                    }
                });
            }
        };
    }

    private ChannelHandler listener() {
        return new SimpleChannelInboundHandler<ByteBuf>() {
            @Override
            protected void channelRead0(ChannelHandlerContext context, ByteBuf message) {
                heard.add(message.toString(StandardCharsets.US_ASCII));
            }
        };
    }

    private Channel millrace() {
        SocketAddress at = new ServerBootstrap().group(servers).channel(MillraceServerSocketChannel.class)
            .childHandler(echo()).bind(TwoHosts.anyPort()).syncUninterruptibly().channel().localAddress();
        return new Bootstrap().group(clients.next()).channel(MillraceSocketChannel.class).handler(listener())
            .connect(at).syncUninterruptibly().channel();
    }

    private static void say(Channel channel, String text) {
        channel.writeAndFlush(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII)).syncUninterruptibly();
    }

    @Test
    void kernelAndMillraceShareALoopThatSleeps() throws InterruptedException {
        Channel millrace = millrace();
        SocketAddress at = new ServerBootstrap().group(servers).channel(NioServerSocketChannel.class)
            .childHandler(echo()).bind(InetAddress.getLoopbackAddress(), 0).syncUninterruptibly().channel().localAddress();
        Channel kernel = new Bootstrap().group(millrace.eventLoop()).channel(NioSocketChannel.class).handler(listener())
            .connect(at).syncUninterruptibly().channel();
        for (int i = 0; i < 50; i++) { // each answer is awaited, so every loop has slept before it comes
            say(millrace, "m" + i);
            assertThat(heard.take()).isEqualTo("m" + i);
            say(kernel, "k" + i);
            assertThat(heard.take()).isEqualTo("k" + i);
        }
    }

    @Test
    void channelComesBackToItsLoopAndGoesToNoOther() throws Exception {
        Channel channel = millrace();
        say(channel, "here");
        assertThat(heard.take()).isEqualTo("here");
        EventLoop first = channel.eventLoop();
        channel.deregister().sync();
        first.register(channel).sync();
        say(channel, "again");
        assertThat(heard.take()).isEqualTo("again");
        channel.deregister().sync();
        EventLoop next = clients.next();
        Throwable refused = (next == first ? clients.next() : next).register(channel).awaitUninterruptibly().cause();
        assertThat(refused).isInstanceOf(IllegalStateException.class).hasMessageContaining("stays in the loop");
    }

    @Test
    void acceptedStreamsOutliveTheLoopThatListens() throws Exception {
        EventLoopGroup boss = hosts.serverLoops(1);
        SocketAddress at = new ServerBootstrap().group(boss, servers).channel(MillraceServerSocketChannel.class)
            .childHandler(echo()).bind(TwoHosts.anyPort()).syncUninterruptibly().channel().localAddress();
        Channel channel = new Bootstrap().group(clients).channel(MillraceSocketChannel.class).handler(listener())
            .connect(at).sync().channel();
        say(channel, "before");
        assertThat(heard.take()).isEqualTo("before");
        boss.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        say(channel, "after");
        assertThat(heard.take()).isEqualTo("after");
    }

    /** The listener's channel is slow to pass the stream on, so the peer's bytes and its end come before. */
    @Test
    void whatArrivesBeforeTheHandoverIsHandedOver() throws Exception {
        EventLoopGroup boss = hosts.serverLoops(1);
        BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        BlockingQueue<String> ended = new LinkedBlockingQueue<>();
        SocketAddress at = new Bootstrap().group(boss).channelFactory(() -> new MillraceServerSocketChannel())
            .handler(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext context, Object child) {
                    accepted.add((Channel) child);
                }
            }).bind(TwoHosts.anyPort()).sync().channel().localAddress();
        Channel client = new Bootstrap().group(clients).channel(MillraceSocketChannel.class).handler(listener())
            .connect(at).sync().channel();
        byte[] sent = new byte[50_000];
        new Random(5).nextBytes(sent);
        client.writeAndFlush(Unpooled.wrappedBuffer(sent)).sync();
        ((SocketChannel) client).shutdownOutput().sync();
        Channel child = accepted.take();
        Eventually.holds(() -> hosts.server.status().receivedPayloadBytes() >= sent.length, hosts.server::status);
        ByteBuf received = Unpooled.buffer();
        child.pipeline().addLast(new SimpleChannelInboundHandler<ByteBuf>() {
            @Override
            protected void channelRead0(ChannelHandlerContext context, ByteBuf message) {
                received.writeBytes(message);
            }

            @Override
            public void channelInactive(ChannelHandlerContext context) {
                ended.add("ended");
            }
        });
        servers.register(child).sync();
        assertThat(ended.take()).isEqualTo("ended");
        assertThat(ByteBufUtil.getBytes(received)).isEqualTo(sent);
        boss.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }

    @Test
    void addressesDecideBetweenMillraceAndKernel() throws Exception {
        EventLoopGroup routed = new MultiThreadIoEventLoopGroup(1, MillraceIoHandler.newFactory(
            () -> hosts.server.open(TwoHosts.SIZE), Routes.of("10.0.0.0/8")));
        try (Socket nobody = new Socket()) {
            nobody.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)); // does not listen, and nobody else can
            ServerBootstrap server = new ServerBootstrap().group(routed).channel(MillraceServerSocketChannel.class)
                .childHandler(echo());
            SocketAddress over = server.bind(TwoHosts.anyPort()).sync().channel().localAddress();
            Channel kernel = server.bind(InetAddress.getLoopbackAddress(), 0).sync().channel();
            Channel millrace = new Bootstrap().group(clients).channel(MillraceSocketChannel.class).handler(listener())
                .connect(over).sync().channel();
            say(millrace, "millrace");
            assertThat(heard.take()).isEqualTo("millrace");
            Channel nio = new Bootstrap().group(clients).channel(NioSocketChannel.class).handler(listener())
                .connect(kernel.localAddress()).sync().channel();
            say(nio, "nio");
            assertThat(heard.take()).isEqualTo("nio");
            Channel out = new Bootstrap().group(routed).channel(MillraceSocketChannel.class).handler(listener())
                .connect(kernel.localAddress()).sync().channel();
            say(out, "kernel");
            assertThat(heard.take()).isEqualTo("kernel");
            Throwable refused = new Bootstrap().group(routed).channel(MillraceSocketChannel.class).handler(listener())
                .connect(nobody.getLocalSocketAddress()).awaitUninterruptibly().cause();
            assertThat(refused).isInstanceOf(ConnectException.class);
        } finally {
            routed.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }

    @Test
    void loopbackIsTheKernelsUnlessNamed() throws Exception {
        Channel kernel = new ServerBootstrap().group(servers).channel(MillraceServerSocketChannel.class)
            .childHandler(echo()).bind(InetAddress.getLoopbackAddress(), 0).sync().channel();
        Channel nio = new Bootstrap().group(clients).channel(NioSocketChannel.class).handler(listener())
            .connect(kernel.localAddress()).sync().channel();
        say(nio, "kernel");
        assertThat(heard.take()).isEqualTo("kernel");
        assertThat(Routes.DEFAULT.test(new InetSocketAddress("127.0.0.1", 1))).isFalse();
        assertThat(Routes.DEFAULT.test(new InetSocketAddress("::1", 1))).isFalse();
        assertThat(Routes.DEFAULT.test(new InetSocketAddress("fe80::1", 1))).isFalse();
        assertThat(Routes.DEFAULT.test(new InetSocketAddress("::", 1))).as("all interfaces").isTrue();
        assertThat(Routes.DEFAULT.test(new InetSocketAddress("198.51.100.7", 1))).isTrue();
        assertThat(Routes.of("0.0.0.0/0", "127.0.0.0/8").test(new InetSocketAddress("127.0.0.1", 1))).isTrue();
    }

    /** As DNS over TCP goes where DNS over UDP goes. */
    @Test
    void peersMayBeTheKernelsWhateverTheRoutesSay() throws Exception {
        EventLoopGroup routed = new MultiThreadIoEventLoopGroup(1, MillraceIoHandler.newFactory(() -> {
            throw new IOException("no context is needed");
        }, Routes.of("127.0.0.0/8")));
        try {
            InetSocketAddress kernel = (InetSocketAddress) new ServerBootstrap().group(servers)
                .channel(MillraceServerSocketChannel.class).childHandler(echo()).bind(InetAddress.getLoopbackAddress(), 0)
                .sync().channel().localAddress();
            Channel channel = new Bootstrap().group(routed).handler(listener())
                .channelFactory(() -> new MillraceSocketChannel(peer -> peer.getPort() == kernel.getPort()))
                .connect(kernel).sync().channel();
            say(channel, "kernel");
            assertThat(heard.take()).isEqualTo("kernel");
            assertThat(new Bootstrap().group(routed).channel(MillraceSocketChannel.class).handler(listener())
                .connect(kernel).awaitUninterruptibly().cause()).hasMessageContaining("no context is needed");
        } finally {
            routed.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }

    @Test
    void remoteAddressKeepsTheNameThatWasConnectedTo() throws Exception {
        Channel first = millrace();
        InetAddress named = InetAddress.getByAddress("server.test", InetAddress.ofLiteral(TwoHosts.SERVER).getAddress());
        InetSocketAddress at = new InetSocketAddress(named, ((InetSocketAddress) first.remoteAddress()).getPort());
        Channel channel = new Bootstrap().group(clients).channel(MillraceSocketChannel.class).handler(listener())
            .connect(at).sync().channel();
        assertThat(((InetSocketAddress) channel.remoteAddress()).getHostString()).isEqualTo("server.test");
    }

    @Test
    void addressOfAllInterfacesIsMillracesInEitherFamily() throws Exception {
        InetSocketAddress at = (InetSocketAddress) new ServerBootstrap().group(servers)
            .channel(MillraceServerSocketChannel.class).childHandler(echo())
            .bind(InetAddress.getByAddress(new byte[16]), 0).sync().channel().localAddress();
        assertThat(at.getAddress().getHostAddress()).isEqualTo("0.0.0.0");
        Channel channel = new Bootstrap().group(clients).channel(MillraceSocketChannel.class).handler(listener())
            .connect(TwoHosts.SERVER, at.getPort()).sync().channel();
        say(channel, "any");
        assertThat(heard.take()).isEqualTo("any");
    }

    @Test
    void twoListenersOfOneProcessShareAPortOnlyIfBothSaySo() throws Exception {
        EventLoopGroup others = hosts.serverLoops(1); // a context of its own
        try {
            ServerBootstrap first = new ServerBootstrap().group(servers).channel(MillraceServerSocketChannel.class)
                .childHandler(echo());
            ServerBootstrap second = new ServerBootstrap().group(others).channel(MillraceServerSocketChannel.class)
                .childHandler(echo());
            Channel alone = first.bind(TwoHosts.anyPort()).sync().channel();
            assertThat(second.bind(alone.localAddress()).awaitUninterruptibly().cause()).isInstanceOf(BindException.class);
            ServerBootstrap sharing = second.clone().option(MillraceServerSocketChannel.SO_REUSEPORT, true);
            assertThat(sharing.bind(alone.localAddress()).awaitUninterruptibly().cause()).isInstanceOf(BindException.class);
            alone.close().sync();
            Channel next = sharing.bind(alone.localAddress()).sync().channel();
            first.option(MillraceServerSocketChannel.SO_REUSEPORT, true).bind(next.localAddress()).sync();
        } finally {
            others.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }

    /** A runtime that is stopped takes seconds to say so; the loop has other channels. */
    @Test
    void loopGoesOnWhileItsContextIsOpened() throws Exception {
        CountDownLatch stopped = new CountDownLatch(1);
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, MillraceIoHandler.newFactory(() -> {
            stopped.await();
            throw new IOException("does not answer");
        }));
        ChannelFuture connecting = new Bootstrap().group(loop).channel(MillraceSocketChannel.class)
            .handler(listener()).connect(TwoHosts.SERVER, 80);
        ChannelFuture binding = new ServerBootstrap().group(loop).channel(MillraceServerSocketChannel.class)
            .childHandler(echo()).bind(TwoHosts.SERVER, 80);
        assertThat(loop.submit(() -> "free").get()).isEqualTo("free");
        assertThat(connecting.isDone()).isFalse();
        stopped.countDown();
        assertThat(connecting.awaitUninterruptibly().cause()).hasMessage("does not answer");
        assertThat(binding.awaitUninterruptibly().cause()).hasMessage("does not answer");
        loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }
}

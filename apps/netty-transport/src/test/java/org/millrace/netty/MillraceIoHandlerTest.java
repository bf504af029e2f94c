package org.millrace.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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
    void channelMovesToAnotherLoop() throws Exception {
        Channel channel = millrace();
        say(channel, "here");
        assertThat(heard.take()).isEqualTo("here");
        EventLoop first = channel.eventLoop();
        channel.deregister().sync();
        EventLoop next = clients.next();
        (next == first ? clients.next() : next).register(channel).sync();
        assertThat(channel.eventLoop()).isNotSameAs(first);
        say(channel, "there");
        assertThat(heard.take()).isEqualTo("there");
        channel.close().sync();
    }

    @Test
    void loopThatEndsTellsThoseWhoHaveItsStreams() throws Exception {
        EventLoopGroup boss = hosts.serverLoops(1);
        BlockingQueue<Throwable> told = new LinkedBlockingQueue<>();
        SocketAddress at = new ServerBootstrap().group(boss, servers).channel(MillraceServerSocketChannel.class)
            .childHandler(new ChannelInboundHandlerAdapter() {
                @Override
                public boolean isSharable() {
                    return true;
                }

                @Override
                public void channelActive(ChannelHandlerContext context) {
                    context.writeAndFlush(Unpooled.copiedBuffer("hello", StandardCharsets.US_ASCII));
                }

                @Override
                public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                    told.add(cause);
                }
            }).bind(TwoHosts.anyPort()).syncUninterruptibly().channel().localAddress();
        new Bootstrap().group(clients).channel(MillraceSocketChannel.class).handler(listener()).connect(at).sync();
        assertThat(heard.take()).isEqualTo("hello");
        boss.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        assertThat(told.take()).hasMessageContaining("this application closed its context");
    }
}

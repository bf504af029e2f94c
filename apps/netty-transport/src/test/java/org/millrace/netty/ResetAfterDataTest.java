package org.millrace.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;

/** A reset takes nothing away that had arrived before it. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class ResetAfterDataTest {
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(20);

    private final TwoHosts hosts = new TwoHosts();
    private final EventLoopGroup loops = hosts.serverLoops(1);
    private final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
    private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
    private int read;

    @AfterEach
    void stop() {
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        hosts.close();
    }

    @Test
    void whatHadArrivedIsReadAndThenTheChannelFails() throws Exception {
        InetSocketAddress at = (InetSocketAddress) new ServerBootstrap().group(loops).channel(MillraceServerSocketChannel.class)
            .childOption(ChannelOption.AUTO_READ, false)
            .childHandler(new ChannelInitializer<>() {
                @Override
                protected void initChannel(Channel child) {
                    child.pipeline().addLast(reader());
                    accepted.add(child);
                }
            }).bind(TwoHosts.anyPort()).sync().channel().localAddress();
        try (Toe client = Toe.open(hosts.client, TwoHosts.SIZE)) {
            StreamSocket stream = connect(client, at);
            Channel channel = accepted.take();
            stream.write(ByteBuffer.allocate(1000));
            assertThat(client.await(() -> stream.unacknowledged() == 0, PATIENCE_NS)).isTrue();
            stream.abort();
            connect(client, at); // on the same wire, behind the reset
            accepted.take();
            channel.config().setAutoRead(true);
            assertThat(failure.get()).isInstanceOf(IOException.class).hasMessageContaining("reset");
            assertThat(read).isEqualTo(1000);
            channel.closeFuture().sync();
        }
    }

    private SimpleChannelInboundHandler<ByteBuf> reader() {
        return new SimpleChannelInboundHandler<>() {
            @Override
            protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
                read += bytes.readableBytes();
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                failure.complete(cause);
            }
        };
    }

    private static StreamSocket connect(Toe client, InetSocketAddress to) {
        StreamSocket stream = client.connect(to);
        assertThat(client.await(stream::isConnected, PATIENCE_NS)).isTrue();
        return stream;
    }
}

package org.millrace.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Event loops over instances of two shards: every loop polls both, and sleeps for both. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class NettyShardsTest {
    private static final int CHANNELS = 16;

    private final TwoHosts hosts = new TwoHosts(2);
    private final EventLoopGroup boss = hosts.serverLoops(1);
    private final EventLoopGroup workers = hosts.serverLoops(2);
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final Queue<Integer> accepted = new ConcurrentLinkedQueue<>();

    @AfterEach
    void stop() {
        List.of(workers, boss).forEach(loops -> loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly());
        hosts.close();
    }

    private SocketAddress serve() {
        return new ServerBootstrap().group(boss, workers).channel(MillraceServerSocketChannel.class)
            .childHandler(new ChannelInitializer<SocketChannel>() {
                @Override
                protected void initChannel(SocketChannel child) {
                    child.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                        @Override
                        public void channelActive(ChannelHandlerContext context) {
                            accepted.add(((MillraceSocketChannel) context.channel()).shard());
                        }

                        @Override
                        public void channelRead(ChannelHandlerContext context, Object message) {
                            context.writeAndFlush(message);
                        }
                    });
                }
            }).bind(TwoHosts.anyPort()).syncUninterruptibly().channel().localAddress();
    }

    private Channel connect(EventLoopGroup clients, SocketAddress at, int port) {
        return new Bootstrap().group(clients).channel(MillraceSocketChannel.class)
            .handler(new SimpleChannelInboundHandler<ByteBuf>() {
                @Override
                protected void channelRead0(ChannelHandlerContext context, ByteBuf message) {
                    heard.add(message.toString(StandardCharsets.US_ASCII));
                }
            }).connect(at, port == 0 ? null : new InetSocketAddress(TwoHosts.CLIENT, port)).syncUninterruptibly().channel();
    }

    private void echo(Channel channel, String text) throws InterruptedException {
        channel.writeAndFlush(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII)).sync();
        assertThat(heard.take()).isEqualTo(text);
    }

    private static int shard(Channel channel) {
        return channel.eventLoop().submit(() -> ((MillraceSocketChannel) channel).shard()).syncUninterruptibly().getNow();
    }

    @Test
    void loopsServeStreamsOfBothShards() throws Exception {
        EventLoopGroup clients = hosts.clientLoops(1);
        try {
            SocketAddress at = serve();
            List<Integer> shards = new ArrayList<>();
            for (int i = 0; i < CHANNELS || !accepted.containsAll(List.of(0, 1)); i++) { // keys are random: each is of either shard
                Channel channel = connect(clients, at, i < CHANNELS / 2 ? 0 : 5000 + i);
                echo(channel, "one " + i); // awaited, so both loops have slept before
                echo(channel, "two " + i);
                shards.add(shard(channel));
                channel.close().sync();
            }
            assertThat(shards.subList(0, CHANNELS / 2)).as("in turn").containsExactly(0, 1, 0, 1, 0, 1, 0, 1);
            assertThat(accepted).hasSize(shards.size());
        } finally {
            clients.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }

    @Test
    void loopsThatAskForAShardOpenTheirStreamsThere() throws Exception {
        EventLoopGroup clients = new MultiThreadIoEventLoopGroup(2,
            MillraceIoHandler.withShardAffinity(MillraceIoHandler.newFactory(hosts.client, TwoHosts.SIZE)));
        try {
            SocketAddress at = serve();
            Map<Object, Set<Integer>> byLoop = new HashMap<>();
            for (int i = 0; i < 8; i++) {
                Channel channel = connect(clients, at, 0);
                echo(channel, "n" + i);
                byLoop.merge(channel.eventLoop(), Set.of(shard(channel)), (a, b) -> {
                    assertThat(a).isEqualTo(b);
                    return a;
                });
                channel.close().sync();
            }
            assertThat(byLoop.values().stream().flatMap(Set::stream).collect(Collectors.toSet())).containsExactly(0, 1);
        } finally {
            clients.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }
}

package org.millrace.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.millrace.api.context.ContextSize;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;

/** What was written and closed in order arrives, although the loops have ended before the peer reads. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class EndOfLoopsTest {
    private static final int BYTES = 200_000;
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(30);

    private final TwoHosts hosts = new TwoHosts();
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, MillraceIoHandler.newFactory(hosts.server));
    private final CountDownLatch closed = new CountDownLatch(1);

    @AfterEach
    void stop() {
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        hosts.close();
    }

    @Test
    void whatWasWrittenAndClosedOutlivesTheLoops() throws Exception {
        InetSocketAddress at = (InetSocketAddress) new ServerBootstrap().group(loops).channel(MillraceServerSocketChannel.class)
            .childHandler(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelActive(ChannelHandlerContext context) {
                    context.channel().closeFuture().addListener(done -> closed.countDown());
                    context.writeAndFlush(Unpooled.wrappedBuffer(numbers())).addListener(ChannelFutureListener.CLOSE);
                }
            }).bind(TwoHosts.anyPort()).sync().channel().localAddress();
        try (Toe client = Toe.open(hosts.client, new ContextSize(4, 8192, 8192, 64))) {
            StreamSocket stream = client.connect(at);
            assertThat(client.await(stream::isConnected, PATIENCE_NS)).isTrue();
            client.flush();
            closed.await();
            loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
            assertThat(readAll(client, stream)).isEqualTo(numbers());
        }
    }

    private static byte[] readAll(Toe client, StreamSocket stream) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(BYTES + 1);
        while (client.await(() -> stream.readable() > 0 || stream.isInputEnded(), PATIENCE_NS)) {
            if (stream.read(all) < 0) {
                break;
            }
        }
        byte[] bytes = new byte[all.position()];
        all.flip().get(bytes);
        return bytes;
    }

    private static byte[] numbers() {
        byte[] bytes = new byte[BYTES];
        for (int i = 0; i < BYTES; i++) {
            bytes[i] = (byte) (i * 31 + (i >> 8));
        }
        return bytes;
    }
}

package org.millrace.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.millrace.api.context.ContextSize;
import org.millrace.api.port.Port;
import org.millrace.api.port.PortFactory;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.netty.MillraceIoHandler;
import org.millrace.netty.MillraceServerSocketChannel;
import org.millrace.netty.MillraceSocketChannel;
import org.millrace.ports.MemoryPort;
import org.millrace.runtime.Instance;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.tcp.flextoe.FlexToeFactory;

/**
 * Netty's event loops over Millrace, when there is little to do: how long an echo takes when all sleep before it, beside
 * Netty's NIO over the kernel's loopback; and what 10,000 idle connections cost. Both hosts in this process, on a
 * memory port, a loop each.
 */
public final class EventLoops {
    private static final int ECHOES = 3_000;
    private static final int IDLE = 10_000;
    private static final long IDLE_SECONDS = 10;
    private static final ContextSize SIZE = new ContextSize(IDLE + 100, 4096, 4096, 16384);

    private final EventLoopGroup servers;
    private final EventLoopGroup clients;
    private final Class<? extends ServerChannel> listener;
    private final Class<? extends Channel> stream;

    private EventLoops(EventLoopGroup servers, EventLoopGroup clients, Class<? extends ServerChannel> listener,
                       Class<? extends Channel> stream) {
        this.servers = servers;
        this.clients = clients;
        this.listener = listener;
        this.stream = stream;
    }

    /**
     * Measures and prints.
     *
     * @param arguments none
     */
    public static void main(String[] arguments) {
        MemoryPort[] wire = MemoryPort.pair(Map.of());
        try (Instance a = instance("10.9.0.1", wire[0]); Instance b = instance("10.9.0.2", wire[1])) {
            EventLoops millrace = new EventLoops(
                new MultiThreadIoEventLoopGroup(1, MillraceIoHandler.newFactory(a, SIZE)),
                new MultiThreadIoEventLoopGroup(1, MillraceIoHandler.newFactory(b, SIZE)),
                MillraceServerSocketChannel.class, MillraceSocketChannel.class);
            EventLoops nio = new EventLoops(new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()),
                new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()), NioServerSocketChannel.class,
                NioSocketChannel.class);
            Channel over = millrace.listen(InetAddress.ofLiteral("10.9.0.1"));
            Channel kernel = nio.listen(InetAddress.getLoopbackAddress());
            for (int round = 0; round < 4; round++) {
                System.out.printf("echo, all asleep, median: Millrace %.1f us, NIO %.1f us%n",
                    millrace.echo(over.localAddress()), nio.echo(kernel.localAddress()));
            }
            millrace.idle(over.localAddress());
            millrace.close();
            nio.close();
        }
    }

    private static Instance instance(String address, Port port) {
        InstanceConfig config = InstanceConfig.parse(Map.of("instance", address, "hardware", BluefieldBackend.NAME,
            "transports", "tcp-flextoe", "port", "memory", "address", address + "/24"));
        return Instance.start(config, List.of(new BluefieldBackend()), List.of(new FlexToeFactory()),
            List.of(new PortFactory() {
                @Override
                public String kind() {
                    return "memory";
                }

                @Override
                public Port open(Map<String, String> options) {
                    return port;
                }
            }));
    }

    private Channel listen(InetAddress address) {
        return new ServerBootstrap().group(servers).channel(listener).childHandler(new Echo())
            .bind(new InetSocketAddress(address, 0)).syncUninterruptibly().channel();
    }

    @ChannelHandler.Sharable
    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.writeAndFlush(message);
        }
    }

    /** {@return median of a 64 B echo, us; each begins 200 us after the last, when all have gone to sleep} */
    private double echo(SocketAddress at) {
        SynchronousQueue<Long> answers = new SynchronousQueue<>();
        Channel channel = connect(at, new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) throws InterruptedException {
                long nowNs = System.nanoTime();
                ((ByteBuf) message).release();
                answers.offer(nowNs, 10, TimeUnit.SECONDS);
            }
        }).syncUninterruptibly().channel();
        long[] tripsNs = new long[ECHOES];
        try {
            for (int i = 0; i < ECHOES; i++) {
                LockSupport.parkNanos(200_000);
                long[] beganNs = new long[1];
                channel.eventLoop().execute(() -> {
                    beganNs[0] = System.nanoTime();
                    channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[64]));
                });
                tripsNs[i] = answers.take() - beganNs[0];
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        channel.close().syncUninterruptibly();
        Arrays.sort(tripsNs);
        return tripsNs[ECHOES / 2] / 1e3;
    }

    private ChannelFuture connect(SocketAddress at, ChannelHandler handler) {
        return new Bootstrap().group(clients).channel(stream).handler(handler).connect(at);
    }

    private void idle(SocketAddress at) {
        int threads = Thread.activeCount();
        List<ChannelFuture> connecting = new ArrayList<>();
        for (int i = 0; i < IDLE; i++) {
            ChannelFuture next = connect(at, new ChannelInboundHandlerAdapter());
            connecting.add(next);
            if (i % 64 == 63) {
                next.syncUninterruptibly();
            }
        }
        connecting.forEach(ChannelFuture::syncUninterruptibly);
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(3)); // delayed ACKs, the compiler
        long beforeNs = cpuNs();
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(IDLE_SECONDS));
        System.out.printf("%d idle connections for %d s: %.2f ms of CPU, all of the process; %d threads more%n",
            IDLE, IDLE_SECONDS, (cpuNs() - beforeNs) / 1e6, Thread.activeCount() - threads);
    }

    private static long cpuNs() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
            .getProcessCpuTime();
    }

    private void close() {
        clients.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        servers.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}

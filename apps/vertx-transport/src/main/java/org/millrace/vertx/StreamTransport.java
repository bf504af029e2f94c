package org.millrace.vertx;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.TcpConfig;
import io.vertx.core.spi.transport.Transport;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.millrace.api.context.ContextGrant;
import org.millrace.netty.ListenerWatch;
import org.millrace.netty.MillraceDatagramChannel;
import org.millrace.netty.MillraceIoHandler;
import org.millrace.netty.MillraceServerSocketChannel;
import org.millrace.netty.MillraceSocketChannel;

/**
 * Streams over Millrace as far as they are routed there, everything else as Vert.x's NIO transport has it; DNS too, over
 * either protocol.
 */
final class StreamTransport implements Transport {
    private static final int DNS_PORT = 53;

    private final Transport kernel = io.vertx.core.transport.Transport.NIO.implementation();
    private final Callable<ContextGrant> grants;
    private final Predicate<InetSocketAddress> routes;
    private final Predicate<InetSocketAddress> overHoma;
    private final ListenerWatch listeners;
    private final boolean datagrams;
    private final boolean affinity;
    private final IgnoredOptions ignored = new IgnoredOptions();

    StreamTransport(Callable<ContextGrant> grants, Predicate<InetSocketAddress> routes, Predicate<InetSocketAddress> overHoma,
                    ListenerWatch listeners, boolean datagrams, boolean affinity) {
        this.grants = grants;
        this.routes = routes;
        this.overHoma = overHoma;
        this.listeners = listeners;
        this.datagrams = datagrams;
        this.affinity = affinity;
    }

    @Override
    public boolean supportsDomainSockets() {
        return kernel.supportsDomainSockets();
    }

    /** {@return false} Vert.x reads files into buffers then, which are copied once into the transmit buffer. */
    @Override
    public boolean supportFileRegion() {
        return false;
    }

    @Override
    public java.net.SocketAddress convert(SocketAddress address) {
        return kernel.convert(address);
    }

    @Override
    public SocketAddress convert(java.net.SocketAddress address) {
        return kernel.convert(address);
    }

    @Override
    public IoHandlerFactory ioHandlerFactory() {
        IoHandlerFactory handlers = MillraceIoHandler.newFactory(grants, routes, overHoma);
        return affinity ? MillraceIoHandler.withShardAffinity(handlers) : handlers;
    }

    @Override
    @SuppressWarnings("deprecation") // Vert.x's own signature
    public DatagramChannel datagramChannel(InternetProtocolFamily family) {
        return datagrams ? new MillraceDatagramChannel() : kernel.datagramChannel(family);
    }

    /**
     * {@return a datagram channel of whatever family the first address has; what Vert.x 5.0 asks for instead of
     * {@link #datagramChannelFactory}}
     */
    public DatagramChannel datagramChannel() {
        return new NioDatagramChannel();
    }

    @Override
    public ChannelFactory<? extends DatagramChannel> datagramChannelFactory() {
        return kernel.datagramChannelFactory();
    }

    @Override
    public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
        return domainSocket ? kernel.channelFactory(true)
            : () -> new MillraceSocketChannel(peer -> peer.getPort() == DNS_PORT);
    }

    @Override
    public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
        return domainSocket ? kernel.serverChannelFactory(true)
            : () -> new MillraceServerSocketChannel(listeners);
    }

    /** Multicast options are set by the kernel's transport only. */
    @Override
    public void configure(DatagramChannel channel, DatagramSocketOptions options) {
        if (!(channel instanceof MillraceDatagramChannel)) {
            kernel.configure(channel, options);
        }
    }

    @Override
    public void configure(TcpConfig config, boolean domainSocket, Bootstrap bootstrap) {
        if (!domainSocket) {
            ignored.look(config);
            StreamOptions.pass(config, bootstrap::option);
        }
        kernel.configure(config, domainSocket, bootstrap);
    }

    @Override
    public void configure(TcpConfig config, boolean domainSocket, ServerBootstrap bootstrap) {
        if (!domainSocket) {
            ignored.look(config);
            StreamOptions.pass(config, bootstrap::childOption);
            bootstrap.option(MillraceServerSocketChannel.SO_REUSEPORT, config.isSoReusePort());
        }
        kernel.configure(config, domainSocket, bootstrap);
    }

    /** {@return the options without effect that an application has set} */
    IgnoredOptions ignored() {
        return ignored;
    }
}

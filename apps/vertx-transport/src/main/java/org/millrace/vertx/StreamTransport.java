package org.millrace.vertx;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.spi.transport.Transport;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.millrace.api.context.ContextGrant;
import org.millrace.netty.MillraceIoHandler;
import org.millrace.netty.MillraceServerSocketChannel;
import org.millrace.netty.MillraceSocketChannel;

/** Streams over Millrace as far as they are routed there, everything else as Vert.x's NIO transport has it. */
final class StreamTransport implements Transport {
    private final Transport kernel = io.vertx.core.transport.Transport.NIO.implementation();
    private final Callable<ContextGrant> grants;
    private final Predicate<InetSocketAddress> routes;

    StreamTransport(Callable<ContextGrant> grants, Predicate<InetSocketAddress> routes) {
        this.grants = grants;
        this.routes = routes;
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
        return MillraceIoHandler.newFactory(grants, routes);
    }

    @Override
    @SuppressWarnings("deprecation") // Vert.x's own signature
    public DatagramChannel datagramChannel(InternetProtocolFamily family) {
        return kernel.datagramChannel(family);
    }

    @Override
    public ChannelFactory<? extends DatagramChannel> datagramChannelFactory() {
        return kernel.datagramChannelFactory();
    }

    @Override
    public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
        return domainSocket ? kernel.channelFactory(true) : MillraceSocketChannel::new;
    }

    @Override
    public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
        return domainSocket ? kernel.serverChannelFactory(true) : MillraceServerSocketChannel::new;
    }
}

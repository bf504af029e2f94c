package org.millrace.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.RecvByteBufAllocator;
import java.net.SocketAddress;
import java.util.function.BiConsumer;

/**
 * A channel's operations, where binding is prepared first and takes place later: Netty's own binds at once or fails.
 *
 * <p>Owned by: the channel's loop.
 */
final class BindLater implements Channel.Unsafe {
    private final Channel.Unsafe own;
    private final BiConsumer<SocketAddress, Runnable> preparation;

    /** @param preparation gets the address, and what to call once Netty may bind */
    BindLater(Channel.Unsafe own, BiConsumer<SocketAddress, Runnable> preparation) {
        this.own = own;
        this.preparation = preparation;
    }

    @Override
    public void bind(SocketAddress local, ChannelPromise promise) {
        preparation.accept(local, () -> own.bind(local, promise));
    }

    @Override
    @SuppressWarnings("deprecation") // Netty's own signature
    public RecvByteBufAllocator.Handle recvBufAllocHandle() {
        return own.recvBufAllocHandle();
    }

    @Override
    public SocketAddress localAddress() {
        return own.localAddress();
    }

    @Override
    public SocketAddress remoteAddress() {
        return own.remoteAddress();
    }

    @Override
    public void register(EventLoop loop, ChannelPromise promise) {
        own.register(loop, promise);
    }

    @Override
    public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
        own.connect(remote, local, promise);
    }

    @Override
    public void disconnect(ChannelPromise promise) {
        own.disconnect(promise);
    }

    @Override
    public void close(ChannelPromise promise) {
        own.close(promise);
    }

    @Override
    public void closeForcibly() {
        own.closeForcibly();
    }

    @Override
    public void deregister(ChannelPromise promise) {
        own.deregister(promise);
    }

    @Override
    public void beginRead() {
        own.beginRead();
    }

    @Override
    public void write(Object message, ChannelPromise promise) {
        own.write(message, promise);
    }

    @Override
    public void flush() {
        own.flush();
    }

    @Override
    public ChannelPromise voidPromise() {
        return own.voidPromise();
    }

    @Override
    public ChannelOutboundBuffer outboundBuffer() {
        return own.outboundBuffer();
    }
}

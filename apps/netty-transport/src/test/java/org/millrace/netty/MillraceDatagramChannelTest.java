package org.millrace.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.NotYetConnectedException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class MillraceDatagramChannelTest {
    private final TwoHosts hosts = new TwoHosts();
    private final EventLoopGroup servers = hosts.serverLoops(1);
    private final EventLoopGroup clients = hosts.clientLoops(1);
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    @AfterEach
    void stop() {
        clients.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        servers.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        hosts.close();
    }

    private Channel echo(InetSocketAddress at) {
        return new Bootstrap().group(servers).channel(MillraceDatagramChannel.class)
            .handler(new SimpleChannelInboundHandler<DatagramPacket>() {
                @Override
                protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
                    context.writeAndFlush(new DatagramPacket(packet.content().retain(), packet.sender()));
                }
            }).bind(at).syncUninterruptibly().channel();
    }

    private Bootstrap listener() {
        return new Bootstrap().group(clients).channel(MillraceDatagramChannel.class)
            .handler(new SimpleChannelInboundHandler<DatagramPacket>() {
                @Override
                protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
                    heard.add(packet.sender().getPort() + " " + packet.content().toString(StandardCharsets.US_ASCII));
                }
            });
    }

    private static DatagramPacket packet(String text, InetSocketAddress to) {
        return new DatagramPacket(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII), to);
    }

    private void meet(Channel channel, InetSocketAddress to) throws InterruptedException {
        channel.writeAndFlush(packet("hello", to)).sync();
        assertThat(heard.take()).endsWith("hello");
    }

    @Test
    void datagramsGoThereAndBack() throws InterruptedException {
        InetSocketAddress at = (InetSocketAddress) echo(new InetSocketAddress(TwoHosts.SERVER, 7)).localAddress();
        Channel asker = listener().bind(new InetSocketAddress(TwoHosts.CLIENT, 0)).sync().channel();
        meet(asker, at);
        for (int i = 0; i < 200; i++) {
            asker.writeAndFlush(packet("x".repeat(i * 7) + i, at)).sync();
            assertThat(heard.take()).isEqualTo("7 " + "x".repeat(i * 7) + i);
        }
    }

    /** As Vert.x has it: active without an address, as NIO's is with this option. */
    @Test
    @SuppressWarnings("deprecation") // Netty's own option
    void writingBindsToAnyPort() throws InterruptedException {
        InetSocketAddress at = (InetSocketAddress) echo(new InetSocketAddress("0.0.0.0", 7)).localAddress();
        assertThat(at.getPort()).isEqualTo(7);
        Channel asker = listener().option(ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION, true).register().sync().channel();
        meet(asker, new InetSocketAddress(TwoHosts.SERVER, 7));
        assertThat(((InetSocketAddress) asker.localAddress()).getPort()).isPositive();
    }

    @Test
    void connectedChannelHearsItsPeerOnly() throws InterruptedException {
        InetSocketAddress at = (InetSocketAddress) echo(new InetSocketAddress(TwoHosts.SERVER, 7)).localAddress();
        Channel other = echo(new InetSocketAddress(TwoHosts.SERVER, 8));
        DatagramChannel asker = (DatagramChannel) listener().connect(at).sync().channel();
        meet(asker, at);
        assertThat(asker.isConnected()).isTrue();
        other.writeAndFlush(packet("uncalled", new InetSocketAddress(TwoHosts.CLIENT, asker.localAddress().getPort()))).sync();
        asker.writeAndFlush(Unpooled.copiedBuffer("called", StandardCharsets.US_ASCII)).sync();
        assertThat(heard.take()).isEqualTo("7 called");
        assertThat(heard).isEmpty();
    }

    @Test
    void takenPortIsABindException() {
        echo(new InetSocketAddress(TwoHosts.SERVER, 7));
        assertThatThrownBy(() -> echo(new InetSocketAddress(TwoHosts.SERVER, 7))).isInstanceOf(BindException.class)
            .hasMessageContaining("10.9.0.1:7");
    }

    @Test
    void datagramLongerThanTheBufferFailsAlone() throws InterruptedException {
        InetSocketAddress at = (InetSocketAddress) echo(new InetSocketAddress(TwoHosts.SERVER, 7)).localAddress();
        Channel asker = listener().bind(new InetSocketAddress(TwoHosts.CLIENT, 0)).sync().channel();
        meet(asker, at);
        assertThat(asker.writeAndFlush(packet("x".repeat(70_000), at)).await().cause()).isInstanceOf(IOException.class)
            .hasMessageContaining("70000");
        asker.writeAndFlush(packet("short", at)).sync();
        assertThat(heard.take()).isEqualTo("7 short");
    }

    @Test
    void bytesForNobodyFailAloneToo() throws InterruptedException {
        InetSocketAddress at = (InetSocketAddress) echo(new InetSocketAddress(TwoHosts.SERVER, 7)).localAddress();
        Channel asker = listener().bind(new InetSocketAddress(TwoHosts.CLIENT, 0)).sync().channel();
        assertThat(asker.writeAndFlush(Unpooled.copiedBuffer("whose?", StandardCharsets.US_ASCII)).await().cause())
            .isInstanceOf(NotYetConnectedException.class);
        asker.writeAndFlush(packet("yours", at)).sync();
        assertThat(heard.take()).isEqualTo("7 yours");
    }

    @Test
    void multicastIsRefusedInWords() throws Exception {
        DatagramChannel channel = (DatagramChannel) listener().bind(new InetSocketAddress(TwoHosts.CLIENT, 0)).sync().channel();
        assertThat(channel.joinGroup(InetAddress.getByName("224.0.0.251")).await().cause()).hasMessageContaining("no multicast");
    }
}

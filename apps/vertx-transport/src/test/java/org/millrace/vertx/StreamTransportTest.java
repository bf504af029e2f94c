package org.millrace.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.net.TcpConfig;
import io.vertx.core.net.TcpOption;
import org.junit.jupiter.api.Test;
import org.millrace.netty.ListenerWatch;
import org.millrace.netty.MillraceChannelOption;
import org.millrace.netty.MillraceServerSocketChannel;
import org.millrace.netty.Routes;

class StreamTransportTest {
    private final StreamTransport transport = new StreamTransport(() -> {
        throw new AssertionError("no context is needed");
    }, Routes.DEFAULT, address -> false, ListenerWatch.NONE, false, false);

    @Test
    @SuppressWarnings("deprecation") // Vert.x's own signature
    void multicastOptionsReachTheKernel() {
        DatagramChannel channel = transport.datagramChannel(InternetProtocolFamily.IPv4);
        try {
            transport.configure(channel, new DatagramSocketOptions().setMulticastTimeToLive(7)
                .setMulticastNetworkInterface("lo").setLoopbackModeDisabled(true));
            assertThat(channel.config().getTimeToLive()).isEqualTo(7);
            assertThat(channel.config().getNetworkInterface().getName()).isEqualTo("lo");
            assertThat(channel.config().isLoopbackModeDisabled()).isTrue();
        } finally {
            channel.unsafe().closeForcibly();
        }
    }

    @Test
    void reusePortIsHonoured() {
        ServerBootstrap server = new ServerBootstrap();
        transport.configure(new TcpConfig().setSoReusePort(true), false, server);
        assertThat(server.config().options()).containsEntry(MillraceServerSocketChannel.SO_REUSEPORT, true);
    }

    @Test
    void optionsOfStreamsArePassedOn() {
        TcpConfig config = new TcpConfig();
        config.setOption(TcpOption.CORK, true);
        config.setOption(TcpOption.USER_TIMEOUT, 3_000);
        config.setOption(TcpOption.KEEPIDLE, 60);
        ServerBootstrap server = new ServerBootstrap();
        transport.configure(config, false, server);
        assertThat(server.config().childOptions()).containsEntry(MillraceChannelOption.TCP_CORK, true)
            .containsEntry(MillraceChannelOption.TCP_USER_TIMEOUT, 3_000).containsEntry(MillraceChannelOption.TCP_KEEPIDLE, 60)
            .doesNotContainKey(MillraceChannelOption.TCP_KEEPCNT);
        assertThat(transport.ignored().said()).isEmpty();
    }

    @Test
    void optionsWithoutEffectAreSaidOnce() {
        transport.configure(new TcpConfig(), false, new ServerBootstrap());
        assertThat(transport.ignored().said()).isEmpty();
        TcpConfig config = new TcpConfig();
        config.setOption(TcpOption.QUICKACK, true);
        config.setOption(TcpOption.FASTOPEN_CONNECT, true);
        transport.configure(config, false, new Bootstrap());
        config.setOption(TcpOption.FASTOPEN, 5);
        transport.configure(config, false, new ServerBootstrap());
        assertThat(transport.ignored().said()).containsExactlyInAnyOrder("tcpQuickAck", "tcpFastOpenConnect", "tcpFastOpen");
    }
}

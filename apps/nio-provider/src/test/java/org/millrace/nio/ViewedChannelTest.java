package org.millrace.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import org.junit.jupiter.api.Test;

class ViewedChannelTest {
    @Test
    void unboundChannelHasNoAddress() throws IOException {
        try (ServerSocketChannel channel = KernelProvider.find().openServerSocketChannel()) {
            ViewedChannel viewed = new ViewedChannel(channel);
            assertThat(viewed.local()).isNull();
            assertThat(viewed.localPort()).isEqualTo(-1);
            channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            assertThat(viewed.local()).isEqualTo(channel.getLocalAddress());
            assertThat(viewed.localPort()).isEqualTo(viewed.local().getPort()).isPositive();
        }
    }

    @Test
    void closedChannelHasNoAddressAndItsOptionsFailAsASocketsDo() throws IOException {
        ServerSocketChannel channel = KernelProvider.find().openServerSocketChannel();
        channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).close();
        ViewedChannel viewed = new ViewedChannel(channel);
        assertThat(viewed.local()).isNull();
        assertThat(viewed.localPort()).isEqualTo(-1);
        assertThatThrownBy(() -> viewed.get(StandardSocketOptions.SO_RCVBUF)).isInstanceOf(SocketException.class)
            .hasMessage("Socket is closed");
        assertThatThrownBy(() -> viewed.set(StandardSocketOptions.SO_REUSEADDR, true))
            .isInstanceOf(SocketException.class).hasMessage("Socket is closed");
    }

    @Test
    void bufferHasASize() throws IOException {
        try (ServerSocketChannel channel = KernelProvider.find().openServerSocketChannel()) {
            ViewedChannel viewed = new ViewedChannel(channel);
            assertThatThrownBy(() -> viewed.setBytes(StandardSocketOptions.SO_RCVBUF, 0))
                .isInstanceOf(IllegalArgumentException.class).hasMessage("invalid buffer size 0");
            viewed.setBytes(StandardSocketOptions.SO_RCVBUF, 8192);
            assertThat(viewed.get(StandardSocketOptions.SO_RCVBUF)).isGreaterThanOrEqualTo(8192);
        }
    }
}

package org.millrace.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelOption;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;

class KernelStreamTest {
    @Test
    void trafficClassGoesBackToNone() throws Exception {
        MillraceSocketChannelConfig config = (MillraceSocketChannelConfig) new MillraceSocketChannel().config();
        try (SocketChannel socket = SocketChannel.open()) {
            socket.setOption(StandardSocketOptions.IP_TOS, 0x20);
            KernelStream stream = KernelStream.accepted(socket);
            stream.apply(config);
            assertThat(socket.getOption(StandardSocketOptions.IP_TOS)).as("nothing chosen").isEqualTo(0x20);
            config.setOption(ChannelOption.IP_TOS, 0xb8);
            stream.apply(config);
            assertThat(socket.getOption(StandardSocketOptions.IP_TOS)).isEqualTo(0xb8);
            config.setOption(ChannelOption.IP_TOS, 0);
            stream.apply(config);
            assertThat(socket.getOption(StandardSocketOptions.IP_TOS)).isZero();
        }
    }
}

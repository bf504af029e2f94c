package org.millrace.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.spi.SelectorProvider;
import org.junit.jupiter.api.Test;

/** Its keys are tested with the selectors that they are of. */
class KernelSideTest {
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final SelectorProvider jdk = KernelProvider.find();
    private final KernelSide<ServerSocketChannel> side = new KernelSide<>(Options.ofServer());

    @Test
    void optionsAreKeptUntilThereIsAChannelAndThenItsOwn() throws IOException {
        side.option(StandardSocketOptions.SO_REUSEADDR, false);
        assertThat(side.option(StandardSocketOptions.SO_REUSEADDR)).isFalse();
        try (ServerSocketChannel made = jdk.openServerSocketChannel()) {
            side.use(made, true, behind -> {
                assertThat(behind.getOption(StandardSocketOptions.SO_REUSEADDR)).as("before it is bound").isFalse();
                behind.bind(ANY_PORT);
            });
            assertThat(side.channel()).isSameAs(made);
            side.option(StandardSocketOptions.SO_REUSEADDR, true);
            assertThat(made.getOption(StandardSocketOptions.SO_REUSEADDR)).isTrue();
            made.setOption(StandardSocketOptions.SO_REUSEADDR, false);
            assertThat(side.option(StandardSocketOptions.SO_REUSEADDR)).isFalse();
        }
    }

    @Test
    void channelBlocksAsItsOwnerDoes() throws IOException {
        side.configureBlocking(false); // nobody's yet
        try (ServerSocketChannel made = jdk.openServerSocketChannel()) {
            side.use(made, false, behind -> behind.bind(ANY_PORT));
            assertThat(made.isBlocking()).isFalse();
            side.configureBlocking(true);
            assertThat(made.isBlocking()).isTrue();
        }
    }

    @Test
    void channelThatCannotBeBoundIsClosedAndNobodys() throws IOException {
        ServerSocketChannel made = jdk.openServerSocketChannel();
        assertThatThrownBy(() -> side.use(made, true, behind -> {
            throw new BindException("in use");
        })).isInstanceOf(BindException.class);
        assertThat(made.isOpen()).isFalse();
        assertThat(side.channel()).isNull();
        side.option(StandardSocketOptions.SO_RCVBUF, 4096);
        assertThat(side.option(StandardSocketOptions.SO_RCVBUF)).isEqualTo(4096);
    }
}

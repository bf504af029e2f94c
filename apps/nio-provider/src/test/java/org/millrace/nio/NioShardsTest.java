package org.millrace.nio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Selectors and blocking channels over instances of two shards. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class NioShardsTest {
    private static final int CHANNELS = 12;

    @Test
    void oneSelectorServesBothShards() throws Exception {
        try (TwoHosts hosts = new TwoHosts(2);
             MillraceSelectorProvider serving = MillraceSelectorProvider.over(hosts.server, TwoHosts.SIZE);
             MillraceSelectorProvider asking = MillraceSelectorProvider.over(hosts.client, TwoHosts.SIZE);
             ServerSocketChannel server = serving.openServerSocketChannel().bind(new InetSocketAddress(TwoHosts.SERVER, 0));
             Selector selector = serving.openSelector()) {
            server.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
            Thread echo = Thread.ofPlatform().daemon().start(() -> echo(selector));
            for (int i = 0; i < CHANNELS; i++) {
                try (SocketChannel channel = asking.openSocketChannel()) {
                    if (i % 2 == 1) {
                        channel.bind(new InetSocketAddress(TwoHosts.CLIENT, 5000 + i));
                    }
                    assertThat(channel.connect(server.getLocalAddress())).isTrue();
                    for (int n = 0; n < 3; n++) {
                        ByteBuffer sent = ByteBuffer.allocate(1000).put(0, (byte) (i * 3 + n));
                        channel.write(sent.duplicate());
                        ByteBuffer back = ByteBuffer.allocate(1000);
                        while (back.hasRemaining()) {
                            assertThat(channel.read(back)).isPositive();
                        }
                        assertThat(back.flip()).isEqualTo(sent);
                    }
                }
            }
            assertThat(echo.isAlive()).isTrue();
            assertThat(hosts.client.figuresByShard()).as("who names no port goes to the shards in turn").hasSize(2)
                .allSatisfy(shard -> assertThat(shard.receivedPayloadBytes()).isPositive());
        }
    }

    private static void echo(Selector selector) {
        try {
            while (selector.isOpen()) {
                selector.select();
                for (Iterator<SelectionKey> keys = selector.selectedKeys().iterator(); keys.hasNext(); keys.remove()) {
                    serve(selector, keys.next());
                }
            }
        } catch (IOException | RuntimeException e) {
            // closed: the test is over; or the test misses its echoes
        }
    }

    private static void serve(Selector selector, SelectionKey key) throws IOException {
        if (key.isAcceptable()) {
            SocketChannel accepted = ((ServerSocketChannel) key.channel()).accept();
            if (accepted != null) {
                accepted.configureBlocking(false).register(selector, SelectionKey.OP_READ);
            }
            return;
        }
        SocketChannel channel = (SocketChannel) key.channel();
        ByteBuffer bytes = ByteBuffer.allocate(1000);
        int read = channel.read(bytes);
        if (read < 0) {
            channel.close();
        } else if (read > 0) {
            channel.write(bytes.flip());
        }
    }
}

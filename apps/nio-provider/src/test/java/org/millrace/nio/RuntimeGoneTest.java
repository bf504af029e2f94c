package org.millrace.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.toe.Attach;

/** The instance is not there, goes away, comes back. */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class RuntimeGoneTest {
    private static final String NOWHERE = "nowhere-" + ProcessHandle.current().pid();

    @TempDir
    Path temporary;

    private static SocketChannel connect(MillraceSelectorProvider provider) throws IOException {
        SocketChannel channel = provider.openSocketChannel();
        channel.connect(new InetSocketAddress(TwoHosts.CLIENT, EchoRuntime.ECHO_PORT));
        return channel;
    }

    private static void echo(SocketChannel channel) throws IOException {
        channel.write(ByteBuffer.allocate(1000));
        ByteBuffer heard = ByteBuffer.allocate(1000);
        while (heard.hasRemaining()) {
            assertThat(channel.read(heard)).isPositive();
        }
    }

    @Test
    void killedRuntimeFailsChannelsAndNewOnesWorkWhenItIsBack() throws Exception {
        Path directory = temporary.resolve("one");
        try (MillraceSelectorProvider provider = MillraceSelectorProvider.attach(directory.toString());
             Selector selector = provider.openSelector(); ServerSocketChannel server = provider.openServerSocketChannel()) {
            SocketChannel blocked;
            SocketChannel selected;
            CompletableFuture<Throwable> cause = new CompletableFuture<>();
            try (Child first = Child.runtime(EchoRuntime.class, directory.toString())) {
                assertThat(first.line()).isEqualTo("listening");
                server.bind(new InetSocketAddress(TwoHosts.SERVER, EchoRuntime.CALLED_PORT));
                server.accept().close();
                blocked = connect(provider);
                echo(blocked);
                selected = connect(provider);
                echo(selected);
                selected.configureBlocking(false);
                selected.register(selector, SelectionKey.OP_READ);
                Thread.ofPlatform().start(() -> {
                    try {
                        blocked.read(ByteBuffer.allocate(1));
                    } catch (IOException e) {
                        cause.complete(e);
                    }
                });
                assertThat(selector.selectNow()).isZero();
                first.kill();
                assertThat(selector.select()).isEqualTo(1);
                assertThat(cause.get()).hasMessageContaining("instance 'one'").hasMessageContaining("runtime went away");
                assertThatThrownBy(() -> selected.read(ByteBuffer.allocate(1))).isInstanceOf(IOException.class)
                    .hasMessageContaining("instance 'one'").hasMessageContaining("runtime went away");
                assertThatThrownBy(() -> connect(provider)).isInstanceOf(ConnectException.class)
                    .hasMessageContaining(directory.toString()).hasMessageContaining("does not run")
                    .hasMessageContaining("start the instance").hasCauseInstanceOf(Attach.AttachException.class);
            }
            blocked.close();
            selected.close();
            try (Child second = Child.runtime(EchoRuntime.class, directory.toString())) {
                assertThat(second.line()).isEqualTo("listening");
                try (SocketChannel again = connect(provider)) {
                    echo(again);
                    again.configureBlocking(false);
                    again.register(selector, SelectionKey.OP_READ);
                    again.write(ByteBuffer.allocate(1));
                    selector.selectedKeys().clear();
                    assertThat(selector.select()).isEqualTo(1);
                }
                server.accept().close(); // it listens again by itself
            }
        }
    }

    @Test
    void withoutAnInstanceConnectingAndBindingSayWhatToDo() {
        MillraceSelectorProvider provider = MillraceSelectorProvider.attach(NOWHERE);
        assertThatThrownBy(() -> connect(provider)).isInstanceOf(ConnectException.class)
            .hasMessageContaining("instance '" + NOWHERE + "' does not run").hasMessageContaining("start the instance");
        assertThatThrownBy(() -> provider.openServerSocketChannel().bind(null)).isInstanceOf(BindException.class)
            .hasMessageContaining("instance '" + NOWHERE + "' does not run");
        MillraceSelectorProvider unnamed = new MillraceSelectorProvider();
        assertThatThrownBy(() -> connect(unnamed)).isInstanceOf(ConnectException.class)
            .hasMessageContaining("set -Dmillrace.instance=NAME");
    }

    @Test
    void fallbackGoesOverTheKernel() throws Exception {
        MillraceSelectorProvider provider = new MillraceSelectorProvider(
            () -> Attach.context(NOWHERE, TwoHosts.SIZE), Fallback.SILENT, Routes.ALL);
        try (ServerSocketChannel server = provider.openServerSocketChannel().bind(null);
             SocketChannel client = provider.openSocketChannel()) {
            assertThat(server.toString()).contains("over the kernel");
            int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
            client.connect(new InetSocketAddress("127.0.0.1", port));
            server.accept().close();
            assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    @Test
    void nonsenseInAPropertyIsSaid() {
        System.setProperty("millrace.fallback", "maybe");
        try {
            assertThatThrownBy(MillraceSelectorProvider::new).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'maybe'").hasMessageContaining("fail, warn, silent");
        } finally {
            System.clearProperty("millrace.fallback");
        }
    }
}

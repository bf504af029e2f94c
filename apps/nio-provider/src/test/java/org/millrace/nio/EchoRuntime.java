package org.millrace.nio;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.millrace.testkit.Eventually;

/** A process to be killed: the instance that the test attaches to, and at the other end of its wire an echo and a caller. */
final class EchoRuntime {
    static final int ECHO_PORT = 7;
    static final int CALLED_PORT = 99;

    private EchoRuntime() {
    }

    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]);
        TwoHosts hosts = new TwoHosts(directory, directory.resolveSibling(directory.getFileName() + "-client"));
        MillraceSelectorProvider provider = MillraceSelectorProvider.over(hosts.client, TwoHosts.SIZE);
        ServerSocketChannel server = provider.openServerSocketChannel();
        server.bind(new InetSocketAddress(TwoHosts.CLIENT, ECHO_PORT));
        Thread.ofPlatform().start(() -> call(provider));
        System.out.println("listening");
        while (true) {
            SocketChannel accepted = server.accept();
            Thread.ofPlatform().start(() -> echo(accepted));
        }
    }

    private static void echo(SocketChannel channel) {
        ByteBuffer bytes = ByteBuffer.allocate(64 << 10);
        try (channel) {
            while (channel.read(bytes.clear()) >= 0) {
                channel.write(bytes.flip());
            }
        } catch (IOException e) {
            System.err.println(e);
        }
    }

    /** Calls the test's server once, when it is there. */
    private static void call(MillraceSelectorProvider provider) {
        Eventually.holds(() -> {
            try (SocketChannel channel = provider.openSocketChannel()) {
                return channel.connect(new InetSocketAddress(TwoHosts.SERVER, CALLED_PORT));
            } catch (IOException nobodyListensYet) {
                return false;
            }
        }, () -> "nobody listens on port " + CALLED_PORT);
    }
}

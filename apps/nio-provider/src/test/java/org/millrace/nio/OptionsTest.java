package org.millrace.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.millrace.runtime.Instance;
import org.millrace.testkit.Eventually;

/** What a channel is told reaches the connection. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class OptionsTest {
    private static TwoHosts hosts;
    private static MillraceSelectorProvider serving;
    private static MillraceSelectorProvider asking;
    private static ServerSocketChannel server;

    @BeforeAll
    static void start() throws Exception {
        hosts = new TwoHosts();
        serving = MillraceSelectorProvider.over(hosts.server, TwoHosts.SIZE);
        asking = MillraceSelectorProvider.over(hosts.client, TwoHosts.SIZE);
        server = serving.openServerSocketChannel().bind(new InetSocketAddress(TwoHosts.SERVER, 0));
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
        serving.close();
        asking.close();
        hosts.close();
    }

    private static void assertDetail(Instance host, SocketChannel of, Predicate<String> wanted) throws Exception {
        int port = ((InetSocketAddress) of.getLocalAddress()).getPort();
        Eventually.holds(() -> host.status().connections().stream().filter(c -> c.peer() != null && c.local().getPort() == port)
            .anyMatch(c -> wanted.test(c.detail() + " ")), () -> "details " + host.status().connections());
    }

    @Test
    void nagleIsOnUnlessSwitchedOffAsInTheKernel() throws Exception {
        try (SocketChannel client = asking.openSocketChannel()) {
            assertThat(client.getOption(StandardSocketOptions.TCP_NODELAY)).isFalse();
            client.connect(server.getLocalAddress());
            SocketChannel accepted = server.accept();
            assertDetail(hosts.client, client, detail -> detail.contains(" nagle "));
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
            assertDetail(hosts.client, client, detail -> !detail.contains(" nagle "));
            accepted.close();
        }
    }

    @Test
    void whatWasSetBeforeAndAfterConnectingCounts() throws Exception {
        try (SocketChannel client = asking.openSocketChannel()) {
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            client.setOption(StandardSocketOptions.IP_TOS, 0xb8);
            client.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 30);
            client.connect(server.getLocalAddress());
            assertDetail(hosts.client, client, detail -> detail.contains(" dscp=46 ") && !detail.contains("keepalive"));
            client.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            assertDetail(hosts.client, client, detail -> detail.contains(" keepalive=30s "));
            client.socket().setTrafficClass(0);
            assertDetail(hosts.client, client, detail -> !detail.contains("dscp"));
            server.accept().close();
        }
    }

    @Test
    void acceptedStreamsHaveTheirListenersReceiveBuffer() throws Exception {
        try (ServerSocketChannel listener = serving.openServerSocketChannel(); SocketChannel client = asking.openSocketChannel()) {
            listener.bind(new InetSocketAddress(TwoHosts.SERVER, 0));
            listener.setOption(StandardSocketOptions.SO_RCVBUF, 48 << 10);
            client.connect(listener.getLocalAddress());
            InetSocketAddress peer = (InetSocketAddress) client.getLocalAddress();
            Eventually.holds(() -> hosts.server.status().connections().stream().anyMatch(c -> peer.equals(c.peer())),
                hosts.server::status); // so accepting waits for nothing, and nothing but it tells what was chosen
            try (SocketChannel accepted = listener.accept()) {
                assertThat(accepted.getOption(StandardSocketOptions.SO_RCVBUF)).isEqualTo(48 << 10);
                assertDetail(hosts.server, accepted, detail -> detail.contains(" rcvbuf=49152 "));
                accepted.setOption(StandardSocketOptions.SO_RCVBUF, 40 << 10);
                assertDetail(hosts.server, accepted, detail -> detail.contains(" rcvbuf=40960 "));
            }
        }
    }

    @Test
    void valuesThatAreNoneAreRefused() throws Exception {
        try (SocketChannel client = asking.openSocketChannel()) {
            assertThat(client.supportedOptions()).contains(ExtendedSocketOptions.TCP_KEEPCOUNT, ExtendedSocketOptions.TCP_KEEPINTERVAL);
            assertThatThrownBy(() -> client.setOption(StandardSocketOptions.IP_TOS, 256)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}

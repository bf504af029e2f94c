package org.millrace.cli.instance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.api.transport.ConnectionInfo;
import org.millrace.cli.Main;
import org.millrace.context.Registry;
import org.millrace.context.RegistryLine.Kind;
import picocli.CommandLine;

@Timeout(60)
class ConnsCommandTest {
    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter errors = new StringWriter();

    @Test
    void runningInstanceShowsItsConnections() throws IOException {
        try (Registry registry = registry(); ServerSocketChannel socket = socket()) {
            assertThat(run("conns", directory.toString())).isZero();
            assertThat(out.toString().lines()).containsExactly(
                "State        Recv-Q  Send-Q  Local        Peer            Transport    Context  Detail",
                "ESTABLISHED     100   20000  10.0.0.2:80  10.0.0.1:40001  tcp-flextoe        3  cwnd=14480");
            assertThat(registry.size()).isEqualTo(3);
            assertThat(socket.isOpen()).isTrue();
        }
    }

    @Test
    void allShowsListenersAndContextsFirst() throws IOException {
        try (Registry registry = registry(); ServerSocketChannel socket = socket()) {
            assertThat(run("conns", "--all", directory.toString())).isZero();
            assertThat(out.toString().lines().skip(1)).containsExactly(
                "open              1    1024  -            -               -                  3",
                "LISTEN            0     128  *:80         -               tcp-flextoe        3",
                "ESTABLISHED     100   20000  10.0.0.2:80  10.0.0.1:40001  tcp-flextoe        3  cwnd=14480");
            assertThat(registry.refused()).isZero();
            assertThat(socket.isOpen()).isTrue();
        }
    }

    @Test
    void crashedInstanceShowsWhatItHasLeftAndSaysSo() throws IOException {
        registry().close();
        socket().close(); // the file stays
        assertThat(run("conns", directory.toString())).isZero();
        assertThat(out.toString()).startsWith("instance '" + directory.getFileName()
            + "' does not run; this is what it has left").contains("ESTABLISHED");
    }

    @Test
    void jsonHasEveryField() throws IOException {
        registry().close();
        assertThat(run("conns", "--json", directory.toString())).isZero();
        assertThat(out.toString().lines()).containsExactly("{\"instance\":\"" + directory.getFileName()
            + "\",\"running\":false,\"lines\":[{\"kind\":\"connection\",\"state\":\"ESTABLISHED\",\"receive_queued\":100,"
            + "\"transmit_queued\":20000,\"local\":\"10.0.0.2:80\",\"peer\":\"10.0.0.1:40001\","
            + "\"transport\":\"tcp-flextoe\",\"context\":3,\"connection\":65537,\"detail\":\"cwnd=14480\","
            + "\"created_ms\":1000,\"updated_ms\":1000}]}");
    }

    @Test
    void unknownInstanceIsOneLineThatNamesTheKnown() {
        assertThat(run("conns", "no-such-instance")).isEqualTo(1);
        assertThat(errors.toString().lines()).singleElement().asString()
            .startsWith("millrace: no instance 'no-such-instance' runs or ran here").doesNotContain("none");
    }

    @Test
    void impossibleNameIsOneLine() {
        assertThat(run("conns", "../etc")).isEqualTo(2);
        assertThat(errors.toString().lines()).singleElement().asString().contains("'../etc' is no instance name");
    }

    @Test
    void damagedRegistryIsOneLine() throws IOException {
        Files.write(directory.resolve("registry"), new byte[1000]);
        assertThat(run("conns", directory.toString())).isEqualTo(1);
        assertThat(errors.toString().lines()).singleElement().asString().startsWith("millrace: registry ")
            .contains(" is damaged, restart its instance");
    }

    @Test
    void instanceWithoutRegistryIsOneLine() {
        assertThat(run("conns", directory.toString())).isEqualTo(1);
        assertThat(errors.toString().lines()).singleElement().asString().contains("has no registry at ");
    }

    private Registry registry() throws IOException {
        Registry registry = Registry.create(directory, 100);
        InetSocketAddress local = new InetSocketAddress(InetAddress.ofLiteral("10.0.0.2"), 80);
        registry.put(1, Kind.CONNECTION, new ConnectionInfo("tcp-flextoe", "ESTABLISHED", local,
            new InetSocketAddress(InetAddress.ofLiteral("10.0.0.1"), 40001), 3, 65537, 100, 20_000, "cwnd=14480"), 1000);
        registry.put(2, Kind.CONTEXT, new ConnectionInfo("", "open", null, null, 3, -1, 1, 1024, ""), 1000);
        registry.put(3, Kind.LISTENER, new ConnectionInfo("tcp-flextoe", "LISTEN",
            new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 80), null, 3, -1, 0, 128, ""), 1000);
        return registry;
    }

    private ServerSocketChannel socket() throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX)
            .bind(UnixDomainSocketAddress.of(directory.resolve("socket")));
    }

    private int run(String... arguments) {
        CommandLine line = Main.commandLine();
        return line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(errors, true)).execute(arguments);
    }
}

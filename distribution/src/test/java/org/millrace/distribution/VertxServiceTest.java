package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.launcher.image.Image;
import org.millrace.testkit.Namespace;

/** A Vert.x in the runtime's framework, a service to the bundle of an HTTP server, which the kernel asks. */
class VertxServiceTest {
    @TempDir
    Path directory;

    @Test
    void bundleServesHttpOnTheVertxThatIsAService() {
        assumeThat(Namespace.unavailable()).isEmpty();
        Namespace.Result result = Namespace.run(Asks.class, directory.toString(), Image.directory().toString());
        assertThat(result.exitCode()).as(result.output()).isZero();
    }

    @Test
    void wrongKeyIsNamed() throws Exception {
        try (Launched launched = Launched.run(directory, "instance = vertx-wrong", "hardware = hw-bluefield",
            "transports = tcp-flextoe", "port = memory", "port.path = " + directory.resolve("wire"), "port.side = a",
            "address = 10.77.0.2/24", "app.vertx.route = everywhere")) {
            assertThat(launched.awaitExit()).isEqualTo(2);
            assertThat(launched.errors()).anyMatch(line -> line.contains("app.vertx.route is everywhere"));
        }
    }

    /** In a namespace: starts the runtime and asks it. */
    static final class Asks {
        private Asks() {
        }

        public static void main(String[] arguments) throws Exception {
            System.setProperty("millrace.image", arguments[1]);
            LinuxHost.link(1500);
            List<String> configuration = List.of("instance = vertx", "hardware = hw-bluefield",
                "transports = tcp-flextoe", "port = packet", "port.interface = millrace0",
                "address = " + LinuxHost.ADDRESS + "/24", "app.vertx.event-loops = 2",
                "app.greeting.listen = " + LinuxHost.ADDRESS + ":8080");
            try (Launched launched = Launched.run(Path.of(arguments[0]), configuration.toArray(String[]::new))) {
                if (launched.awaitLine("millrace: ready") == null) {
                    throw new IllegalStateException("not started: " + launched.errors());
                }
                for (int i = 0; i < 3; i++) { // one after the other: another loop each
                    ask();
                }
                launched.terminate();
                int code = launched.awaitExit();
                if (code != 128 + 15 || launched.errors().stream().anyMatch(line -> line.contains("Exception"))) {
                    throw new IllegalStateException("ended with " + code + ": " + launched.errors());
                }
            }
        }

        private static void ask() throws Exception {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.ofLiteral(LinuxHost.ADDRESS), 8080), 40_000);
                socket.setSoTimeout(40_000);
                socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
                if (!answer.startsWith("HTTP/1.0 200 OK") || !answer.endsWith("Hello, 10.77.0.1\n")) {
                    throw new IllegalStateException(answer);
                }
            }
        }
    }
}

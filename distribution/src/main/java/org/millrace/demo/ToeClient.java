package org.millrace.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.millrace.api.context.ContextSize;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.ports.MemoryPortFactory;
import org.millrace.runtime.Instance;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.toe.Toe;

/** An HTTP client on a Millrace host of its own at side b of a memory port: what an application without OSGi looks like. */
public final class ToeClient {
    private ToeClient() {
    }

    /**
     * Makes one request and prints how long it took, nanoseconds.
     *
     * @param arguments the wire's directory, its MTU, method, URL, file for the answer, and file to send if any
     * @throws IOException if the request fails
     */
    public static void main(String[] arguments) throws IOException {
        InstanceConfig config = InstanceConfig.parse(Map.of("instance", "client", "hardware", BluefieldBackend.NAME,
            "transports", "tcp-flextoe", "port", "memory", "port.path", arguments[0], "port.side", "b", "port.mtu",
            arguments[1], "address", LinuxLink.LINUX_ADDRESS + "/" + LinuxLink.PREFIX_LENGTH));
        URI url = URI.create(arguments[3]);
        InetSocketAddress server = new InetSocketAddress(InetAddress.ofLiteral(url.getHost()),
            url.getPort() < 0 ? 80 : url.getPort());
        Path body = arguments.length > 5 ? Path.of(arguments[5]) : null;
        try (Instance instance = Instance.start(config, List.of(new BluefieldBackend()), List.of(new FlexToeFactory()),
            List.of(new MemoryPortFactory())); Toe toe = Toe.open(instance, ContextSize.DEFAULT)) {
            long startNs = System.nanoTime();
            new HttpExchange(toe, server, Long.MAX_VALUE).run(arguments[2], url.getPath(), body, Path.of(arguments[4]));
            System.out.println(System.nanoTime() - startNs);
        }
    }
}

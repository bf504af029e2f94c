package org.millrace.benchmarks;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.transport.Transport;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.ports.PacketPortFactory;
import org.millrace.runtime.Instance;
import org.millrace.runtime.InstanceConfig;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.vertx.MillraceTransport;

/** One process of {@link HttpComparison}: a Vert.x HTTP server with one event loop, or the runtime under it. */
final class HttpNode {
    static final String READY = "ready";

    private HttpNode() {
    }

    /**
     * Runs until it is killed.
     *
     * @param arguments {@code runtime ADDRESS INTERFACE DIRECTORY}, {@code millrace ADDRESS PORT DIRECTORY}, or
     *                  {@code nio}, {@code epoll} or {@code io_uring} with {@code ADDRESS PORT}
     * @throws InterruptedException if it is told to end
     */
    public static void main(String[] arguments) throws InterruptedException {
        if (arguments[0].equals("runtime")) {
            runtime(arguments[1], arguments[2], arguments[3]);
            System.out.println(READY);
        } else {
            serve(transport(arguments), arguments[1], Integer.parseInt(arguments[2]));
        }
        new CountDownLatch(1).await();
    }

    private static Transport transport(String[] arguments) {
        return switch (arguments[0]) {
            case "millrace" -> MillraceTransport.attach(arguments[3]);
            case "nio" -> Transport.NIO;
            case "epoll" -> Transport.EPOLL;
            case "io_uring" -> Transport.IO_URING;
            default -> throw new IllegalArgumentException("no transport " + arguments[0]);
        };
    }

    private static void runtime(String address, String networkInterface, String directory) {
        Instance.start(InstanceConfig.parse(Map.of("instance", "http", "hardware", BluefieldBackend.NAME, "transports",
            "tcp-flextoe", "port", "packet", "port.interface", networkInterface, "address", address + "/24",
            "attach", "on", "attach.directory", directory)), List.of(new BluefieldBackend()),
            List.of(new FlexToeFactory()), List.of(new PacketPortFactory()));
    }

    private static void serve(Transport transport, String address, int port) {
        if (transport == null || !transport.available()) {
            System.out.println("not available: " + (transport == null ? "not on the class path"
                : transport.unavailabilityCause()));
            System.exit(1);
        }
        Vertx vertx = Vertx.builder().with(new VertxOptions().setEventLoopPoolSize(1)).withTransport(transport).build();
        Buffer hello = Buffer.buffer("Hello, world!");
        vertx.createHttpServer(new HttpServerOptions().setAcceptBacklog(1024))
            .requestHandler(request -> request.response().putHeader("content-type", "text/plain").end(hello))
            .listen(port, address)
            .onSuccess(server -> System.out.println(READY))
            .onFailure(cause -> {
                System.out.println("does not listen: " + cause);
                System.exit(1);
            });
    }
}

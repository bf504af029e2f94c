package org.millrace.benchmarks;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.transport.Transport;
import java.util.concurrent.CountDownLatch;
import org.millrace.vertx.MillraceTransport;

/** The server of {@link HttpComparison}: Vert.x, with one event loop. */
final class HttpNode {
    private HttpNode() {
    }

    /**
     * Runs until it is killed.
     *
     * @param arguments {@code millrace ADDRESS PORT DIRECTORY}, or {@code nio}, {@code epoll} or {@code io_uring} with
     *                  {@code ADDRESS PORT}
     * @throws InterruptedException if it is told to end
     */
    public static void main(String[] arguments) throws InterruptedException {
        serve(transport(arguments), arguments[1], Integer.parseInt(arguments[2]));
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
            .onSuccess(server -> System.out.println(TwoNetworks.READY))
            .onFailure(cause -> {
                System.out.println("does not listen: " + cause);
                System.exit(1);
            });
    }
}

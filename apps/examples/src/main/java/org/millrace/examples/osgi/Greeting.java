package org.millrace.examples.osgi;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** An HTTP server in the runtime's framework, on the Vert.x that is a service there. Key: {@code listen}, ADDRESS:PORT. */
@Component(name = "org.millrace.greeting", configurationPid = "org.millrace.greeting", service = {},
    configurationPolicy = ConfigurationPolicy.REQUIRE, immediate = true)
public final class Greeting {
    private final HttpServer server;

    /**
     * Starts the server and returns when it listens.
     *
     * @param vertx         the service
     * @param configuration the key
     * @throws Exception if it cannot listen
     */
    @Activate
    public Greeting(@Reference Vertx vertx, Map<String, Object> configuration) throws Exception {
        String[] listen = String.valueOf(configuration.get("listen")).split(":");
        if (listen.length != 2) {
            throw new IllegalArgumentException("app.greeting.listen is " + configuration.get("listen")
                + ", allowed is ADDRESS:PORT");
        }
        server = vertx.createHttpServer()
            .requestHandler(request -> request.response().end("Hello, " + request.remoteAddress().host() + "\n"))
            .listen(Integer.parseInt(listen[1]), listen[0])
            .toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    /** Ends the server. */
    @Deactivate
    public void stop() {
        server.close();
    }
}

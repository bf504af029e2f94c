package org.millrace.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.millrace.runtime.operate.Operations;

/** Answers {@code GET /metrics} with an instance's metrics. {@link #close} by any thread. */
public final class MetricsServer implements AutoCloseable {
    private static final String PATH = "/metrics";
    private static final int BACKLOG = 16;
    private static final int THREADS = 4;

    private final InstanceMetrics metrics;
    private final HttpServer server;
    private final ExecutorService threads;

    private MetricsServer(InstanceMetrics metrics, HttpServer server, String name) {
        this.metrics = metrics;
        this.server = server;
        threads = Executors.newFixedThreadPool(THREADS,
            Thread.ofPlatform().daemon().name("millrace-metrics-" + name + "-", 0).factory());
    }

    /**
     * Begins to serve.
     *
     * @param instance   name of the instance
     * @param operations asks it; null as long as it does not run
     * @param address    where; port 0: any that is free
     * @return the server
     * @throws IOException if the address cannot be listened on
     */
    public static MetricsServer start(String instance, Supplier<Operations> operations, InetSocketAddress address)
        throws IOException {
        HttpServer server = HttpServer.create(address, BACKLOG);
        MetricsServer metrics = new MetricsServer(new InstanceMetrics(instance, operations), server, instance);
        server.createContext(PATH, metrics::answer);
        server.setExecutor(metrics.threads);
        server.start();
        return metrics;
    }

    /** {@return where the metrics are} */
    public String url() {
        InetSocketAddress address = server.getAddress();
        String host = address.getAddress().getHostAddress();
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort() + PATH;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!exchange.getRequestURI().getPath().equals(PATH)) {
                exchange.sendResponseHeaders(404, -1);
            } else if (!exchange.getRequestMethod().equals("GET")) {
                exchange.getResponseHeaders().set("Allow", "GET");
                exchange.sendResponseHeaders(405, -1);
            } else {
                byte[] text = metrics.scrape().getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", InstanceMetrics.CONTENT_TYPE);
                exchange.sendResponseHeaders(200, text.length);
                exchange.getResponseBody().write(text);
            }
        }
    }

    /** Hangs up and ends the threads. */
    @Override
    public void close() {
        server.stop(0);
        metrics.close();
        threads.shutdownNow();
    }
}

package org.millrace.nio;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/** The JDK's HTTP server: answers a GET of /n with n bytes, a POST with the hash of what was sent. */
final class JdkServer {
    private JdkServer() {
    }

    public static void main(String[] arguments) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1])), 1024);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            try (exchange; OutputStream out = exchange.getResponseBody()) {
                if (exchange.getRequestMethod().equals("GET")) {
                    long length = Long.parseLong(exchange.getRequestURI().getPath().substring(1));
                    exchange.sendResponseHeaders(200, length);
                    new Payload(length, length).writeTo(out);
                } else {
                    byte[] hash = Payload.hash(exchange.getRequestBody()).getBytes(StandardCharsets.US_ASCII);
                    exchange.sendResponseHeaders(200, hash.length);
                    out.write(hash);
                }
            }
        });
        server.start();
        System.out.println("listening");
    }
}

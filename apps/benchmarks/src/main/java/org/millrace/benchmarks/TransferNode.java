package org.millrace.benchmarks;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import org.millrace.nio.MillraceSelectorProvider;

/** The server of {@link TransferComparison}: the JDK's, which writes or reads so many bytes. */
final class TransferNode {
    private static final int BUFFER_BYTES = 1 << 16;

    private TransferNode() {
    }

    /**
     * Runs until it is killed.
     *
     * @param arguments address, port and, to serve over Millrace, the instance
     * @throws IOException if it can't listen
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length > 2) { // as -D of the command line; nothing has asked for the provider yet
            System.setProperty("java.nio.channels.spi.SelectorProvider", MillraceSelectorProvider.class.getName());
            System.setProperty("millrace.instance", arguments[2]);
        }
        HttpServer server = HttpServer.create(new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1])), 1024);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", TransferNode::answer);
        server.start();
        System.out.println(TwoNetworks.READY);
    }

    private static void answer(HttpExchange exchange) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (exchange; InputStream in = exchange.getRequestBody()) {
            while (in.read(buffer) >= 0) {
                // what is sent is only taken
            }
            long length = exchange.getRequestMethod().equals("GET")
                ? Long.parseLong(exchange.getRequestURI().getPath().substring(1)) : 0;
            exchange.sendResponseHeaders(200, length == 0 ? -1 : length);
            OutputStream out = exchange.getResponseBody();
            for (long sent = 0; sent < length; sent += buffer.length) {
                out.write(buffer, 0, (int) Math.min(buffer.length, length - sent));
            }
        }
    }
}

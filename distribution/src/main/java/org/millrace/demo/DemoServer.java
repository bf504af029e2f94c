package org.millrace.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextSize;
import org.millrace.fileserver.FileServer;
import org.millrace.toe.Attach;

/**
 * The file server as a plain Java program, attached to an instance that runs in another process: no OSGi, no Chronicle and
 * no flag but native access.
 */
public final class DemoServer {
    /** The line on standard output that says that it listens begins with this. */
    static final String LISTENING = "listening at ";

    private DemoServer() {
    }

    /**
     * Serves until it is killed or the runtime goes away.
     *
     * @param arguments the instance, the address and port to listen at, the directory to serve
     * @throws IOException if there is no such instance or directory
     */
    public static void main(String[] arguments) throws IOException {
        InetSocketAddress local = new InetSocketAddress(InetAddress.ofLiteral(arguments[1]),
            Integer.parseInt(arguments[2]));
        ContextGrant grant = Attach.context(arguments[0], ContextSize.DEFAULT);
        try (FileServer server = new FileServer(size -> grant, local, Path.of(arguments[3]))) {
            CompletableFuture<Void> told = server.listening()
                .thenAccept(address -> System.out.println(LISTENING + address));
            server.run();
            told.join();
        }
    }
}

package org.millrace.demo;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import org.millrace.toe.Toe;

/** An HTTP client on libTOE, attached to an instance that runs in another process; its exit codes are curl's. */
public final class AttachedClient {
    private static final int REFUSED = 7;
    private static final int RESET = 56;

    private AttachedClient() {
    }

    /**
     * Makes one GET request.
     *
     * @param arguments the instance, URL, file for the answer, bytes to read a second at most
     * @throws IOException if it cannot attach
     */
    public static void main(String[] arguments) throws IOException {
        URI url = URI.create(arguments[1]);
        try (Toe toe = Toe.attach(arguments[0])) {
            new HttpExchange(toe, new InetSocketAddress(InetAddress.ofLiteral(url.getHost()), url.getPort()),
                Long.parseLong(arguments[3])).run("GET", url.getPath(), null, Path.of(arguments[2]));
        } catch (ConnectException e) {
            System.err.println(e.getMessage());
            System.exit(REFUSED);
        } catch (IOException e) {
            System.err.println(e.getMessage());
            System.exit(RESET);
        }
    }
}

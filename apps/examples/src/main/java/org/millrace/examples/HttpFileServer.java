package org.millrace.examples;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.millrace.vertx.MillraceTransport;

/** An HTTP server: GET sends a file of a directory, POST answers with the SHA-256 of what was posted. */
public final class HttpFileServer {
    private final Path root;

    private HttpFileServer(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    /**
     * Serves until it is ended.
     *
     * @param arguments instance, address, port, directory
     */
    public static void main(String[] arguments) {
        Usage.check(HttpFileServer.class, arguments, "INSTANCE", "ADDRESS", "PORT", "DIRECTORY");
        HttpFileServer server = new HttpFileServer(Path.of(arguments[3]));
        Vertx vertx = Vertx.builder().withTransport(MillraceTransport.attach(arguments[0])).build();
        vertx.createHttpServer(new HttpServerOptions().setHandle100ContinueAutomatically(true))
            .requestHandler(server::answer)
            .listen(Integer.parseInt(arguments[2]), arguments[1])
            .onSuccess(http -> System.out.println("serving at " + arguments[1] + ":" + http.actualPort()))
            .onFailure(cause -> {
                System.err.println(cause.getMessage());
                System.exit(1);
            });
    }

    private void answer(HttpServerRequest request) {
        if (request.method() == HttpMethod.POST) {
            hash(request);
        } else {
            send(request);
        }
    }

    private void send(HttpServerRequest request) {
        Path file = root.resolve(request.path().substring(1)).normalize();
        if (file.startsWith(root) && Files.isRegularFile(file)) {
            request.response().sendFile(file.toString());
        } else {
            request.response().setStatusCode(404).end("no such file\n");
        }
    }

    private static void hash(HttpServerRequest request) {
        MessageDigest digest = sha256();
        request.handler(buffer -> digest.update(buffer.getBytes()));
        request.endHandler(end -> request.response().end(HexFormat.of().formatHex(digest.digest()) + "\n"));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java platform has it
        }
    }
}

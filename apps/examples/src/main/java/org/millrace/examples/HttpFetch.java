package org.millrace.examples;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import org.millrace.vertx.MillraceTransport;

/** An HTTP client: fetches a URL into a file. */
public final class HttpFetch {
    private HttpFetch() {
    }

    /**
     * Fetches once.
     *
     * @param arguments instance, URL (of an IPv4 address), file
     */
    public static void main(String[] arguments) {
        Usage.check(HttpFetch.class, arguments, "INSTANCE", "URL", "FILE");
        Vertx vertx = Vertx.builder().withTransport(MillraceTransport.attach(arguments[0])).build();
        HttpClient http = vertx.createHttpClient();
        Future<Void> fetched = http.request(new RequestOptions().setMethod(HttpMethod.GET).setAbsoluteURI(arguments[1]))
            .compose(HttpClientRequest::send)
            .compose(response -> {
                System.out.println(response.statusCode() + " " + response.statusMessage());
                return response.body();
            })
            .compose(body -> vertx.fileSystem().writeFile(arguments[2], body));
        int exitCode = 0;
        try {
            fetched.await();
            http.close().await(); // held until here: Vert.x closes a client that nobody holds
        } catch (Exception e) {
            System.err.println(e.getMessage());
            exitCode = 1;
        }
        vertx.close().await();
        System.exit(exitCode);
    }
}

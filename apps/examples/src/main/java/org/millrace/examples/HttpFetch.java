package org.millrace.examples;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
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
        Vertx vertx = Vertx.builder().withTransport(MillraceTransport.attach(arguments[0])).build();
        HttpClient http = vertx.createHttpClient();
        http.request(new RequestOptions().setMethod(HttpMethod.GET).setAbsoluteURI(arguments[1]))
            .compose(request -> request.send())
            .compose(response -> {
                System.out.println(response.statusCode() + " " + response.statusMessage());
                return response.body();
            })
            .compose(body -> vertx.fileSystem().writeFile(arguments[2], body))
            .onFailure(cause -> System.err.println(cause.getMessage()))
            .onComplete(done -> http.close().compose(closed -> vertx.close()).onComplete(closed -> System.exit(done.succeeded() ? 0 : 1)));
    }
}

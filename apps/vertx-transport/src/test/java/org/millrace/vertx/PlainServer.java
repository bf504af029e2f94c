package org.millrace.vertx;

import io.vertx.core.Vertx;

/** What a user of Vert.x writes who knows nothing of Millrace. */
final class PlainServer {
    static final int PORT = 80;

    private PlainServer() {
    }

    public static void main(String[] arguments) {
        try {
            Vertx.vertx().createHttpServer().requestHandler(request -> request.response().end("plain"))
                .listen(PORT, TwoHosts.SERVER)
                .onSuccess(server -> System.out.println("listening"))
                .onFailure(cause -> System.out.println("failed: " + cause));
        } catch (RuntimeException e) {
            System.out.println("failed: " + e);
        }
    }
}

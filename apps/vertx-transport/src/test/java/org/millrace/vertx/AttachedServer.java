package org.millrace.vertx;

import io.vertx.core.Vertx;

/** What a user of Vert.x writes, plus a line for the test when its connections end: an HTTP server that echoes. */
final class AttachedServer {
    static final int PORT = 80;

    private AttachedServer() {
    }

    public static void main(String[] arguments) {
        for (String absent : new String[] {"net.openhft.chronicle.core.Jvm", "org.osgi.framework.Bundle",
            "org.millrace.runtime.Instance"}) {
            try {
                Class.forName(absent);
                throw new IllegalStateException(absent + " is on the class path");
            } catch (ClassNotFoundException none) {
                continue; // as it should be
            }
        }
        Vertx vertx = Vertx.builder().withTransport(MillraceTransport.attach(arguments[0])).build();
        vertx.createHttpServer()
            .connectionHandler(connection -> connection.exceptionHandler(cause -> System.out.println("lost: " + cause)))
            .requestHandler(request -> request.body().onSuccess(body -> request.response().end(body)))
            .listen(PORT, TwoHosts.SERVER)
            .onSuccess(server -> System.out.println("listening"))
            .onFailure(cause -> System.out.println("failed: " + cause));
    }
}

package org.millrace.vertx;

import io.vertx.core.Vertx;
import java.nio.file.Path;

/** A process to be killed: the instance that the test attaches to, and at the other end of its wire an echo. */
final class EchoRuntime {
    static final int PORT = 7;

    private EchoRuntime() {
    }

    public static void main(String[] arguments) {
        TwoHosts hosts = new TwoHosts(Path.of(arguments[0]));
        Vertx.builder().withTransport(MillraceTransport.over(hosts.client, TwoHosts.SIZE)).build().createNetServer()
            .connectHandler(socket -> socket.pipeTo(socket)).listen(PORT, TwoHosts.CLIENT)
            .onSuccess(server -> System.out.println("listening"));
    }
}

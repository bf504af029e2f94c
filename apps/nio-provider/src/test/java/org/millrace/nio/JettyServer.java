package org.millrace.nio;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;

/** Jetty, with what {@link JdkServer} serves. */
final class JettyServer {
    private JettyServer() {
    }

    public static void main(String[] arguments) throws Exception {
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server, 1, 2);
        connector.setHost(arguments[0]);
        connector.setPort(Integer.parseInt(arguments[1]));
        server.addConnector(connector);
        server.setHandler(new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) throws Exception {
                if (request.getMethod().equals("GET")) {
                    long length = Long.parseLong(request.getHttpURI().getPath().substring(1));
                    new Payload(length, length).writeTo(Content.Sink.asOutputStream(response));
                    response.write(true, ByteBuffer.allocate(0), callback);
                } else {
                    String hash = Payload.hash(Content.Source.asInputStream(request));
                    response.write(true, ByteBuffer.wrap(hash.getBytes(StandardCharsets.US_ASCII)), callback);
                }
                return true;
            }
        });
        server.start();
        System.out.println("listening");
    }
}

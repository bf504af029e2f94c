package org.millrace.examples;

import io.vertx.core.Vertx;
import io.vertx.core.http.ServerWebSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.millrace.vertx.MillraceTransport;

/** A chat over WebSocket: what one says, all hear. A browser gets a page to talk with. */
public final class ChatServer {
    private static final String PAGE = """
        <!DOCTYPE html><title>Chat</title><pre id=heard></pre><input id=say autofocus>
        <script>
          const chat = new WebSocket('ws://' + location.host + '/chat')
          chat.onmessage = event => heard.textContent += event.data + '\\n'
          say.onchange = () => { chat.send(say.value); say.value = '' }
        </script>
        """;

    private final Set<ServerWebSocket> present = ConcurrentHashMap.newKeySet();

    private ChatServer() {
    }

    /**
     * Serves until it is ended.
     *
     * @param arguments instance, address, port
     */
    public static void main(String[] arguments) {
        Usage.check(ChatServer.class, arguments, "INSTANCE", "ADDRESS", "PORT");
        ChatServer chat = new ChatServer();
        Vertx vertx = Vertx.builder().withTransport(MillraceTransport.attach(arguments[0])).build();
        vertx.createHttpServer()
            .requestHandler(request -> request.response().putHeader("content-type", "text/html").end(PAGE))
            .webSocketHandler(chat::join)
            .listen(Integer.parseInt(arguments[2]), arguments[1])
            .onSuccess(http -> System.out.println("chat at http://" + arguments[1] + ":" + http.actualPort()))
            .onFailure(cause -> {
                System.err.println(cause.getMessage());
                System.exit(1);
            });
    }

    private void join(ServerWebSocket socket) {
        String name = socket.remoteAddress().toString();
        present.add(socket);
        tell(name + " joins");
        socket.textMessageHandler(text -> tell(name + ": " + text));
        socket.closeHandler(closed -> {
            present.remove(socket);
            tell(name + " leaves");
        });
    }

    private void tell(String text) {
        System.out.println(text);
        present.forEach(socket -> socket.writeTextMessage(text));
    }
}

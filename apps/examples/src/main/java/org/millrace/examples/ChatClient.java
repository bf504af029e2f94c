package org.millrace.examples;

import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import java.util.Scanner;
import org.millrace.vertx.MillraceTransport;

/** Takes part in a chat: says the lines of its input, prints what it hears. */
public final class ChatClient {
    private ChatClient() {
    }

    /**
     * Talks until its input ends.
     *
     * @param arguments instance, address, port
     */
    public static void main(String[] arguments) {
        Vertx vertx = Vertx.builder().withTransport(MillraceTransport.attach(arguments[0])).build();
        WebSocketClient client = vertx.createWebSocketClient();
        client.connect(Integer.parseInt(arguments[2]), arguments[1], "/chat").onSuccess(socket -> {
            socket.textMessageHandler(System.out::println);
            socket.closeHandler(closed -> System.exit(0));
            Thread.ofPlatform().daemon().start(() -> talk(socket)); // reading a terminal blocks
        }).onFailure(cause -> {
            System.err.println(cause.getMessage());
            System.exit(1);
        });
    }

    private static void talk(WebSocket socket) {
        Scanner lines = new Scanner(System.in);
        while (lines.hasNextLine()) {
            socket.writeTextMessage(lines.nextLine());
        }
        socket.close();
    }
}

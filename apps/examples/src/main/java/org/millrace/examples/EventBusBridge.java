package org.millrace.examples;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.parsetools.RecordParser;
import java.time.LocalTime;
import java.util.HashMap;
import java.util.Map;
import org.millrace.vertx.MillraceTransport;

/**
 * Lets programs of any language take part in a Vert.x event bus, in lines of text over TCP: {@code publish ADDRESS TEXT},
 * {@code subscribe ADDRESS}, {@code unsubscribe ADDRESS}; what is published comes as {@code ADDRESS TEXT}.
 */
public final class EventBusBridge {
    private final Vertx vertx;
    private final NetSocket peer;
    private final Map<String, MessageConsumer<String>> subscriptions = new HashMap<>();

    private EventBusBridge(Vertx vertx, NetSocket peer) {
        this.vertx = vertx;
        this.peer = peer;
    }

    /**
     * Serves until it is ended; tells all subscribers of {@code time} what time it is, every second.
     *
     * @param arguments instance, address, port
     */
    public static void main(String[] arguments) {
        Usage.check(EventBusBridge.class, arguments, "INSTANCE", "ADDRESS", "PORT");
        Vertx vertx = Vertx.builder().withTransport(MillraceTransport.attach(arguments[0])).build();
        vertx.setPeriodic(1000, timer -> vertx.eventBus().publish("time", LocalTime.now().toString()));
        vertx.createNetServer().connectHandler(peer -> new EventBusBridge(vertx, peer).begin())
            .listen(Integer.parseInt(arguments[2]), arguments[1])
            .onSuccess(server -> System.out.println("bridge at " + arguments[1] + ":" + server.actualPort()))
            .onFailure(cause -> {
                System.err.println(cause.getMessage());
                System.exit(1);
            });
    }

    private void begin() {
        peer.handler(RecordParser.newDelimited("\n", this::line).maxRecordSize(65_536)
            .exceptionHandler(tooLong -> peer.close()));
        peer.closeHandler(closed -> subscriptions.values().forEach(MessageConsumer::unregister));
    }

    private void line(Buffer line) {
        String[] words = line.toString().strip().split(" ", 3);
        if (words.length == 3 && words[0].equals("publish")) {
            vertx.eventBus().publish(words[1], words[2]);
        } else if (words.length == 2 && words[0].equals("subscribe")) {
            subscriptions.computeIfAbsent(words[1], address -> vertx.eventBus().consumer(address,
                message -> peer.write(address + " " + message.body() + "\n")));
        } else if (words.length == 2 && words[0].equals("unsubscribe") && subscriptions.containsKey(words[1])) {
            subscriptions.remove(words[1]).unregister();
        } else {
            peer.write("error what is that?\n");
        }
    }
}

package org.millrace.cli.instance;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.millrace.cli.tool.Output;
import org.millrace.cli.tool.ToolException;
import org.millrace.cli.tool.Values;

/** One request to an instance over its control socket, and the answer. Owned by: the tool's thread. */
final class ControlClient implements AutoCloseable {
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);

    private final String instance;
    private final SocketChannel channel;
    private final InputStream in;
    private long patienceNs = PATIENCE_NS;
    private volatile long heardNs;
    private volatile boolean late;

    private ControlClient(String instance, SocketChannel channel) {
        this.instance = instance;
        this.channel = channel;
        in = new BufferedInputStream(Channels.newInputStream(channel));
    }

    /** {@return the result of a request that has no items} */
    static Map<String, Object> ask(InstanceFiles instance, Map<String, ?> request) throws ToolException {
        return ask(instance, request, 0);
    }

    /** {@return the result of a request that takes so long by itself} */
    static Map<String, Object> ask(InstanceFiles instance, Map<String, ?> request, long seconds) throws ToolException {
        return ask(instance, request, PATIENCE_NS, TimeUnit.SECONDS.toNanos(seconds));
    }

    static Map<String, Object> ask(InstanceFiles instance, Map<String, ?> request, long patienceNs, long byItselfNs) throws ToolException {
        try (ControlClient client = request(instance, request)) {
            client.patienceNs = patienceNs + byItselfNs;
            return client.result();
        }
    }

    /** {@return a connection on which a request has been sent} */
    static ControlClient request(InstanceFiles instance, Map<String, ?> request) throws ToolException {
        SocketChannel channel = instance.connect();
        ControlClient client = new ControlClient(instance.name(), channel);
        ByteBuffer line = StandardCharsets.UTF_8.encode(Output.json(request) + "\n");
        try {
            while (line.hasRemaining()) {
                channel.write(line);
            }
        } catch (IOException hungUp) {
            return client; // whoever hangs up before the request has said why
        }
        return client;
    }

    /** {@return the result; whoever says nothing for a minute, not even that it goes on, is given up} */
    Map<String, Object> result() throws ToolException {
        Object result = next().get("result");
        if (result == null) {
            throw new ToolException("instance '" + instance + "' has answered what this version does not know");
        }
        return Values.map(result);
    }

    /** {@return the next line of the answer, an item or the result; what is an error is thrown} */
    Map<String, Object> next() throws ToolException {
        CompletableFuture<Void> answered = new CompletableFuture<>();
        heardNs = System.nanoTime();
        watch(answered, patienceNs);
        try {
            Map<String, Object> line = JSON.std.mapFrom(line());
            if (line.get("error") != null) {
                throw refusal(Values.map(line.get("error")));
            }
            return line;
        } catch (IOException e) {
            throw lost(e);
        } finally {
            answered.complete(null);
        }
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new IOException("it has hung up");
            }
            heardNs = System.nanoTime();
            line.write(b);
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    /** Gives up when nothing has been heard for too long; looks again when that may be. */
    private void watch(CompletableFuture<Void> answered, long againNs) {
        CompletableFuture.delayedExecutor(againNs, TimeUnit.NANOSECONDS).execute(() -> {
            long leftNs = patienceNs - (System.nanoTime() - heardNs);
            if (leftNs > 0 && !answered.isDone()) {
                watch(answered, leftNs);
            } else if (!answered.isDone()) {
                late = true;
                close();
            }
        });
    }

    private static ToolException refusal(Map<String, Object> error) {
        List<Object> reasons = Values.list(error.get("reasons"));
        String message = String.valueOf(error.get("message"));
        ToolException.Fault fault = switch (String.valueOf(error.get("fault"))) {
            case "request" -> ToolException.Fault.REQUEST;
            case "down" -> ToolException.Fault.DOWN;
            default -> ToolException.Fault.FAILED;
        };
        return new ToolException(reasons.isEmpty() ? message
            : message + ": " + String.join("; ", reasons.stream().map(String::valueOf).toList()), fault);
    }

    private ToolException lost(IOException e) {
        return new ToolException("instance '" + instance + "' " + (late ? "has not answered for "
            + TimeUnit.NANOSECONDS.toSeconds(patienceNs) + " s"
            : "does not answer: " + (e instanceof ClosedChannelException || e instanceof SocketException ? "it has hung up"
            : String.valueOf(e.getMessage()).lines().findFirst().orElse(""))));
    }

    /** {@return the bytes behind the result} */
    InputStream bytes() {
        return in;
    }

    /** Says that no more of a stream is wanted; what the instance still has to say comes. Any thread. */
    void enough() {
        try {
            channel.shutdownOutput();
        } catch (IOException gone) {
            close();
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new IllegalStateException(e); // a socket's close does not fail
        }
    }
}

package org.millrace.runtime.control;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.millrace.runtime.operate.OperationException;

/**
 * Answers one request: any number of items, then a result or an error; or a result and bytes behind it. Owned by: the
 * session's thread.
 */
final class Answer {
    private static final long BETWEEN_NS = TimeUnit.SECONDS.toNanos(1);

    private final Connection connection;
    private long toldNs = System.nanoTime() - BETWEEN_NS;

    Answer(Connection connection) {
        this.connection = connection;
    }

    void item(Map<String, ?> item) throws IOException {
        line(Map.of("item", item));
    }

    void result(Map<String, ?> result) throws IOException {
        line(Map.of("result", result));
    }

    void error(OperationException refusal) throws IOException {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("fault", refusal.fault().name().toLowerCase(Locale.ROOT));
        error.put("message", refusal.getMessage());
        error.put("reasons", refusal.reasons());
        line(Map.of("error", error));
    }

    private void line(Map<String, ?> object) throws IOException {
        connection.write(ByteBuffer.wrap((JSON.std.asString(object) + "\n").getBytes(StandardCharsets.UTF_8)));
    }

    /** Tells the client, each second at most, that the line that it waits for takes long and will come: by a space, which JSON may begin with. */
    void goesOn() {
        long nowNs = System.nanoTime();
        if (nowNs - toldNs >= BETWEEN_NS) {
            toldNs = nowNs;
            try {
                connection.write(ByteBuffer.wrap(new byte[] {' '}));
            } catch (IOException gone) {
                // what it has asked for is done all the same
            }
        }
    }

    /** {@return where bytes behind the result go} */
    WritableByteChannel bytes() {
        return connection;
    }

    /** {@return whether the client wants no more of a stream; waits so long for it} */
    boolean isEnough(long waitMs) throws IOException {
        return connection.awaitEnd(waitMs);
    }
}

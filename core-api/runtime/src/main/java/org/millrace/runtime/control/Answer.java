package org.millrace.runtime.control;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.millrace.runtime.operate.OperationException;

/**
 * Answers one request: any number of items, then a result or an error; or a result and bytes behind it. Owned by: the
 * session's thread.
 */
final class Answer {
    private final Connection connection;

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

    /** {@return where bytes behind the result go} */
    WritableByteChannel bytes() {
        return connection;
    }

    /** {@return whether the client wants no more of a stream; waits so long for it} */
    boolean isEnough(long waitMs) throws IOException {
        return connection.awaitEnd(waitMs);
    }
}

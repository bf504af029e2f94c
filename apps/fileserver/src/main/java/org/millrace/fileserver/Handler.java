package org.millrace.fileserver;

import java.io.IOException;
import org.millrace.toe.StreamSocket;

/** Serves one stream. Owned by: the {@link Services} thread. */
interface Handler {
    /**
     * Does all that can be done now.
     *
     * @param stream the stream, when something has changed
     * @throws IOException if the stream is to be reset
     */
    void ready(StreamSocket stream) throws IOException;

    /** {@return how long its stream may wait from the last progress on, ns} */
    default long patienceNs(Services.Patience patience) {
        return patience.idleNs();
    }

    /** {@return whether there has been progress since the last call: what a stream that is waited for must make} */
    default boolean hasMoved() {
        return true;
    }

    /** The stream is over: lets go of files. */
    default void gone() {
    }

    /** RFC 862: what comes goes back. */
    static void echo(StreamSocket stream) throws IOException {
        stream.finishConnect();
        long offset = stream.readableOffset();
        for (int n; (n = Math.min(stream.contiguousReadable(), stream.writable())) > 0; offset = stream.readableOffset()) {
            stream.release(stream.write(stream.region(), offset, n));
        }
        if (stream.isInputEnded()) {
            stream.close();
        }
    }

    /** RFC 863: what comes is thrown away. */
    static void discard(StreamSocket stream) throws IOException {
        stream.finishConnect();
        stream.release(stream.readable());
        if (stream.isInputEnded()) {
            stream.close();
        }
    }

    /** {@return a handler that sends without end, until the peer resets it (like RFC 864, in binary)} */
    static Handler source() {
        Content content = Content.random(Long.MAX_VALUE, 0);
        return stream -> {
            stream.finishConnect();
            stream.release(stream.readable());
            for (int n; (n = stream.contiguousWritable()) > 0;) {
                stream.commit(content.fill(stream.region(), stream.writableOffset(), n));
            }
        };
    }
}

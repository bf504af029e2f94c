package org.millrace.distribution;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.function.BooleanSupplier;
import org.millrace.toe.StreamSocket;

/** An application at one end of a stream: sends a pattern, checks the one that it receives. */
final class StreamEnd implements BooleanSupplier {
    private static final int BUFFER = 16 << 10;

    final StreamSocket socket;
    private final Pattern outgoing;
    private final Pattern incoming;
    private final byte[] buffer = new byte[BUFFER];
    private final MemorySegment memory = MemorySegment.ofArray(buffer);
    private final long toSend;
    private final int writeBytes;
    long sent;
    long received;
    boolean ended;
    /** Whether it reads. */
    boolean reading = true;
    /** Whether it shuts its output down behind the last byte. */
    boolean finishing = true;
    IOException failure;

    /**
     * @param socket     the stream, perhaps not yet connected
     * @param out        seed of what it sends
     * @param in         seed of what it receives
     * @param toSend     bytes
     * @param writeBytes most bytes a write
     */
    StreamEnd(StreamSocket socket, long out, long in, long toSend, int writeBytes) {
        this.socket = socket;
        outgoing = new Pattern(out);
        incoming = new Pattern(in);
        this.toSend = toSend;
        this.writeBytes = Math.min(writeBytes, BUFFER);
    }

    @Override
    public boolean getAsBoolean() {
        if (failure != null || socket.isConnecting() || socket.isClosed()) {
            return false;
        }
        try {
            return write() | (reading && read());
        } catch (IOException e) {
            failure = e;
            return true;
        }
    }

    private boolean write() throws IOException {
        boolean any = false;
        int length = (int) Math.min(Math.min(writeBytes, socket.writable()), toSend - sent);
        if (length > 0) {
            System.arraycopy(outgoing.bytes(sent, length), 0, buffer, 0, length);
            sent += socket.write(memory, 0, length);
            any = true;
        }
        if (finishing && sent == toSend && socket.isConnected() && !socket.isOutputShutdown()) {
            socket.shutdownOutput();
            any = true;
        }
        return any;
    }

    private boolean read() throws IOException {
        int length = socket.read(memory, 0, BUFFER);
        if (length > 0) {
            incoming.check(received, buffer, length);
            received += length;
        } else if (length < 0 && !ended) {
            ended = true;
            return true;
        }
        return length > 0;
    }

    /** {@return whether it has sent all and it is acknowledged, and has received this many bytes and the end} */
    boolean isDone(long bytes) {
        if (failure != null) {
            throw new AssertionError(failure);
        }
        return sent == toSend && socket.unacknowledged() == 0 && received == bytes && ended;
    }
}

package org.millrace.lab.live;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The application at one end of a connection: writes so many bytes and finishes, reads until the peer has finished, and closes. One that
 * has nothing to write finishes after its peer.
 *
 * <p>Threads: its host's; {@link #count} and {@link #rate} the leader's.
 */
final class Flow {
    private static final int BUFFER_BYTES = 64 << 10;

    private final ByteBuffer out;
    private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final Runnable atEnd;
    private final boolean isWriter;
    private long left;
    private boolean isFinished;
    private boolean isInputEnded;
    private volatile long received;
    private volatile long counted;
    private volatile long countedNs;
    private volatile boolean isOver;
    private volatile String failure = "";

    /**
     * One end.
     *
     * @param bytes to write
     * @param atEnd run by the host's thread when it is over
     */
    Flow(long bytes, Runnable atEnd) {
        out = ByteBuffer.allocateDirect((int) Math.min(bytes, BUFFER_BYTES));
        left = bytes;
        isWriter = bytes > 0;
        this.atEnd = atEnd;
    }

    /** {@return one that writes until it is stopped} */
    static Flow endless() {
        return new Flow(Long.MAX_VALUE, () -> { });
    }

    /** {@return one that only reads} */
    static Flow reading() {
        return new Flow(0, () -> { });
    }

    /** Does what can be done now. */
    void go(Stream stream) throws IOException {
        if (isOver) {
            return;
        }
        write(stream);
        read(stream);
        if (left == 0 && !isFinished && (isWriter || isInputEnded)) {
            isFinished = true;
            stream.finish();
        }
        if (isFinished && isInputEnded) {
            isOver = true;
            stream.close();
            atEnd.run();
        }
    }

    private void write(Stream stream) throws IOException {
        while (left > 0) {
            out.clear();
            out.limit((int) Math.min(out.capacity(), left));
            int wrote = stream.write(out);
            if (wrote == 0) {
                return;
            }
            left -= wrote;
        }
    }

    private void read(Stream stream) throws IOException {
        int count;
        do {
            in.clear();
            count = stream.read(in);
            received += Math.max(count, 0);
        } while (count > 0);
        isInputEnded |= count < 0;
    }

    /** Says that it has failed, or is ended from outside. */
    void over(String why) {
        if (!isOver) {
            isOver = true;
            failure = why;
            atEnd.run();
        }
    }

    /** {@return whether it wants to write} */
    boolean isWriting() {
        return left > 0;
    }

    /** What is read counts from now on. */
    void count() {
        countedNs = System.nanoTime();
        counted = received;
    }

    /** {@return bytes a second read since the last {@link #count}} */
    double rate() {
        return (received - counted) / ((System.nanoTime() - countedNs) / 1e9);
    }

    boolean isOver() {
        return isOver;
    }

    /** {@return why it failed; empty if it did not} */
    String failure() {
        return failure;
    }
}

package org.millrace.demo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;

/** One HTTP/1.1 request and its answer (RFC 9112) over a libTOE stream. Owned by: the Toe's thread. */
final class HttpExchange {
    private static final int BUFFER_BYTES = 256 << 10;
    private static final Pattern LENGTH = Pattern.compile("(?im)^content-length: *([0-9]+)$");

    private final Toe toe;
    private final StreamSocket stream;
    private final long bytesPerSecond;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

    /**
     * Connects.
     *
     * @param bytesPerSecond how fast an answer is read at most
     */
    HttpExchange(Toe toe, InetSocketAddress server, long bytesPerSecond) throws IOException {
        this.bytesPerSecond = bytesPerSecond;
        this.toe = toe;
        stream = toe.connect(server);
        await(() -> !stream.isConnecting());
        stream.finishConnect();
    }

    /** Sends a request, with the content of {@code body} unless it is null, and stores the answer's. */
    void run(String method, String path, Path body, Path answer) throws IOException {
        if (body == null) {
            head(method, path, 0);
        } else {
            send(method, path, body);
        }
        try (FileChannel out = FileChannel.open(answer, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            receive(out);
        }
        stream.close();
    }

    private void head(String method, String path, long lengthBytes) throws IOException {
        write(StandardCharsets.US_ASCII.encode(method + " " + path + " HTTP/1.1\r\nHost: millrace\r\n"
            + "Connection: close\r\nContent-Length: " + lengthBytes + "\r\n\r\n"));
    }

    private void send(String method, String path, Path body) throws IOException {
        try (FileChannel in = FileChannel.open(body)) {
            head(method, path, in.size());
            while (in.read(buffer.clear()) >= 0) {
                write(buffer.flip());
            }
        }
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            await(() -> stream.writable() > 0 || !stream.isConnected());
            stream.write(bytes);
        }
    }

    private void receive(FileChannel out) throws IOException {
        buffer.clear();
        int end = 0;
        while (end == 0) {
            read();
            end = endOfHead();
        }
        String head = StandardCharsets.US_ASCII.decode(buffer.slice(0, end)).toString();
        Matcher length = LENGTH.matcher(head);
        if (!head.startsWith("HTTP/1.1 2") || !length.find()) {
            throw new IOException("the server answered " + head.lines().findFirst().orElse("nothing"));
        }
        long left = Long.parseLong(length.group(1));
        buffer.flip().position(end);
        long startNs = System.nanoTime();
        long taken = 0;
        while (true) {
            left -= buffer.remaining();
            taken += buffer.remaining();
            while (buffer.hasRemaining()) {
                out.write(buffer);
            }
            if (left <= 0) {
                return;
            }
            LockSupport.parkNanos((long) (taken * 1e9 / bytesPerSecond) - (System.nanoTime() - startNs));
            buffer.clear();
            read();
            buffer.flip();
        }
    }

    private void read() throws IOException {
        await(() -> stream.readable() > 0 || stream.isInputEnded() || !stream.isConnected());
        if (stream.read(buffer) < 0) {
            throw new IOException("the server closed the connection before the end of its answer");
        }
    }

    /** {@return where the content begins in what has been read, or 0 if the end of the head has not arrived} */
    private int endOfHead() {
        for (int i = 0; i + 4 <= buffer.position(); i++) {
            if (buffer.getInt(i) == 0x0d0a0d0a) {
                return i + 4;
            }
        }
        return 0;
    }

    private void await(BooleanSupplier condition) throws IOException {
        if (!toe.await(condition, Peer.STALL.toNanos())) {
            throw new IOException("nothing happened for " + Peer.STALL.toSeconds() + " s, or the runtime went away");
        }
    }
}

package org.millrace.fileserver;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.millrace.fileserver.HttpRequest.Refusal;
import org.millrace.toe.StreamSocket;

/**
 * HTTP/1.1 on one stream: requests one after the other, pipelined ones wait in the receive buffer. A refused request is
 * answered and ends the connection; what the client still sends is read and thrown away, so that no reset overtakes the
 * answer.
 *
 * <p>Owned by: the {@link Services} thread.
 */
final class HttpHandler implements Handler {
    /** Longest head. */
    static final int HEAD_BYTES = 16 << 10;
    private static final int HASH_BYTES = 256 << 10;
    private static final long DRAIN_BYTES = 64 << 20;
    private static final Map<Integer, String> REASONS = Map.of(200, "OK", 201, "Created", 400, "Bad Request", 403,
        "Forbidden", 404, "Not Found", 405, "Method Not Allowed", 411, "Length Required", 413, "Content Too Large", 431,
        "Request Header Fields Too Large", 505, "HTTP Version Not Supported");

    private enum Stage { HEAD, BODY, HASH, RESPONSE, DRAIN }

    private final Site site;
    private final byte[] head = new byte[HEAD_BYTES];
    private int headLength;
    private Stage stage = Stage.HEAD;
    private boolean moved = true;
    private boolean served;
    private boolean keepAlive;
    private boolean headOnly;
    private Upload upload;
    private Content content;
    private long left;
    private MemorySegment scratch;
    private ByteBuffer out = ByteBuffer.allocate(0);

    HttpHandler(Site site) {
        this.site = site;
    }

    @Override
    public void ready(StreamSocket stream) throws IOException {
        stream.finishConnect();
        boolean more = true;
        while (more && !stream.isClosed()) {
            more = switch (stage) {
                case HEAD -> head(stream);
                case BODY -> body(stream);
                case HASH -> hash(stream);
                case RESPONSE -> respond(stream);
                case DRAIN -> drain(stream);
            };
        }
    }

    @Override
    public long patienceNs(Services.Patience patience) {
        boolean betweenRequests = stage == Stage.HEAD && headLength == 0 && served;
        return stage != Stage.HEAD || betweenRequests ? patience.idleNs() : patience.headNs();
    }

    /** Bytes of a head are none but the first: whoever sends them one by one is not waited for without end. */
    @Override
    public boolean hasMoved() {
        boolean has = moved;
        moved = false;
        return has;
    }

    @Override
    public void gone() {
        release(upload);
        release(content);
        upload = null;
        content = null;
    }

    private static void release(Closeable file) {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            Services.LOG.warn("cannot let go of a file: {}", e.toString());
        }
    }

    private boolean head(StreamSocket stream) {
        while (headLength == 0 && stream.readable() > 0 && isLineEnd(stream)) {
            stream.release(1);
        }
        int before = headLength;
        int n = Math.min(stream.contiguousReadable(), head.length - before);
        MemorySegment.copy(stream.region(), stream.readableOffset(), MemorySegment.ofArray(head), before, n);
        int end = endOfHead(before, before + n);
        moved |= n > 0 && before == 0 || end >= 0;
        headLength = end < 0 ? before + n : end;
        stream.release(headLength - before);
        if (end >= 0) {
            headOnly = false;
            try {
                start(HttpRequest.parse(head, end));
            } catch (Refusal refusal) {
                refuse(refusal);
            } catch (IOException e) { // whoever asks can cause it at will
                Services.LOG.debug("cannot open a file", e);
                refuse(new Refusal(403, "not to be opened"));
            }
            headLength = 0;
            served = true;
        } else if (headLength == head.length) {
            refuse(new Refusal(431, "longer than " + HEAD_BYTES + " bytes"));
        } else if (stream.isInputEnded()) {
            stream.close();
        }
        return n > 0;
    }

    // RFC 9112 §2.2: empty lines before a request are ignored
    private static boolean isLineEnd(StreamSocket stream) {
        byte next = stream.region().get(ValueLayout.JAVA_BYTE, stream.readableOffset());
        return next == '\r' || next == '\n';
    }

    // RFC 9112 §2.2: a line may end in LF alone
    private int endOfHead(int from, int to) {
        for (int i = Math.max(from, 1); i < to; i++) {
            if (head[i] == '\n' && (head[i - 1] == '\n' || i > 1 && head[i - 1] == '\r' && head[i - 2] == '\n')) {
                return i + 1;
            }
        }
        return -1;
    }

    private void start(HttpRequest request) throws Refusal, IOException {
        keepAlive = request.keepAlive();
        headOnly = request.method().equals("HEAD");
        switch (request.method()) {
            case "GET", "HEAD" -> {
                if (request.contentLength() > 0) {
                    throw new Refusal(413, "no content is taken with " + request.method());
                }
                boolean hash = request.path().startsWith("/hash/");
                content = site.content(hash ? request.path().substring(5) : request.path(), request.query());
                left = content.length();
                if (hash) {
                    upload = new Upload();
                    scratch = Arena.ofAuto().allocate(HASH_BYTES);
                    stage = Stage.HASH;
                } else {
                    answer(200, "application/octet-stream", content.length(), "");
                    left = headOnly ? 0 : left;
                }
            }
            case "POST", "PUT" -> {
                if (request.contentLength() < 0) {
                    throw new Refusal(411, "no Content-Length");
                }
                upload = site.upload(request.path(), request.contentLength());
                left = request.contentLength();
                stage = Stage.BODY;
                out = bytes(request.expectsGoOn() ? "HTTP/1.1 100 Continue\r\n\r\n" : "");
            }
            default -> throw new Refusal(405, "only GET, HEAD, POST and PUT");
        }
    }

    private boolean body(StreamSocket stream) throws IOException {
        stream.write(out); // RFC 9110 §10.1.1
        int n = (int) Math.min(left, stream.contiguousReadable());
        upload.take(stream.region(), stream.readableOffset(), n);
        stream.release(n);
        left -= n;
        moved |= n > 0;
        if (left == 0 && !out.hasRemaining()) {
            text(201, upload.finish());
            upload = null;
            return true;
        }
        if (stream.isInputEnded() && left > 0) {
            stream.close();
        }
        return n > 0;
    }

    // A slice each time, so that other streams are served in between.
    private boolean hash(StreamSocket stream) throws IOException {
        if (left > 0) {
            int n = content.fill(scratch, 0, (int) Math.min(left, HASH_BYTES));
            moved = true;
            upload.take(scratch, 0, n);
            left -= n;
            stream.again();
            return false;
        }
        String line = upload.finish();
        gone();
        text(200, line);
        return true;
    }

    private boolean respond(StreamSocket stream) throws IOException {
        moved |= stream.writable() > 0;
        stream.write(out);
        if (out.hasRemaining()) {
            return false;
        }
        while (left > 0 && stream.writable() > 0) {
            int n = (int) Math.min(left, stream.contiguousWritable());
            n = content.fill(stream.region(), stream.writableOffset(), n);
            stream.commit(n);
            left -= n;
        }
        if (left > 0) {
            return false;
        }
        gone();
        if (keepAlive) {
            stage = Stage.HEAD;
        } else {
            stream.shutdownOutput();
            left = DRAIN_BYTES;
            stage = Stage.DRAIN;
        }
        return true;
    }

    private boolean drain(StreamSocket stream) throws IOException {
        moved |= stream.readable() > 0;
        left -= stream.readable();
        stream.release(stream.readable());
        if (left < 0) {
            throw new IOException("the client sends on and on after an error");
        }
        if (stream.isInputEnded()) {
            stream.close();
        }
        return false;
    }

    private void refuse(Refusal refusal) {
        gone();
        keepAlive = false;
        text(refusal.status(), refusal.getMessage() + "\n");
    }

    private void text(int status, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        answer(status, "text/plain; charset=utf-8", bytes.length, text);
        left = 0;
    }

    private void answer(int status, String type, long length, String text) {
        stage = Stage.RESPONSE;
        out = bytes("HTTP/1.1 " + status + " " + REASONS.get(status) + "\r\nServer: millrace\r\nContent-Type: " + type
            + "\r\nContent-Length: " + length + (status == 405 ? "\r\nAllow: GET, HEAD, POST, PUT" : "")
            + (keepAlive ? "\r\nConnection: keep-alive" : "\r\nConnection: close") + "\r\n\r\n" + (headOnly ? "" : text));
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}

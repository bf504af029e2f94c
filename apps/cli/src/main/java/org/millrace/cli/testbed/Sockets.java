package org.millrace.cli.testbed;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.millrace.api.context.Status;
import org.millrace.api.transport.ConnectionInfo;
import org.millrace.toe.Endpoint;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;

/** The socket calls of a stack's application. None blocks; what a call cannot do has an errno. */
final class Sockets {
    static final Set<String> CALLS = Set.of("connect", "listen", "accept", "read", "peek", "write", "shutdown", "close",
        "abort", "queues", "option");
    private static final int MAX_SOCKETS = 4096;
    private static final int MAX_BYTES = 256 << 10;
    private static final int MAX_BACKLOG = 65_535;
    private static final int PATTERN = 251;

    private final Stack stack;
    private final Map<String, Endpoint> sockets = new HashMap<>();
    /** Bytes written to each stream so far. */
    private final Map<Endpoint, Long> written = new HashMap<>();

    Sockets(Stack stack) {
        this.stack = stack;
    }

    Map<String, Object> call(String name, Fields f) throws TestbedException {
        try {
            return switch (name) {
                case "connect" -> connect(f);
                case "listen" -> listen(f);
                case "accept" -> accept(f);
                case "read" -> read(f, false);
                case "peek" -> read(f, true);
                case "write" -> write(f);
                case "shutdown" -> shutdown(f);
                case "close" -> close(f, false);
                case "abort" -> close(f, true);
                case "queues" -> queues(f);
                case "option" -> option(f);
                default -> throw new IllegalStateException(name);
            };
        } catch (IOException e) { // whoever failed knows why
            return failed(Errno.of(find(f.text(name.equals("accept") ? "listener" : "socket")).status()));
        } finally {
            stack.settle();
        }
    }

    private Map<String, Object> connect(Fields f) throws TestbedException {
        f.only(Set.of("op", "id", "socket", "address", "port", "local_port"));
        InetSocketAddress peer = address(f.text("address", "10.0.0.1"), (int) f.number("port", 1, 65_535));
        int localPort = f.integer("local_port", 0, 0, 65_535);
        InetSocketAddress local = localPort == 0 ? null : address(stack.options().address().toString(), localPort);
        keep(f.text("socket"), () -> stack.toe.connect(peer, local, null));
        return failed(Errno.IN_PROGRESS);
    }

    private Map<String, Object> listen(Fields f) throws TestbedException {
        f.only(Set.of("op", "id", "socket", "port", "backlog"));
        InetSocketAddress local = address(stack.options().address().toString(), (int) f.number("port", 0, 65_535));
        int backlog = f.integer("backlog", 128, 0, MAX_BACKLOG);
        Endpoint listener = keep(f.text("socket"), () -> stack.toe.listen(local, backlog));
        stack.settle();
        return listener.status() == Status.OK ? result(0) : failed(Errno.of(listener.status()));
    }

    private Map<String, Object> accept(Fields f) throws TestbedException, IOException {
        f.only(Set.of("op", "id", "socket", "listener"));
        if (!(find(f.text("listener")) instanceof ListenSocket listener)) {
            throw new TestbedException("socket " + f.text("listener") + " does not listen");
        }
        if (listener.isClosed()) {
            return failed(Errno.BAD_DESCRIPTOR);
        }
        StreamSocket stream = listener.accept();
        if (stream == null) {
            return failed(Errno.AGAIN);
        }
        keep(f.text("socket"), () -> stream);
        Map<String, Object> answer = result(0);
        answer.put("peer_port", stream.peerAddress().getPort());
        return answer;
    }

    private Map<String, Object> read(Fields f, boolean peek) throws TestbedException, IOException {
        f.only(Set.of("op", "id", "socket", "bytes"));
        StreamSocket stream = stream(f);
        byte[] bytes = new byte[(int) f.number("bytes", 1, MAX_BYTES)];
        if (stream.isClosed() || stream.isConnecting()) {
            return failed(stream.isClosed() ? Errno.BAD_DESCRIPTOR : Errno.NOT_CONNECTED);
        }
        MemorySegment to = MemorySegment.ofArray(bytes);
        int count = peek ? stream.peek(to, 0, bytes.length) : stream.read(to, 0, bytes.length);
        if (count == 0) {
            return failed(Errno.AGAIN);
        }
        Map<String, Object> answer = result(Math.max(count, 0)); // 0: the end
        answer.put("data", HexFormat.of().formatHex(bytes, 0, Math.max(count, 0)));
        return answer;
    }

    private Map<String, Object> write(Fields f) throws TestbedException, IOException {
        f.only(Set.of("op", "id", "socket", "bytes", "data"));
        StreamSocket stream = stream(f);
        long from = written.getOrDefault(stream, 0L);
        byte[] bytes = f.has("data") ? f.hex("data") : pattern(from, (int) f.number("bytes", 1, MAX_BYTES));
        if (bytes.length == 0 || bytes.length > MAX_BYTES) {
            throw new TestbedException("data is " + bytes.length + " bytes, allowed is 1 to " + MAX_BYTES);
        }
        if (stream.isClosed() || stream.isConnecting()) {
            return failed(stream.isClosed() ? Errno.BAD_DESCRIPTOR : Errno.NOT_CONNECTED);
        }
        if (stream.isOutputShutdown()) {
            return failed(Errno.PIPE);
        }
        int count = stream.write(MemorySegment.ofArray(bytes), 0, bytes.length);
        written.put(stream, from + count);
        return count == 0 ? failed(Errno.AGAIN) : result(count);
    }

    private static byte[] pattern(long from, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) ((from + i) % PATTERN);
        }
        return bytes;
    }

    private Map<String, Object> shutdown(Fields f) throws TestbedException {
        f.only(Set.of("op", "id", "socket"));
        StreamSocket stream = stream(f);
        if (stream.isClosed() || !stream.isConnected()) {
            return failed(stream.isClosed() ? Errno.BAD_DESCRIPTOR : Errno.NOT_CONNECTED);
        }
        stream.shutdownOutput();
        return result(0);
    }

    private Map<String, Object> close(Fields f, boolean abort) throws TestbedException {
        f.only(Set.of("op", "id", "socket"));
        Endpoint endpoint = find(f.text("socket"));
        if (endpoint.isClosed()) {
            return failed(Errno.BAD_DESCRIPTOR);
        }
        if (abort) {
            stream(f).abort();
        } else {
            endpoint.close();
        }
        written.remove(endpoint);
        return result(0);
    }

    private Map<String, Object> queues(Fields f) throws TestbedException {
        f.only(Set.of("op", "id", "socket"));
        StreamSocket stream = stream(f);
        Map<String, Object> answer = result(0);
        answer.put("in", stream.readable());
        answer.put("out", stream.unacknowledged());
        return answer;
    }

    private Map<String, Object> option(Fields f) throws TestbedException {
        f.only(Set.of("op", "id", "socket", "name", "value"));
        Endpoint endpoint = find(f.text("socket"));
        String name = f.text("name");
        if (f.has("value")) {
            if (endpoint.isClosed()) {
                return failed(Errno.BAD_DESCRIPTOR);
            }
            return SocketOptions.set(endpoint, name, f.number("value", 0, Integer.MAX_VALUE)) ? result(0) : failed(Errno.NO_OPTION);
        }
        Object value = value(endpoint, name);
        if (value == null) {
            return failed(Errno.NO_OPTION);
        }
        Map<String, Object> answer = result(0);
        answer.put("value", value);
        return answer;
    }

    private Object value(Endpoint endpoint, String name) {
        if (name.equals("SO_ERROR")) {
            return Errno.of(endpoint.status());
        }
        if (name.equals("SO_ACCEPTCONN")) {
            return endpoint instanceof ListenSocket ? 1 : 0;
        }
        if (!(endpoint instanceof StreamSocket stream)) {
            return null;
        }
        return switch (name) {
            case "SO_RCVBUF" -> stack.options().size().receiveBytes();
            case "SO_SNDBUF" -> stack.options().size().transmitBytes();
            case "SIOCINQ" -> stream.readable();
            case "SIOCOUTQ" -> stream.unacknowledged();
            case "TCP_INFO" -> info(stream);
            default -> SocketOptions.get(stream, name, stack.options().options());
        };
    }

    private Map<String, Object> info(StreamSocket stream) {
        Map<String, Object> info = new LinkedHashMap<>();
        for (ConnectionInfo line : stack.path().status().connections()) {
            if (stream.peerAddress().equals(line.peer())
                && (stream.localAddress() == null || stream.localAddress().equals(line.local()))) {
                info.put("state", line.state());
                for (String pair : line.detail().split(" ")) {
                    int is = pair.indexOf('=');
                    if (is > 0) {
                        info.put(pair.substring(0, is), pair.substring(is + 1));
                    }
                }
                return info;
            }
        }
        info.put("state", "none");
        return info;
    }

    /** Opens an endpoint under a name that is free. */
    private Endpoint keep(String name, Supplier<Endpoint> opening) throws TestbedException {
        Endpoint old = sockets.get(name);
        if (old != null && !old.isClosed()) {
            throw new TestbedException("there is a socket " + name + ": close it or choose another name");
        }
        if (sockets.size() >= MAX_SOCKETS && old == null) {
            throw new TestbedException("there are " + MAX_SOCKETS + " sockets, no more is allowed: use names again");
        }
        Endpoint endpoint = opening.get();
        sockets.put(name, endpoint);
        return endpoint;
    }

    private Endpoint find(String name) throws TestbedException {
        Endpoint endpoint = sockets.get(name);
        if (endpoint == null) {
            throw new TestbedException("there is no socket " + name);
        }
        return endpoint;
    }

    private StreamSocket stream(Fields f) throws TestbedException {
        if (find(f.text("socket")) instanceof StreamSocket stream) {
            return stream;
        }
        throw new TestbedException("socket " + f.text("socket") + " listens: it has no stream");
    }

    private static InetSocketAddress address(String text, int port) throws TestbedException {
        try {
            return new InetSocketAddress(InetAddress.ofLiteral(text), port);
        } catch (IllegalArgumentException e) {
            throw new TestbedException("address is " + text + ", allowed is an IPv4 address");
        }
    }

    private static Map<String, Object> result(int value) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("result", value);
        return answer;
    }

    private static Map<String, Object> failed(String errno) {
        Map<String, Object> answer = result(-1);
        answer.put("errno", errno);
        return answer;
    }
}

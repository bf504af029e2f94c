package org.millrace.cli.testbed;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Serves testbeds over a Unix socket: a connection has a {@link Testbed} of its own, a line is a request and has a line
 * as its answer, both JSON objects. docs/testbed.md.
 *
 * <p>{@link #close} by any thread.
 */
public final class TestbedServer implements AutoCloseable {
    /** Most clients at a time. */
    static final int MAX_CLIENTS = 16;
    /** Longest request, bytes. */
    static final int MAX_LINE_BYTES = 1 << 20;
    private static final int BACKLOG = 16;

    private final Path socket;
    private final ServerSocketChannel listener;
    private final Set<SocketChannel> clients = ConcurrentHashMap.newKeySet();

    private TestbedServer(Path socket, ServerSocketChannel listener) {
        this.socket = socket;
        this.listener = listener;
    }

    /**
     * Takes its place at a path; what a killed testbed has left there is taken over.
     *
     * @param socket where; a path of at most 100 bytes, in a directory that exists
     * @return the server, which serves nobody yet
     * @throws IOException if it cannot, one line
     */
    public static TestbedServer at(Path socket) throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(socket);
        if (Files.exists(socket)) {
            if (isRegular(socket) || answers(address)) {
                throw new IOException(socket + " is in use: choose another path");
            }
            Files.delete(socket);
        }
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            listener.bind(address, BACKLOG);
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            listener.close();
            throw new IOException("cannot listen at " + socket + ": " + e.getMessage()
                + "; the directory must exist and be yours, the path not longer than 100 bytes", e);
        }
        return new TestbedServer(socket, listener);
    }

    private static boolean isRegular(Path path) {
        return Files.isRegularFile(path) || Files.isDirectory(path);
    }

    private static boolean answers(UnixDomainSocketAddress address) {
        try (SocketChannel other = SocketChannel.open(address)) {
            return other.isConnected();
        } catch (IOException gone) {
            return false;
        }
    }

    /**
     * Serves until it is closed.
     *
     * @param once whether to end with the first client
     * @throws IOException if no client can be taken any more
     */
    public void serve(boolean once) throws IOException {
        try {
            while (true) {
                SocketChannel client = listener.accept();
                if (once) {
                    serve(client);
                    return;
                }
                Thread.ofPlatform().daemon().name("testbed").start(() -> serve(client));
            }
        } catch (ClosedChannelException closed) {
            return;
        } finally {
            close();
        }
    }

    private void serve(SocketChannel client) {
        clients.add(client);
        try (client; Testbed testbed = new Testbed()) {
            if (clients.size() > MAX_CLIENTS) {
                send(client, error("there are " + MAX_CLIENTS + " clients, no more is allowed: come back later"));
                return;
            }
            InputStream in = new BufferedInputStream(Channels.newInputStream(client));
            for (String line = line(in); line != null; line = line(in)) {
                send(client, answer(testbed, line));
            }
        } catch (IOException gone) {
            return; // nobody is there to be told
        } finally {
            clients.remove(client);
        }
    }

    /** {@return the next line without its end; null: there is none. A line that is too long is read and answered as such} */
    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                return null;
            }
            if (line.size() <= MAX_LINE_BYTES) {
                line.write(next);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    private static Map<String, Object> answer(Testbed testbed, String line) {
        if (line.length() > MAX_LINE_BYTES) {
            return error("the request is longer than " + MAX_LINE_BYTES + " bytes");
        }
        Map<String, Object> request;
        try {
            request = JSON.std.mapFrom(line);
        } catch (IOException e) {
            return error("the request is no JSON object on one line");
        }
        try {
            return testbed.call(request == null ? Map.of() : request);
        } catch (RuntimeException | LinkageError e) { // a fault of the stack: it must not end the conversation
            return error("the stack has failed, open another one: " + e);
        }
    }

    private static Map<String, Object> error(String message) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("error", message);
        return answer;
    }

    private static void send(SocketChannel client, Map<String, Object> answer) throws IOException {
        ByteBuffer line = ByteBuffer.wrap((JSON.std.asString(answer) + "\n").getBytes(StandardCharsets.UTF_8));
        while (line.hasRemaining()) {
            client.write(line);
        }
    }

    /** Hangs up on everybody and takes the socket away. */
    @Override
    public void close() {
        try {
            listener.close();
            for (SocketChannel client : clients) {
                client.close();
            }
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            return; // the path is somebody else's by now
        }
    }
}

package org.millrace.distribution;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.millrace.distribution.Conversation.Step;
import org.millrace.toe.StreamSocket;

/** One side of a {@link Conversation}: does its steps as far as they go without waiting, and keeps a log of what it has seen. */
final class ConversationEnd implements BooleanSupplier {
    private static final int MOST = 8192;
    private static final long MS_NS = 1_000_000;

    /** A stream, of Millrace or of the kernel; nothing waits. */
    interface Stream {
        boolean isConnected() throws IOException;

        int read(ByteBuffer into) throws IOException;

        int write(ByteBuffer from) throws IOException;

        void shutdownOutput() throws IOException;

        void close() throws IOException;

        void abort() throws IOException;
    }

    final List<String> log = new ArrayList<>();
    private final Stream stream;
    private final List<Step> steps;
    private final LongSupplier clock;
    private final Pattern outgoing;
    private final Pattern incoming;
    private final ByteBuffer buffer = ByteBuffer.allocate(MOST);
    private final byte number;
    private int at;
    private int sent;
    private int received;
    private long totalSent;
    private long totalReceived;
    private long sinceNs = -1;
    private boolean reset;
    private boolean named;

    /**
     * @param stream    connected, or connecting
     * @param isClient  the client's side
     * @param clock     nanoseconds
     */
    ConversationEnd(Stream stream, Conversation conversation, boolean isClient, LongSupplier clock) {
        this.stream = stream;
        this.clock = clock;
        steps = isClient ? conversation.client() : conversation.server();
        outgoing = new Pattern(2L * conversation.number() + (isClient ? 0 : 1));
        incoming = new Pattern(2L * conversation.number() + (isClient ? 1 : 0));
        named = !isClient;
        number = (byte) conversation.number();
    }

    /** {@return what a side's log has to be} */
    static List<String> expected(Conversation conversation, boolean isClient) {
        List<String> log = new ArrayList<>();
        long received = 0;
        for (Step step : isClient ? conversation.client() : conversation.server()) {
            received += step.in();
            switch (step.kind()) {
                case EXCHANGE -> log.add("sent " + step.out() + ", has " + received);
                case PAUSE, FINISH, CLOSE, ABORT -> log.add(step.kind().name());
                case END -> log.add("end behind " + received);
                case RESET -> log.add("reset behind " + received);
            }
        }
        return log;
    }

    boolean isDone() {
        return at == steps.size();
    }

    @Override
    public boolean getAsBoolean() {
        boolean any = false;
        try {
            while (!isDone() && stream.isConnected() && isNamed() && step(steps.get(at))) {
                at++;
                sent = 0;
                received = 0;
                sinceNs = -1;
                any = true;
            }
        } catch (IOException e) {
            log.add("failed: " + e);
            at = steps.size();
        }
        return any;
    }

    /** The server knows by the first byte which one it is. */
    private boolean isNamed() throws IOException {
        named = named || stream.write(buffer.clear().put(number).flip()) == 1;
        return named;
    }

    /** {@return whether it is done} */
    private boolean step(Step step) throws IOException {
        switch (step.kind()) {
            case EXCHANGE -> {
                send(step.out());
                receive(step.in());
                if (sent < step.out() || received < step.in()) {
                    return false;
                }
                log.add("sent " + step.out() + ", has " + totalReceived);
                return true;
            }
            case PAUSE -> {
                sinceNs = sinceNs < 0 ? clock.getAsLong() : sinceNs;
                if (clock.getAsLong() - sinceNs < step.out() * MS_NS) {
                    return false;
                }
            }
            case FINISH -> stream.shutdownOutput();
            case END -> {
                int length = stream.read(buffer.clear());
                if (length > 0) {
                    throw new IOException(length + " bytes more than were to come");
                }
                if (length == 0) {
                    return false;
                }
                log.add("end behind " + totalReceived);
                return true;
            }
            case CLOSE -> stream.close();
            case ABORT -> stream.abort();
            case RESET -> {
                if (!isReset()) {
                    return false;
                }
                log.add("reset behind " + totalReceived);
                return true;
            }
        }
        log.add(step.kind().name());
        return true;
    }

    private void send(int bytes) throws IOException {
        for (int length = 1; length > 0 && sent < bytes;) {
            int wanted = Math.min(MOST, bytes - sent);
            buffer.clear().put(outgoing.bytes(totalSent, wanted)).flip();
            length = stream.write(buffer);
            sent += length;
            totalSent += length;
        }
    }

    private void receive(int bytes) throws IOException {
        for (int length = 1; length > 0 && received < bytes;) {
            length = stream.read(buffer.clear().limit(Math.min(MOST, bytes - received)));
            if (length < 0) {
                throw new IOException("the end, behind " + totalReceived);
            }
            incoming.check(totalReceived, buffer.array(), length);
            received += length;
            totalReceived += length;
        }
    }

    /** A reset is sent once and may be lost: a byte, sent again until it is answered, asks for another. */
    private boolean isReset() {
        try {
            if (!reset) {
                reset = true;
                stream.write(buffer.clear().limit(1));
            }
            if (stream.read(buffer.clear()) != 0) {
                throw new AssertionError("no reset but bytes, or the end");
            }
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    static Stream of(StreamSocket socket) {
        return new Stream() {
            @Override
            public boolean isConnected() {
                return !socket.isConnecting();
            }

            @Override
            public int read(ByteBuffer into) throws IOException {
                return socket.read(into);
            }

            @Override
            public int write(ByteBuffer from) throws IOException {
                return socket.write(from);
            }

            @Override
            public void shutdownOutput() {
                socket.shutdownOutput();
            }

            @Override
            public void close() {
                socket.close();
            }

            @Override
            public void abort() {
                socket.abort();
            }
        };
    }

    static Stream of(SocketChannel channel) {
        return new Stream() {
            @Override
            public boolean isConnected() throws IOException {
                return channel.isConnected() || channel.finishConnect();
            }

            @Override
            public int read(ByteBuffer into) throws IOException {
                return channel.read(into);
            }

            @Override
            public int write(ByteBuffer from) throws IOException {
                return channel.write(from);
            }

            @Override
            public void shutdownOutput() throws IOException {
                channel.shutdownOutput();
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }

            @Override
            public void abort() throws IOException {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
                channel.close();
            }
        };
    }
}

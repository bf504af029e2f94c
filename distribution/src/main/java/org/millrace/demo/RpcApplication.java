package org.millrace.demo;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.millrace.api.context.ContextSize;
import org.millrace.toe.Attach;
import org.millrace.toe.Attach.AttachException;
import org.millrace.toe.MessageSocket;
import org.millrace.toe.RpcSocket;
import org.millrace.toe.RpcSocket.Happening;
import org.millrace.toe.Toe;

/** Applications of calls and datagrams, attached to an instance of another process: one that echoes both, one that asks it. */
public final class RpcApplication {
    /** The line that says that it serves begins with this. */
    static final String SERVES = "serves";
    private static final String SHORT = "20000 calls of 100 bytes, eight at once, are answered with their own bytes";
    private static final String LONG = "20 calls of 1000000 bytes each way are answered with their own bytes";
    private static final String DATAGRAM = "a datagram comes back by UDP, from the same port number";
    /** Lines of the one that asks: what it claims, and figures. */
    static final List<String> CLAIMS = List.of(SHORT, LONG, DATAGRAM);

    private static final int PORT = 99;
    private static final int SHORT_CALLS = 20_000;
    private static final int AT_ONCE = 8;
    private static final int LONG_CALLS = 20;
    private static final int LONG_BYTES = 1_000_000;
    private static final long LIMIT_NS = 50_000_000_000L;

    private final Toe toe;
    private final RpcSocket calls;
    private final MessageSocket datagrams;
    private final byte[] sent = new byte[LONG_BYTES];

    private RpcApplication(Toe toe, InetSocketAddress local) {
        this.toe = toe;
        calls = toe.bindRpc(local, "homa");
        datagrams = toe.bind(local, "udp");
        new SplittableRandom(1).nextBytes(sent);
    }

    /**
     * Serves until it is killed, or asks once.
     *
     * @param arguments the instance, {@code serve} or {@code call}, the server's address
     * @throws AttachException if there is no such instance
     * @throws IOException     if something goes wrong
     */
    public static void main(String[] arguments) throws AttachException, IOException {
        InetAddress server = InetAddress.ofLiteral(arguments[2]);
        boolean serves = arguments[1].equals("serve");
        try (Toe toe = Toe.open(Attach.context(arguments[0], new ContextSize(8, 8 << 20, 8 << 20, 4096)))) {
            RpcApplication application = new RpcApplication(toe,
                serves ? new InetSocketAddress(server, PORT) : new InetSocketAddress(0));
            application.await(() -> application.calls.isBound() && application.datagrams.isBound());
            if (serves) {
                application.serve();
            } else {
                application.ask(new InetSocketAddress(server, PORT));
            }
        }
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private void await(Condition condition) throws IOException {
        long beginNs = System.nanoTime();
        while (!condition.holds()) {
            if (!toe.isOpen() || System.nanoTime() - beginNs > LIMIT_NS) {
                throw new IOException("no answer after " + LIMIT_NS / 1_000_000_000 + " s");
            }
            toe.poll(LIMIT_NS / 1000);
            while (toe.nextReady() != null) {
                // conditions ask the sockets themselves
            }
        }
    }

    private void serve() throws IOException {
        System.out.println(SERVES + " calls and datagrams at port " + PORT);
        ByteBuffer datagram = ByteBuffer.allocate(2000);
        while (toe.isOpen()) {
            InetSocketAddress from = datagrams.receive(datagram.clear());
            while (from != null) {
                datagrams.send(datagram.flip(), from);
                from = datagrams.receive(datagram.clear());
            }
            while (calls.next() == Happening.REQUEST) {
                echo();
            }
            toe.poll(-1);
            while (toe.nextReady() != null) {
                // both are asked each time
            }
        }
    }

    private void echo() throws IOException {
        long[] at = {RpcSocket.NONE};
        await(() -> (at[0] = calls.allocate(calls.length())) != RpcSocket.NONE);
        MemorySegment.copy(toe.region(), calls.offset(), toe.region(), at[0], calls.length());
        await(() -> calls.reply(calls.number(), at[0], calls.length()));
        calls.release(calls.offset());
    }

    private void ask(InetSocketAddress server) throws IOException {
        long[] latencies = new long[SHORT_CALLS];
        long beginNs = System.nanoTime();
        ask(server, SHORT_CALLS, AT_ONCE, 100, latencies);
        Arrays.sort(latencies);
        say("%s p50 %d us, p99 %d us, %d a second", SHORT, latencies[SHORT_CALLS / 2] / 1000,
            latencies[SHORT_CALLS - SHORT_CALLS / 100] / 1000, SHORT_CALLS * 1_000_000_000L / (System.nanoTime() - beginNs));
        beginNs = System.nanoTime();
        ask(server, LONG_CALLS, 2, LONG_BYTES, new long[LONG_CALLS]);
        say("%s %.2f Gbit/s each way", LONG, LONG_CALLS * LONG_BYTES * 8.0 / (System.nanoTime() - beginNs));
        ByteBuffer answer = ByteBuffer.allocate(100);
        datagrams.send(ByteBuffer.wrap("hello".getBytes(java.nio.charset.StandardCharsets.US_ASCII)), server);
        await(() -> datagrams.receive(answer) != null);
        require(answer.position() == 5);
        System.out.println(DATAGRAM);
    }

    private void ask(InetSocketAddress server, int count, int atOnce, int bytes, long[] latencies) throws IOException {
        long[] begunNs = new long[count];
        int begun = 0;
        for (int ended = 0; ended < count;) {
            while (begun < count && calls.outstanding() < atOnce) {
                long at = calls.allocate(bytes);
                if (at == RpcSocket.NONE) {
                    break;
                }
                MemorySegment.copy(sent, 0, toe.region(), ValueLayout.JAVA_BYTE, at, bytes);
                toe.region().set(ValueLayout.JAVA_INT_UNALIGNED, at, begun);
                begunNs[begun] = System.nanoTime();
                if (calls.call(at, bytes, server, RpcSocket.NO_DEADLINE) == RpcSocket.NO_CALL) {
                    calls.discard(at);
                    break;
                }
                begun++;
            }
            Happening[] what = {null};
            await(() -> (what[0] = calls.next()) != null);
            if (what[0] != Happening.RESPONSE) {
                throw new IOException("a call has failed: " + calls.failure().text());
            }
            int index = toe.region().get(ValueLayout.JAVA_INT_UNALIGNED, calls.offset());
            require(calls.length() == bytes && index >= 0 && index < begun && MemorySegment.mismatch(toe.region(), calls.offset() + 4,
                calls.offset() + bytes, MemorySegment.ofArray(sent), 4, bytes) < 0);
            latencies[index] = System.nanoTime() - begunNs[index];
            calls.release(calls.offset());
            ended++;
        }
    }

    /** In one piece: somebody reads along. */
    private static void say(String format, Object... figures) {
        System.out.println(String.format(format, figures));
    }

    private static void require(boolean held) throws IOException {
        if (!held) {
            throw new IOException("what has come back is not what was sent");
        }
    }
}

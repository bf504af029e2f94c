package org.millrace.distribution;

import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.millrace.api.context.ContextSize;
import org.millrace.api.context.Status;
import org.millrace.ports.PacketPortFactory;
import org.millrace.runtime.Instance;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.testkit.Eventually;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;

/** Ends of connections, orderly and not, with the kernel at the other end. Part of {@link LinuxScenarios}. */
final class LinuxClosing implements AutoCloseable {
    private static final int BYTES = 200_000;
    private static final int ROUNDS = 40;
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(20);

    private final Instance instance;
    private Toe toe;
    private ListenSocket listener;
    private Socket kernel;
    private StreamSocket stream;

    private LinuxClosing() {
        instance = LinuxHost.instance(new PacketPortFactory(), List.of(LinuxHost.transport), LinuxHost.OPTIONS);
    }

    static void run(String scenario) throws Exception {
        LinuxHost.link(1500);
        try (LinuxClosing closing = new LinuxClosing()) {
            switch (scenario) {
                case "lingers" -> closing.lingers();
                case "unreadInput" -> closing.unreadInput();
                default -> closing.resetKeepsInput();
            }
        }
    }

    private void open() {
        toe = Toe.open(instance, ContextSize.DEFAULT);
        listener = toe.listen(LinuxHost.HTTP, 16);
        await(listener::isListening);
    }

    private void connect(int receiveBytes) throws IOException {
        kernel = new Socket();
        kernel.setReceiveBufferSize(receiveBytes);
        kernel.connect(LinuxHost.HTTP);
        stream = null;
        await(() -> {
            try {
                stream = stream == null ? listener.accept() : stream;
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            return stream != null;
        });
    }

    private void await(BooleanSupplier condition) {
        if (!toe.await(condition, PATIENCE_NS)) {
            throw new AssertionError("not in time: " + instance.status());
        }
    }

    /** Bytes that the kernel's end reads, and how they end. */
    private String readAll() throws IOException {
        byte[] buffer = new byte[4096];
        long sum = 0;
        try (Socket socket = kernel) {
            int length;
            while ((length = socket.getInputStream().read(buffer)) >= 0) {
                sum += length;
            }
            return sum + " and the end";
        } catch (IOException e) {
            return sum + " and a reset";
        }
    }

    /** Written, closed or not, and the context gone; the peer holds 8 KiB and reads when it has been probed. */
    private void lingers() throws Exception {
        equal(BYTES + " and the end", leftBehind(true));
        String killed = leftBehind(false);
        System.out.println("not closed: " + killed);
        if (LinuxHost.transport instanceof FlexToeFactory) { // the other has pushed what it was granted
            equal(BYTES + " and a reset", killed);
        }
        equal(true, killed.endsWith("a reset"));
        Eventually.holds(() -> instance.status().contexts() == 0, instance::status);
    }

    private String leftBehind(boolean closes) throws IOException {
        String probes = LinuxHost.transport.name() + ".window probes";
        long before = instance.status().counters().get(probes);
        open();
        connect(8 << 10);
        equal(BYTES, stream.write(ByteBuffer.allocate(BYTES)));
        if (closes) {
            stream.close();
        }
        toe.close();
        Eventually.holds(() -> instance.status().counters().get(probes) >= before + 2, instance::status);
        return readAll();
    }

    /** A client that goes on sending is answered and closed on with most of its bytes unread. */
    private void unreadInput() throws Exception {
        open();
        for (int round = 0; round < ROUNDS; round++) {
            connect(64 << 10);
            Socket sending = kernel;
            Thread client = Thread.ofPlatform().start(() -> {
                try {
                    sending.getOutputStream().write(new byte[300_000]);
                } catch (IOException e) {
                    // reset: it has been answered
                }
            });
            await(() -> stream.readable() >= 1000);
            stream.read(ByteBuffer.allocate(1000));
            stream.write(ByteBuffer.allocate(300));
            stream.close();
            toe.flush();
            String answer = readAll();
            equal("300", answer.substring(0, answer.indexOf(' ')));
            client.join();
        }
    }

    /** The kernel's end says three bytes and closes with our greeting unread: a reset right behind them. */
    private void resetKeepsInput() throws Exception {
        open();
        for (int round = 0; round < ROUNDS; round++) {
            connect(64 << 10);
            stream.write(ByteBuffer.allocate(1000));
            toe.flush();
            Eventually.holds(() -> kernel.getInputStream().available() > 0, () -> "no greeting: " + instance.status());
            kernel.getOutputStream().write("BYE".getBytes());
            kernel.setSoLinger(true, 0); // else the JDK sends a FIN before
            kernel.close();
            await(() -> stream.status() != Status.OK);
            equal(3, stream.read(ByteBuffer.allocate(10)));
            try {
                stream.read(ByteBuffer.allocate(10));
                throw new AssertionError("no reset");
            } catch (IOException reset) {
                stream.close();
            }
        }
    }

    private static void equal(Object expected, Object found) {
        if (!expected.equals(found)) {
            throw new AssertionError("expected " + expected + ", found " + found);
        }
    }

    @Override
    public void close() {
        toe.close();
        instance.close();
    }
}

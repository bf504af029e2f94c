package org.millrace.distribution;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.millrace.api.context.ContextSize;
import org.millrace.api.context.StreamOption;
import org.millrace.ports.PacketPortFactory;
import org.millrace.runtime.Instance;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;

/** Options of streams as the kernel at the other end sees them. Part of {@link LinuxScenarios}. */
final class LinuxOptions {
    private static final String LINUX_ADDRESS = "10.77.0.1";
    private static final int EXPEDITED = 46; // RFC 3246 §2.7
    private static final int WRITES = 20;
    private static final int WRITTEN = 10;
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(20);
    private static final Pattern DATA = Pattern.compile("data_segs_in:(\\d+)");
    private static final Pattern ANSWERS = Pattern.compile(" segs_out:(\\d+)");

    private final Instance instance;
    private final Toe toe;
    private final StreamSocket stream;
    private final SocketChannel accepted;
    private final DataInputStream input;

    private LinuxOptions(Instance instance, Toe toe, ServerSocketChannel server) throws IOException {
        this.instance = instance;
        this.toe = toe;
        stream = toe.connect((InetSocketAddress) server.getLocalAddress());
        stream.option(StreamOption.DSCP, EXPEDITED);
        if (!toe.await(stream::isConnected, PATIENCE_NS)) {
            throw new AssertionError("not connected in time");
        }
        accepted = server.accept();
        input = new DataInputStream(accepted.socket().getInputStream());
    }

    static void run() throws Exception {
        LinuxHost.link(1500);
        // the kernel gives an accepted socket the type of service that the peer's SYN has
        Files.writeString(Path.of("/proc/sys/net/ipv4/tcp_reflect_tos"), "1");
        try (Instance instance = LinuxHost.instance(new PacketPortFactory(), List.of(LinuxHost.transport), LinuxHost.OPTIONS);
             Toe toe = Toe.open(instance, ContextSize.DEFAULT);
             ServerSocketChannel server = ServerSocketChannel.open().bind(new InetSocketAddress(LINUX_ADDRESS, 9000))) {
            LinuxOptions options = new LinuxOptions(instance, toe, server);
            options.codePoint();
            options.nagle();
        }
    }

    private void codePoint() throws IOException {
        int tos = accepted.getOption(StandardSocketOptions.IP_TOS);
        if (tos >> 2 != EXPEDITED) {
            throw new AssertionError("the kernel has seen a SYN with type of service " + tos);
        }
    }

    /**
     * Without it each write that is awaited is a segment. With it those that nobody awaits are few: a segment waits for the
     * acknowledgement of the one before, which the kernel delays.
     */
    private void nagle() throws Exception {
        Seen begin = seen();
        for (int i = 0; i < WRITES; i++) {
            write();
            read(1);
        }
        Seen undelayed = seen();
        stream.option(StreamOption.NO_DELAY, 0);
        for (int i = 0; i < WRITES; i++) {
            write();
        }
        read(WRITES);
        Seen gathered = seen();
        long alone = undelayed.segments - begin.segments;
        long together = gathered.segments - undelayed.segments;
        long most = 1 + gathered.acknowledgements - undelayed.acknowledgements + gathered.timeouts - undelayed.timeouts;
        System.out.println(WRITES + " writes: " + alone + " segments without delay, " + together + " of at most " + most
            + " with Nagle's algorithm");
        if (alone < WRITES || together > most) {
            throw new AssertionError("segments without delay " + alone + ", with Nagle's algorithm " + together + " of " + most);
        }
    }

    private void write() throws IOException {
        stream.write(ByteBuffer.allocate(WRITTEN));
        toe.flush();
    }

    private void read(int writes) throws IOException {
        input.readFully(new byte[writes * WRITTEN]);
        toe.poll(0);
    }

    private Seen seen() throws IOException {
        Process ss = new ProcessBuilder("ss", "-tinH", "sport", "=", ":9000").redirectErrorStream(true).start();
        String output = new String(ss.getInputStream().readAllBytes());
        if (!output.contains("ESTAB")) {
            throw new AssertionError("no connection: " + output);
        }
        return new Seen(number(DATA, output), number(ANSWERS, output),
            instance.status().counters().get(LinuxHost.transport.name() + ".retransmission timeouts"));
    }

    /** {@return a figure, of which there is no word while it is 0} */
    private static long number(Pattern pattern, String output) {
        Matcher found = pattern.matcher(output);
        return found.find() ? Long.parseLong(found.group(1)) : 0;
    }

    /** What the kernel has received and sent, and how often it has been sent again what it may have received. */
    private record Seen(long segments, long acknowledgements, long timeouts) {
    }
}

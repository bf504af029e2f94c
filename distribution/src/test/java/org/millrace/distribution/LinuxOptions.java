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
    private static final Pattern SEGMENTS = Pattern.compile("data_segs_in:(\\d+)");

    private final Toe toe;
    private final StreamSocket stream;
    private final SocketChannel accepted;
    private final DataInputStream input;

    private LinuxOptions(Toe toe, ServerSocketChannel server) throws IOException {
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
            LinuxOptions options = new LinuxOptions(toe, server);
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

    /** Without it each write that is awaited is a segment; with it those that nobody awaits are few. */
    private void nagle() throws Exception {
        for (int i = 0; i < WRITES; i++) {
            write();
            read(1);
        }
        int undelayed = segments();
        stream.option(StreamOption.NO_DELAY, 0);
        for (int i = 0; i < WRITES; i++) {
            write();
        }
        read(WRITES);
        int gathered = segments() - undelayed;
        System.out.println(WRITES + " writes: " + undelayed + " segments without delay, " + gathered + " with Nagle's algorithm");
        if (undelayed != WRITES || gathered > WRITES / 2) {
            throw new AssertionError("segments without delay " + undelayed + ", with Nagle's algorithm " + gathered);
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

    private int segments() throws IOException {
        Process ss = new ProcessBuilder("ss", "-tinH", "sport", "=", ":9000").redirectErrorStream(true).start();
        String output = new String(ss.getInputStream().readAllBytes());
        Matcher found = SEGMENTS.matcher(output);
        if (!found.find()) {
            throw new AssertionError("no count of segments: " + output);
        }
        return Integer.parseInt(found.group(1));
    }
}

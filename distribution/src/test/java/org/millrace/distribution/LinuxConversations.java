package org.millrace.distribution;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.millrace.api.context.ContextSize;
import org.millrace.runtime.Instance;
import org.millrace.testkit.Eventually;
import org.millrace.testkit.Namespace;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;

/**
 * The conversations of {@link DifferentialTest} with the kernel at one end, over the same bad wires, live: the kernel connects, and
 * Millrace does. Part of {@link LinuxScenarios}.
 */
final class LinuxConversations implements AutoCloseable {
    private static final int CONVERSATIONS = 12;
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(40);
    private static final String TIME_WAIT = "06";

    private final long seed;
    private final Instance instance;
    private final Toe toe;
    private final Map<Integer, ConversationEnd> clients = new TreeMap<>();
    private final Map<Integer, ConversationEnd> servers = new TreeMap<>();
    /** Ports of the clients. */
    private final Map<Integer, Integer> ports = new HashMap<>();
    private final List<ConversationEnd.Stream> nameless = new ArrayList<>();

    private LinuxConversations(long seed) {
        this.seed = seed;
        Map<String, String> options = new HashMap<>(LinuxHost.OPTIONS);
        options.put("port.super-frames", "false");
        instance = LinuxHost.instance(new LinuxHost.BadWire(DifferentialTest.wire(seed)), List.of(LinuxHost.transport), options);
        toe = Toe.open(instance, new ContextSize(64, 16 << 10, 16 << 10, 512));
    }

    static void run(long seed) throws IOException {
        LinuxHost.link(1500);
        Namespace.execute("ethtool -K linux0 tso off gso off");
        for (boolean kernelConnects : new boolean[] {true, false}) {
            try (LinuxConversations conversations = new LinuxConversations(seed)) {
                System.out.println("seed " + seed + ", " + (kernelConnects ? "the kernel connects" : "Millrace connects"));
                if (kernelConnects) {
                    conversations.kernelConnects();
                } else {
                    conversations.millraceConnects();
                }
            }
        }
    }

    private void kernelConnects() throws IOException {
        ListenSocket listener = toe.listen(LinuxHost.HTTP, 64);
        if (!toe.await(listener::isListening, PATIENCE_NS)) {
            throw new AssertionError("not listening: " + instance.status());
        }
        for (int i = 0; i < CONVERSATIONS; i++) {
            SocketChannel channel = SocketChannel.open();
            channel.bind(new InetSocketAddress("10.77.0.1", 0));
            ports.put(i, ((InetSocketAddress) channel.getLocalAddress()).getPort());
            channel.configureBlocking(false);
            channel.connect(LinuxHost.HTTP);
            client(i, ConversationEnd.of(channel));
        }
        converse(() -> {
            for (StreamSocket next = listener.accept(); next != null; next = listener.accept()) {
                nameless.add(ConversationEnd.of(next));
            }
        });
        check(LinuxConversations::ofKernel, this::ofMillrace);
    }

    private void millraceConnects() throws IOException {
        try (ServerSocketChannel listener = ServerSocketChannel.open()) {
            listener.bind(new InetSocketAddress("10.77.0.1", 80), 64);
            listener.configureBlocking(false);
            Map<Integer, StreamSocket> sockets = new HashMap<>();
            for (int i = 0; i < CONVERSATIONS; i++) {
                StreamSocket socket = toe.connect(new InetSocketAddress("10.77.0.1", 80));
                sockets.put(i, socket);
                client(i, ConversationEnd.of(socket));
            }
            converse(() -> {
                for (SocketChannel next = listener.accept(); next != null; next = listener.accept()) {
                    next.configureBlocking(false);
                    nameless.add(ConversationEnd.of(next));
                }
            });
            sockets.forEach((number, socket) -> ports.put(number, socket.localAddress().getPort()));
            check(this::ofMillrace, LinuxConversations::ofKernel);
        }
    }

    private void client(int number, ConversationEnd.Stream stream) {
        clients.put(number, new ConversationEnd(stream, Conversation.of(seed, number), true, System::nanoTime));
    }

    private interface Accepting {
        void accept() throws IOException;
    }

    private void converse(Accepting accepting) throws IOException {
        long untilNs = System.nanoTime() + PATIENCE_NS;
        while (servers.size() < CONVERSATIONS || !clients.values().stream().allMatch(ConversationEnd::isDone)
            || !servers.values().stream().allMatch(ConversationEnd::isDone)) {
            if (System.nanoTime() > untilNs) {
                throw new AssertionError("not in time: " + logs() + instance.status());
            }
            toe.poll(TimeUnit.MILLISECONDS.toNanos(1));
            while (toe.nextReady() != null) {
                continue; // who is ready finds out by asking
            }
            accepting.accept();
            for (ConversationEnd.Stream stream : List.copyOf(nameless)) {
                ByteBuffer name = ByteBuffer.allocate(1);
                if (stream.read(name) == 1) {
                    nameless.remove(stream);
                    servers.put((int) name.get(0), new ConversationEnd(stream, Conversation.of(seed, name.get(0)), false, System::nanoTime));
                }
            }
            clients.values().forEach(ConversationEnd::getAsBoolean);
            servers.values().forEach(ConversationEnd::getAsBoolean);
            toe.flush();
        }
    }

    private String logs() {
        StringBuilder text = new StringBuilder();
        clients.forEach((number, end) -> text.append(number).append(" client ").append(end.log).append('\n'));
        servers.forEach((number, end) -> text.append(number).append(" server ").append(end.log).append('\n'));
        return text.toString();
    }

    /** Says of the client's port in which state the connection is left. */
    private interface Left {
        String of(int clientPort) throws IOException;
    }

    private void check(Left client, Left server) throws IOException {
        for (int i = 0; i < CONVERSATIONS; i++) {
            Conversation conversation = Conversation.of(seed, i);
            equal(i, ConversationEnd.expected(conversation, true), clients.get(i).log);
            equal(i, ConversationEnd.expected(conversation, false), servers.get(i).log);
            if (conversation.left() != null) {
                int port = ports.get(i);
                Eventually.holds(() -> conversation.left().equals("client " + client.of(port) + ", server " + server.of(port)),
                    () -> "conversation " + conversation + " is left " + instance.status());
            }
        }
    }

    private static void equal(int number, List<String> expected, List<String> found) {
        if (!expected.equals(found)) {
            throw new AssertionError("conversation " + number + ": expected " + expected + ", found " + found);
        }
    }

    private String ofMillrace(int clientPort) {
        return instance.status().connections().stream().filter(line -> line.peer() != null
            && (line.local().getPort() == clientPort || line.peer().getPort() == clientPort)).map(line -> line.state()).findFirst().orElse("none");
    }

    private static String ofKernel(int clientPort) throws IOException {
        String port = ":" + HexFormat.of().withUpperCase().toHexDigits((short) clientPort);
        List<String> found = new ArrayList<>();
        for (String file : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            for (String line : Files.readAllLines(Path.of(file))) {
                String[] words = line.strip().split("\\s+");
                if (words[1].endsWith(port) || words[2].endsWith(port)) {
                    found.add(words[3].equals(TIME_WAIT) ? "TIME-WAIT" : "state " + words[3]);
                }
            }
        }
        return found.isEmpty() ? "none" : String.join(" ", found);
    }

    @Override
    public void close() {
        toe.close();
        instance.close();
    }
}

package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.context.ContextSize;
import org.millrace.api.context.Status;
import org.millrace.api.transport.TransportFactory;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.sim.port.FrameLink;
import org.millrace.testkit.ImpairedPort;
import org.millrace.testkit.Impairment;
import org.millrace.toe.MessageSocket;

/** The transport of docs/write-a-transport.md on two data paths, virtual time and a wire that loses, doubles and reorders. */
class WriteATransportTest {
    private static final long SECOND_NS = 1_000_000_000;
    private static final ContextSize SIZE = new ContextSize(4, 1 << 16, 1 << 16, 256);
    private static final InetSocketAddress LEFT = new InetSocketAddress("10.0.0.1", 7);
    private static final InetSocketAddress RIGHT = new InetSocketAddress("10.0.0.2", 7);
    private static final int MESSAGES = 1000;
    private static final Pattern QUOTE = Pattern.compile("<!-- (\\S+) -->\n```\\w*\n(.*?)```", Pattern.DOTALL);

    @TempDir
    Path directory;
    private VirtualWorld world;

    private VirtualHost host(String name, int number, TransportFactory transport, String impairment) {
        ImpairedPort port = ImpairedPort.wrap(world.fabric.port(name, 0x020000000000L + number), Impairment.parse(impairment),
            world.clock, VirtualHost.HOLD_NS);
        return world.add(new VirtualHost(port, "10.0.0." + number, SIZE,
            new VirtualHost.Stack(new BluefieldBackend(), transport, Map.of()), Map.of(), number));
    }

    private List<VirtualHost> hosts(TransportFactory transport, String impairment) {
        world = new VirtualWorld(new FrameLink(10_000, 1500, false), 0);
        return List.of(host("left", 1, transport, impairment + ",seed=1"), host("right", 2, transport, impairment + ",seed=2"));
    }

    private MessageSocket bind(VirtualHost host, InetSocketAddress local) {
        MessageSocket socket = host.toe.bind(local, "stop-and-wait");
        world.until("bound", socket::isBound, SECOND_NS);
        return socket;
    }

    /** Sends numbers, each in a message of its own length, as long as there is room. */
    private static boolean send(MessageSocket socket, InetSocketAddress peer, int[] next) {
        boolean busy = false;
        try {
            while (next[0] < MESSAGES && socket.unsent() < 16 && socket.send(message(next[0]), peer)) {
                next[0]++;
                busy = true;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return busy;
    }

    private static ByteBuffer message(int number) {
        return ByteBuffer.allocate(4 + number % 1400).putInt(0, number);
    }

    private static boolean receive(MessageSocket socket, List<Integer> received) {
        ByteBuffer buffer = ByteBuffer.allocate(1500);
        boolean busy = false;
        try {
            while (socket.receive(buffer.clear()) != null) {
                int number = buffer.getInt(0);
                assertThat(buffer.position()).as("length of " + number).isEqualTo(4 + number % 1400);
                received.add(number);
                busy = true;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return busy;
    }

    @ParameterizedTest
    @ValueSource(strings = {"loss=0", "loss=0.1", "loss=0.1,reorder=0.1,duplicate=0.1,corrupt=0.05"})
    void everyMessageArrivesOnceAndInOrderBothWays(String impairment) throws Exception {
        List<VirtualHost> hosts = hosts(new Tutorial(directory).transport(), impairment + ",side=both");
        VirtualHost left = hosts.getFirst();
        VirtualHost right = hosts.getLast();
        MessageSocket near = bind(left, LEFT);
        MessageSocket far = bind(right, RIGHT);
        List<Integer> here = new ArrayList<>();
        List<Integer> there = new ArrayList<>();
        int[] toRight = {0};
        int[] toLeft = {0};
        left.applications.add(() -> send(near, RIGHT, toRight) | receive(near, here));
        right.applications.add(() -> send(far, LEFT, toLeft) | receive(far, there));
        world.until("all messages", () -> here.size() >= MESSAGES && there.size() >= MESSAGES && near.unsent() == 0
            && far.unsent() == 0, 600 * SECOND_NS);
        List<Integer> sent = IntStream.range(0, MESSAGES).boxed().toList();
        assertThat(there).isEqualTo(sent);
        assertThat(here).isEqualTo(sent);
        assertThat(near.failedSends() + far.failedSends()).isZero();
        assertThat(lost(left) + lost(right)).isGreaterThanOrEqualTo(impairment.equals("loss=0") ? 0 : 400);
        hosts.forEach(host -> host.applications.clear());
        near.close();
        far.close();
        world.run(SECOND_NS);
        assertThat(left.status().contextConnections() + right.status().contextConnections()).isZero();
    }

    private static long lost(VirtualHost host) {
        ImpairedPort port = (ImpairedPort) host.port;
        return port.received().lost() + port.transmitted().lost();
    }

    @Test
    void peerThatDoesNotAnswerIsGivenUp() throws Exception {
        List<VirtualHost> hosts = hosts(new Tutorial(directory).transport(), "loss=0");
        MessageSocket socket = bind(hosts.getFirst(), LEFT);
        socket.send(message(1), RIGHT);
        world.until("given up", () -> socket.status() == Status.TIMED_OUT, 3 * SECOND_NS);
        assertThat(hosts.getLast().status().drops()).containsKey("no such flow");
        assertThatThrownBy(() -> socket.send(message(2), RIGHT)).isInstanceOf(IOException.class);
        socket.close();
        world.run(SECOND_NS);
        assertThat(hosts.getFirst().status().contextConnections()).isZero();
    }

    @Test
    void secondPeerAndLongMessageAreRefused() throws Exception {
        List<VirtualHost> hosts = hosts(new Tutorial(directory).transport(), "loss=0");
        MessageSocket near = bind(hosts.getFirst(), LEFT);
        bind(hosts.getLast(), RIGHT);
        near.send(ByteBuffer.allocate(1469), RIGHT);
        world.until("too long", () -> near.lastFailure() == Status.TOO_LONG, SECOND_NS);
        near.send(ByteBuffer.allocate(1468), RIGHT);
        near.send(message(1), new InetSocketAddress("10.0.0.2", 8));
        world.until("a second peer", () -> near.lastFailure() == Status.UNSUPPORTED && near.unsent() == 0, SECOND_NS);
        assertThat(near.failedSends()).isEqualTo(2);
        MessageSocket twice = hosts.getFirst().toe.bind(LEFT, "stop-and-wait");
        world.until("refused", () -> twice.status() == Status.ADDRESS_IN_USE, SECOND_NS);
    }

    static List<Arguments> mistakes() {
        return List.of(
            Arguments.of("Exchange", "int ahead = meta.sequence() - peer.expected();",
                "int ahead = new int[] {meta.sequence() - peer.expected()}[0];"),
            Arguments.of("Exchange", "int ahead = meta.sequence() - peer.expected();",
                "Integer ahead = meta.sequence() - peer.expected();"),
            Arguments.of("Lookup", "        meta.flow(table",
                "        System.out.println(\"a segment\");\n        meta.flow(table"),
            Arguments.of("Exchange", "StageSpec.Concurrency.FLOW_ATOMIC", "StageSpec.Concurrency.STATELESS"),
            Arguments.of("Exchange", "List.of(ContextQueue.class, PayloadDma.class)", "List.of(ContextQueue.class)"),
            Arguments.of("Peer", "return i32(28);", "return i32(27);"),
            Arguments.of("StopAndWait", "case RX -> List.of(lookup, exchange);", "case RX -> List.of(exchange);"));
    }

    /** What the page says that one is told. */
    @ParameterizedTest
    @MethodSource("mistakes")
    void mistakeIsRefusedAsThePageSays(String file, String from, String to) throws Exception {
        TransportFactory wrong = new Tutorial(directory).change(file, from, to).transport();
        String page = Files.readString(Tutorial.PAGE);
        PrintStream out = System.out;
        System.setOut(new PrintStream(OutputStream.nullOutputStream())); // the JDK's, as a runtime has it, not a test runner's
        try {
            assertThatThrownBy(() -> hosts(wrong, "loss=0")).isInstanceOf(IllegalArgumentException.class)
                .satisfies(e -> assertThat(page).contains(e.getMessage().split("; ")[0]));
        } finally {
            System.setOut(out);
        }
        assertThat(page).contains("`" + to.strip().lines().findFirst().orElseThrow() + "`");
    }

    @Test
    void pageQuotesTheSources() throws IOException {
        Matcher quote = QUOTE.matcher(Files.readString(Tutorial.PAGE));
        List<String> quoted = new ArrayList<>();
        while (quote.find()) {
            quoted.add(quote.group(1));
            assertThat(Files.readString(Tutorial.SOURCES.resolve(quote.group(1)))).contains(quote.group(2));
        }
        assertThat(quoted).hasSizeGreaterThan(8).contains("build", "MANIFEST.MF", "OSGI-INF/stop-and-wait.xml", "left.cfg",
            "Talk.java");
    }
}

package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.millrace.agilio.AgilioBackend;
import org.millrace.agilio.machine.Machine;
import org.millrace.api.context.ContextSize;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.transport.TransportFactory;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.runtime.status.DataPathStatus;
import org.millrace.sim.port.FrameLink;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;
import org.millrace.testkit.Impairment;
import org.millrace.tofino.TofinoBackend;
import org.millrace.toe.StreamSocket;

/**
 * The same applications over the same bad wire, with either program on every hardware: what each comes to see, byte for byte, and how
 * it ends is what its {@link Conversation} says, and so are the sides that wait in TIME-WAIT. Over the kernel: {@code conversations} of
 * {@link LinuxScenarios}.
 *
 * <p>{@code -Dmillrace.differential.seeds=200} does as many, from {@code millrace.seed} on.
 */
class DifferentialTest {
    private static final long FIRST = Long.getLong("millrace.seed", 1);
    private static final int SEEDS = Integer.getInteger("millrace.differential.seeds", 1);
    private static final int CONVERSATIONS = 12;
    private static final long SECOND_NS = TwoHosts.SECOND_NS;

    private final Map<Integer, ConversationEnd> clients = new TreeMap<>();
    private final Map<Integer, ConversationEnd> servers = new TreeMap<>();
    private final Map<Integer, StreamSocket> sockets = new HashMap<>();
    private final Map<StreamSocket, Boolean> nameless = new HashMap<>();

    static Stream<Arguments> stacks() {
        return Stream.of(Arguments.of(new FlexToeFactory(), new BluefieldBackend()),
            Arguments.of(new LaminarFactory(), new BluefieldBackend()),
            Arguments.of(new LaminarFactory(), TofinoBackend.onCallersClock()),
            Arguments.of(new FlexToeFactory(), AgilioBackend.onCallersClock(Machine.nfp4000(), null, _ -> { })),
            Arguments.of(new LaminarFactory(), AgilioBackend.onCallersClock(Machine.nfp4000(), null, _ -> { })));
    }

    /** The wire of a seed: what is lost, held back and doubled. */
    static Impairment wire(long seed) {
        return new Impairment(seed, 0.02, 0.02, 0.01, 0, Impairment.Side.RECEIVE);
    }

    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource("stacks")
    void whatApplicationsSeeIsWhatWasSaid(TransportFactory program, HardwareBackend hardware) {
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            System.out.println(program.name() + ", " + hardware.name() + ", seed " + seed);
            converse(program, hardware, seed);
        }
    }

    private void converse(TransportFactory program, HardwareBackend hardware, long seed) {
        TwoHosts.Choice choice = new TwoHosts.Choice();
        choice.transport = program;
        choice.hardware = hardware;
        choice.seed = seed;
        choice.size = new ContextSize(32, 16 << 10, 16 << 10, 512);
        choice.link = new FrameLink(200_000, 1500, false).bitsPerSecond(1_000_000_000L);
        choice.impairment = wire(seed);
        TwoHosts hosts = new TwoHosts(choice);
        clients.clear();
        servers.clear();
        hosts.server.applications.add(() -> accept(hosts, seed));
        for (int i = 0; i < CONVERSATIONS; i++) {
            StreamSocket socket = hosts.client.toe.connect(TwoHosts.SERVER);
            ConversationEnd end = new ConversationEnd(ConversationEnd.of(socket), Conversation.of(seed, i), true, hosts.world.clock);
            sockets.put(i, socket);
            clients.put(i, end);
            hosts.client.applications.add(end);
        }
        hosts.world.until("conversations of seed " + seed, () -> servers.size() == CONVERSATIONS
            && clients.values().stream().allMatch(ConversationEnd::isDone)
            && servers.values().stream().allMatch(ConversationEnd::isDone), 600 * SECOND_NS);
        hosts.world.run(10 * SECOND_NS); // what is lost of the ends is sent again
        for (int i = 0; i < CONVERSATIONS; i++) {
            Conversation conversation = Conversation.of(seed, i);
            String what = program.name() + ", " + hardware.name() + ", seed " + seed + ", conversation " + i;
            assertThat(clients.get(i).log).as(what).isEqualTo(ConversationEnd.expected(conversation, true));
            assertThat(servers.get(i).log).as(what).isEqualTo(ConversationEnd.expected(conversation, false));
            int port = sockets.get(i).localAddress().getPort();
            String left = "client " + state(hosts.client.status(), port, true) + ", server "
                + state(hosts.server.status(), port, false);
            assertThat(left).as(what).isEqualTo(conversation.left() == null ? left : conversation.left());
        }
    }

    private static String state(DataPathStatus status, int clientPort, boolean isClient) {
        return status.connections().stream().filter(line -> line.peer() != null
            && (isClient ? line.local() : line.peer()).getPort() == clientPort).map(line -> line.state()).findFirst().orElse("none");
    }

    private boolean accept(TwoHosts hosts, long seed) {
        boolean any = false;
        try {
            for (StreamSocket next = hosts.listener.accept(); next != null; next = hosts.listener.accept()) {
                nameless.put(next, true);
                any = true;
            }
            for (var i = nameless.keySet().iterator(); i.hasNext();) {
                StreamSocket socket = i.next();
                ByteBuffer name = ByteBuffer.allocate(1);
                if (socket.read(name) == 1) {
                    i.remove();
                    int number = name.get(0);
                    ConversationEnd end = new ConversationEnd(ConversationEnd.of(socket), Conversation.of(seed, number), false,
                        hosts.world.clock);
                    servers.put(number, end);
                    hosts.server.applications.add(end);
                    any = true;
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return any;
    }
}

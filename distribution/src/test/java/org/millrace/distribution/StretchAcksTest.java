package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.context.ContextSize;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.Port;
import org.millrace.api.transport.TransportFactory;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.sim.port.FrameLink;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;
import org.millrace.testkit.Endpoint;
import org.millrace.testkit.FrameBuilder;
import org.millrace.testkit.Frames;
import org.millrace.testkit.ParsedFrame;
import org.millrace.toe.ListenSocket;
import org.millrace.tofino.TofinoBackend;
import org.millrace.wire.TcpHeader;

/** What a batch has brought of a flow is acknowledged at its end, and nothing is passed over that says something else. */
class StretchAcksTest {
    private static final long SECOND_NS = 1_000_000_000;
    private static final Endpoint PEER = Endpoint.of("02:00:00:00:00:03", "10.0.0.3", 5000);
    private static final Endpoint TARGET = Endpoint.of("02:00:00:00:00:02", "10.0.0.2", 80);
    private static final int BYTES = 1000;
    private static final int ISN = 70_000;

    private final VirtualWorld world = new VirtualWorld(new FrameLink(20_000, 1500, false), SECOND_NS);
    private final List<ParsedFrame> answers = new ArrayList<>();
    private final FrameBatch batch = new FrameBatch(64);
    private InjectPort port;
    private VirtualHost target;
    private int ack;

    private void establish(String program, HardwareBackend hardware, Map<String, String> options) {
        TransportFactory factory = program.equals("flextoe") ? new FlexToeFactory() : new LaminarFactory();
        port = new InjectPort(world.fabric.port("target", 0x0200_0000_0002L));
        target = world.add(new VirtualHost(port, "10.0.0.2", new ContextSize(4, 64 << 10, 64 << 10, 64),
            new VirtualHost.Stack(hardware, factory, options), Map.of(), 1));
        Port own = world.fabric.port("peer", 0x0200_0000_0003L);
        world.bystanders.add(() -> take(own));
        ListenSocket listener = target.toe.listen(new InetSocketAddress(InetAddress.ofLiteral("10.0.0.2"), 80), 4);
        world.until("listening", listener::isListening, SECOND_NS);
        port.inject(FrameBuilder.tcp().from(PEER).to(TARGET).seq(ISN - 1).flags(TcpHeader.SYN).mss(BYTES).window(60_000)
            .timestamps(1, 0).build(), 0);
        world.until("SYN-ACK", () -> !answers.isEmpty(), SECOND_NS);
        ack = answers.getFirst().tcp().sequence() + 1;
        inject(0, new byte[0], 2);
        world.run(1_000_000);
        answers.clear();
    }

    private void take(Port own) {
        while (own.receive(batch) > 0) {
            for (int i = 0; i < batch.count(); i++) {
                ParsedFrame frame = ParsedFrame.of(Frames.copy(batch, i));
                if (frame.arp() != null) {
                    port.inject(FrameBuilder.arpReply(PEER, new Endpoint(frame.ethernet().source(), frame.arp().senderIp(), 0)), 0);
                } else if (frame.tcp() != null) {
                    assertThat(frame.ipChecksumValid() && frame.transportChecksumValid()).isTrue();
                    answers.add(frame);
                }
            }
        }
    }

    private void inject(int offset, byte[] payload, int tsValue) {
        port.inject(FrameBuilder.tcp().from(PEER).to(TARGET).seq(ISN + offset).ack(ack).flags(TcpHeader.ACK).window(60_000)
            .timestamps(tsValue, 0).payload(payload).build(), 0);
    }

    /** Segments that arrive together, by their numbers in the stream. Answers how far each answer acknowledges, in segments. */
    private List<Integer> arrive(int... segments) {
        answers.clear();
        for (int segment : segments) {
            inject(segment * BYTES, new byte[BYTES], 10 + segment);
        }
        world.run(100_000);
        return answers.stream().map(answer -> (answer.tcp().acknowledgment() - ISN) / BYTES).toList();
    }

    private static int[] to(int end) {
        return IntStream.range(0, end).toArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"flextoe", "laminar"})
    void aBatchIsAcknowledgedAtItsEnd(String program) {
        establish(program, new BluefieldBackend(), Map.of("delayed-ack-segments", "1"));
        assertThat(arrive(to(10))).containsExactly(10);
        assertThat(target.counter("tcp-" + program + ".segments replaced")).isEqualTo(9);
        assertThat(answers.getFirst().options().tsEcho()).as("RFC 7323 §4.2: of the earliest").isEqualTo(10);
        assertThat(arrive(10)).containsExactly(11);
        assertThat(arrive(11)).containsExactly(12);
    }

    @ParameterizedTest
    @ValueSource(strings = {"flextoe", "laminar"})
    void soManyGiveWayAndNoMore(String program) {
        establish(program, new BluefieldBackend(), Map.of("delayed-ack-segments", "1", "stretch-acks", "3"));
        assertThat(arrive(to(10))).containsExactly(4, 5, 9, 10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"flextoe", "laminar"})
    void inTheDissertationsProfileEachIsSent(String program) {
        establish(program, new BluefieldBackend(), Map.of("profile", "dissertation"));
        assertThat(arrive(to(5))).containsExactly(1, 2, 3, 4, 5);
    }

    /** RFC 5681 §4.2: those behind a hole are answered at once, each. */
    @ParameterizedTest
    @ValueSource(strings = {"flextoe", "laminar"})
    void duplicatesAreAllSent(String program) {
        establish(program, new BluefieldBackend(), Map.of("delayed-ack-segments", "1", "sack", "off"));
        assertThat(arrive(0, 1, 3, 4, 5, 2)).containsExactly(2, 2, 2, 2, 6);
    }

    /** A switch's pipeline sends each when it is made: there is nobody behind it who could wait. */
    @ParameterizedTest
    @ValueSource(strings = "laminar")
    void aMachineThatSendsFramesOneByOneReplacesNone(String program) {
        establish(program, TofinoBackend.onCallersClock(), Map.of());
        assertThat(arrive(to(5))).containsExactly(1, 2, 3, 4, 5);
    }
}

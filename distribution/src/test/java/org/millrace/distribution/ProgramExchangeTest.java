package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.HostServices;
import org.millrace.api.pipeline.Externs;
import org.millrace.api.port.PortInfo;
import org.millrace.api.transport.TransportFactory;
import org.millrace.api.transport.TransportHost;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.tcp.control.program.TcpConnectionState;
import org.millrace.tcp.control.program.TcpMeta;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.control.program.TcpProgress;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;
import org.millrace.testkit.MapFlowLookup;
import org.millrace.testkit.ProgramHarness;
import org.millrace.testkit.RecordingContextQueue;
import org.millrace.testkit.RecordingDma;

/** A connection goes from one TCP program to another as it is, whatever state it is in. */
class ProgramExchangeTest {
    private static final int FLOWS = 64;
    private static final int BUFFER = 64 << 10;
    /** What Laminar has no place for, and TCP does not owe: RFC 2018 §8; a FIN out of order is sent again. */
    private static final Set<String> NOT_IN_LAMINAR = Set.of("sack", "oooFin", "lastAckSent", "rcvEdge");

    private final Map<String, TransportFactory> programs =
        Map.of("flextoe", new FlexToeFactory(), "laminar", new LaminarFactory());

    @ParameterizedTest
    @CsvSource({"flextoe,flextoe", "flextoe,laminar", "laminar,flextoe", "laminar,laminar"})
    void randomConnectionsComeOver(String from, String to) throws IllegalAccessException {
        boolean laminar = from.equals("laminar") || to.equals("laminar");
        for (long seed = 1; seed <= 10; seed++) {
            Random random = new Random(seed);
            TcpProgram<?> one = load(from);
            TcpProgram<?> other = load(to);
            for (int flow = 1; flow <= FLOWS; flow++) {
                TcpConnectionState was = random(random);
                one.install(flow, was);
                TcpConnectionState exported = export(one, flow);
                other.install(flow, exported);
                TcpConnectionState is = export(other, flow);
                for (Field field : TcpConnectionState.class.getFields()) {
                    if (Modifier.isStatic(field.getModifiers()) || laminar && NOT_IN_LAMINAR.contains(field.getName())
                        || field.getName().equals("recover") && !was.recovering) {
                        continue;
                    }
                    assertThat(field.get(is)).as("seed %d, flow %d, %s", seed, flow, field.getName())
                        .isEqualTo(field.get(was));
                }
                assertThat(is.rcvEdge - is.rcvNxt).as("edge of seed %d, flow %d", seed, flow)
                    .isBetween(0, is.rcvFree);
            }
        }
    }

    /** Whatever a control plane may ask of a program: it opens the flow's state once, so any machine can serialise it. */
    @ParameterizedTest
    @ValueSource(strings = {"flextoe", "laminar"})
    void eachCallOfTheControlPlaneOpensTheFlowOnce(String name) throws ReflectiveOperationException {
        TcpProgram<?> program = (TcpProgram<?>) programs.get(name).create(host()).program();
        ProgramHarness<?> harness = harness(program);
        TcpConnectionState state = random(new Random(1));
        program.install(7, state);
        assertThat(harness.opened()).containsExactly("FLOW 7");
        for (Method method : TcpProgram.class.getDeclaredMethods()) {
            if (method.getParameterCount() > 0 && (!method.isDefault() || program.resends())) {
                harness.opened().clear();
                method.invoke(program, Arrays.stream(method.getParameterTypes()).map(type -> type == int.class ? 7
                    : type == long.class ? (Object) 7L : type == boolean.class ? true
                        : type == TcpProgress.class ? new TcpProgress() : state).toArray());
                boolean isHosts = name.equals("laminar") && method.getName().equals("gather"); // its transmit head is no part of the pipe
                assertThat(harness.opened()).as(method.getName()).isEqualTo(isHosts ? List.of() : List.of("FLOW 7"));
            }
        }
    }

    private static TcpConnectionState export(TcpProgram<?> program, int flow) {
        TcpConnectionState state = new TcpConnectionState();
        program.export(flow, state);
        return state;
    }

    private TcpProgram<?> load(String name) {
        TcpProgram<?> program = (TcpProgram<?>) programs.get(name).create(host()).program();
        harness(program);
        return program;
    }

    private static <M extends TcpMeta> ProgramHarness<M> harness(TcpProgram<M> program) {
        return new ProgramHarness<>(program);
    }

    private static TransportHost host() {
        MapFlowLookup flows = new MapFlowLookup(FLOWS);
        Capacity capacity = new Capacity(FLOWS, 2);
        Externs externs = new BluefieldBackend().externs(new HostServices(flows, new RecordingDma(), new RecordingContextQueue(),
            0), capacity);
        Map<String, Object> offers = Map.of("options", Map.of(), "secret", new byte[16], "externs", externs, "flows", flows,
            "capacity", capacity, "port", new PortInfo("none", 1, 1500, 1514, false, false, false));
        return (TransportHost) Proxy.newProxyInstance(TransportHost.class.getClassLoader(),
            new Class<?>[] {TransportHost.class}, (proxy, method, arguments) -> offers.get(method.getName()));
    }

    /** A connection as it may be: every relation of docs/state-format.md holds, every number may wrap. */
    private static TcpConnectionState random(Random r) {
        TcpConnectionState s = new TcpConnectionState();
        s.localAddress = r.nextInt();
        s.peerAddress = r.nextInt();
        s.localPort = 1 + r.nextInt(65_535);
        s.peerPort = 1 + r.nextInt(65_535);
        s.context = r.nextInt(65_536);
        s.connection = r.nextInt();
        s.mss = 88 + r.nextInt(8_900);
        s.timestamps = r.nextBoolean();
        s.sack = r.nextBoolean();
        s.ecn = r.nextInt(3);
        s.delayedAckSegments = 1 + r.nextInt(2);
        sender(s, r);
        receiver(s, r);
        return s;
    }

    private static void sender(TcpConnectionState s, Random r) {
        s.firstSent = r.nextInt();
        s.sndUna = s.firstSent + r.nextInt(1 << 20);
        int flight = r.nextInt(3) == 0 ? 0 : r.nextInt(BUFFER);
        int resent = r.nextBoolean() ? flight : r.nextInt(flight + 1);
        s.finQueued = r.nextInt(3) == 0;
        s.finSent = s.finQueued && r.nextBoolean();
        int ready = flight - resent + (s.finSent ? 0 : r.nextInt(BUFFER - flight));
        int fin = s.finSent ? 1 : 0;
        boolean behindFin = s.finSent && resent == flight && r.nextBoolean();
        s.sndMax = s.sndUna + flight + fin;
        s.sndNxt = s.sndUna + resent + (behindFin ? 1 : 0);
        s.sndReady = ready;
        s.sndWindow = r.nextInt(4) == 0 ? 0 : r.nextInt(1 << 20);
        s.sndWindowMost = s.sndWindow + r.nextInt(1 << 20);
        s.littleEnd = s.sndUna + r.nextInt(flight + 1);
        s.sndShift = r.nextInt(15);
        s.windowReduced = r.nextBoolean();
        s.congestionWindow = s.mss * (1 + r.nextInt(100));
        s.duplicateAcks = r.nextInt(3);
        s.recovering = flight > 0 && r.nextBoolean();
        s.recover = s.recovering ? s.sndMax : s.sndUna;
    }

    private static void receiver(TcpConnectionState s, Random r) {
        s.firstReceived = r.nextInt();
        s.rcvBuffer = BUFFER;
        s.rcvShift = r.nextInt(3);
        s.rcvFree = r.nextInt(4) == 0 ? 0 : r.nextInt(BUFFER + 1);
        s.finReceived = r.nextInt(4) == 0;
        s.rcvNxt = s.firstReceived + r.nextInt(1 << 20) + (s.finReceived ? 1 : 0);
        s.rcvEdge = s.rcvNxt + r.nextInt(s.rcvFree + 1);
        s.closed = r.nextInt(4) == 0;
        if (!s.finReceived && s.rcvFree > 2 && r.nextBoolean()) {
            int gap = 1 + r.nextInt(s.rcvFree - 1);
            s.oooStart = s.rcvNxt + gap;
            s.oooLength = r.nextInt(s.rcvFree - gap + 1);
            s.oooFin = s.oooLength > 0 && r.nextBoolean();
        }
        if (s.oooLength == 0) {
            s.oooStart = s.rcvNxt;
        }
        s.tsRecent = r.nextInt();
        s.lastAckSent = s.rcvNxt - r.nextInt(2) * Math.min(s.rcvNxt - s.firstReceived, 100);
        s.ecnEcho = r.nextBoolean();
    }
}

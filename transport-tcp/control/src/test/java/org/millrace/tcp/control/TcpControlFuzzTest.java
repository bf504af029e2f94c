package org.millrace.tcp.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.millrace.tcp.control.FakeHost.MS;
import static org.millrace.tcp.control.FakeHost.from;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.millrace.tcp.control.program.TcpConnectionState;
import org.millrace.tcp.control.wire.Endpoints;
import org.millrace.wire.TcpHeader;

/** Whatever comes, in whatever state: an answer, no exception, no leak, bounded tables. */
class TcpControlFuzzTest {
    private static final int STEPS = 60_000;
    private static final int PORTS = 40;
    private static final int[] WINDOWS = {0, 1, 1000, 65_535};

    private final FakeHost host = new FakeHost(Map.of("time-wait-max", "20", "syn-backlog", "16", "retries", "3",
            "synack-retries", "2", "syn-retries", "2", "keepalive-s", "30", "fin-timeout-ms", "5000"));
    private final Map<String, Integer> issOf = new HashMap<>();
    private final Set<String> statesSeen = new TreeSet<>();
    private Random random;

    @Test
    void randomPeerAndApplication() {
        run(Integer.MAX_VALUE);
    }

    /** The same with the control plane and its program replaced every now and then. */
    @Test
    void randomPeerAndApplicationAcrossSwaps() {
        run(50);
    }

    private void run(int stepsToSwap) {
        for (long seed = 1; seed <= 4; seed++) {
            random = new Random(seed);
            for (int step = 0; step < STEPS / 4; step++) {
                try {
                    step();
                    if (step % stepsToSwap == stepsToSwap - 1) {
                        host.swap();
                    }
                    check();
                } catch (RuntimeException | AssertionError e) {
                    throw new AssertionError("seed " + seed + ", step " + step, e);
                }
            }
        }
        assertThat(statesSeen).as("what the test has been through").containsExactly("CLOSE-WAIT", "CLOSED", "CLOSING",
                "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "LAST-ACK", "LISTEN", "SYN-RECEIVED", "SYN-SENT",
                "TIME-WAIT");
        everythingEnds();
    }

    private void step() {
        switch (random.nextInt(12)) {
            case 0 -> application();
            case 1 -> host.pass(random.nextInt(10) == 0 ? random.nextInt(20_000) * MS : random.nextInt(5_000_000));
            case 2 -> mutated();
            default -> host.deliver(plausible());
        }
        for (String segment : host.sent) {
            if (segment.contains(" SYN")) {
                String[] ports = segment.split("[> ]", 3);
                issOf.put(ports[1] + ">" + ports[0], FakeHost.field(segment, "seq"));
            }
        }
        host.sent.clear();
        host.drops.clear();
        host.program.calls.clear();
    }

    /** A segment as a peer might send it, most fields right by chance or by the connection's state. */
    private TestSegment plausible() {
        int peerPort = 4000 + random.nextInt(PORTS);
        boolean client = random.nextInt(4) == 0;
        int localPort = client ? 50_000 + random.nextInt(PORTS) : 80;
        TestSegment s = from(client ? 22 : peerPort, localPort);
        Endpoints ends = new Endpoints(FakeHost.LOCAL, localPort, FakeHost.PEER, s.sourcePort);
        TcpConnectionState state = host.program.states.get(host.flowOf.getOrDefault(ends, 0));
        int expected = state == null ? 100 : state.rcvNxt;
        s.seq(expected + (random.nextInt(3) == 0 ? random.nextInt(5) - 2 : 0));
        s.flags(1 << random.nextInt(8));
        s.flags(random.nextInt(4) == 0 ? 1 << random.nextInt(8) : 0);
        if (random.nextInt(4) != 0) {
            s.ack(state == null ? issOf.getOrDefault(s.sourcePort + ">" + localPort, 0) + 1 : state.sndMax - random.nextInt(3) + random.nextInt(2));
        }
        if (random.nextInt(6) == 0) {
            s.flags = TcpHeader.SYN;
            s.seq(random.nextInt());
        }
        s.window(WINDOWS[random.nextInt(WINDOWS.length)]);
        s.payload(random.nextInt(3) == 0 ? random.nextInt(100) : 0);
        options(s);
        return s;
    }

    private void options(TestSegment s) {
        switch (random.nextInt(6)) {
            case 0 -> s.mss(random.nextInt(65_536));
            case 1 -> s.scale(random.nextInt(256)).mss(1460);
            case 2 -> s.timestamps(random.nextInt(100), random.nextInt());
            case 3 -> s.option(random.nextInt(256), random.nextInt(6), 0, 0);
            default -> { }
        }
    }

    private void mutated() {
        byte[] bytes = plausible().bytes(FakeHost.PEER, FakeHost.LOCAL);
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        host.packet.checksumValid = true;
        host.deliver(bytes, random.nextInt(8) == 0 ? random.nextInt() : FakeHost.PEER);
    }

    private void application() {
        int connection = host.connections.isEmpty() ? 1
                : host.connections.get(random.nextInt(host.connections.size()));
        int flow = host.flows.isEmpty() ? 0 : host.flows.get(random.nextInt(host.flows.size()));
        switch (random.nextInt(8)) {
            case 0 -> host.connect(50_000 + random.nextInt(PORTS), 22);
            case 1 -> {
                if (host.control.connections().stream().noneMatch(c -> c.peer() == null)) {
                    host.listen(80);
                }
            }
            case 2 -> host.close(connection);
            case 3 -> host.abort(connection);
            case 4 -> {
                boolean gone = random.nextInt(5) == 0;
                host.control.unreachable(peer -> gone, host.now);
            }
            case 5 -> host.control.contextClosed(random.nextInt(30), host.now);
            default -> {
                if (flow != 0 && host.program.states.containsKey(flow)) {
                    if (random.nextInt(4) == 0) {
                        host.shutdown(flow);
                    } else if (!host.program.states.get(flow).finQueued) {
                        host.append(flow, random.nextInt(5000));
                    }
                }
            }
        }
    }

    private void check() {
        host.control.connections().forEach(c -> statesSeen.add(c.state()));
        long half = host.control.connections().stream().filter(c -> c.state().equals("SYN-RECEIVED")).count();
        assertThat(half).isLessThanOrEqualTo(16 + PORTS);
        assertThat(host.flows.size()).isLessThanOrEqualTo(host.connections.size()).isLessThanOrEqualTo(2 * PORTS);
        assertThat(host.flowOf).hasSameSizeAs(host.flows);
        assertThat(host.control.connections().size()).isLessThanOrEqualTo(6 * PORTS + 200 + host.connections.size());
    }

    /** When the applications have let go and time has passed, nothing is left, nobody is waited for. */
    private void everythingEnds() {
        for (int context = 0; context < 30; context++) {
            host.control.contextClosed(context, host.now);
        }
        host.pass(500 * FakeHost.SECOND);
        assertThat(host.control.connections()).isEmpty();
        assertThat(host.flows).isEmpty();
        assertThat(host.connections).isEmpty();
        assertThat(host.control.advance(host.now)).isEqualTo(Long.MAX_VALUE);
    }
}

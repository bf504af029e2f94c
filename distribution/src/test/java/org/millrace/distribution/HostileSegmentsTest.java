package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.millrace.api.context.Status;
import org.millrace.api.transport.TransportFactory;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;
import org.millrace.testkit.Endpoint;
import org.millrace.wire.TcpHeader;

/**
 * Random and mutated frames in every state of RFC 9293 §3.3.2, at a whole data path with an application on it: no
 * exception, no hang, every frame accounted for, no byte changed, nothing left behind. {@link HostileWorld} checks most
 * of that.
 */
class HostileSegmentsTest {
    static final List<String> STATES = List.of("LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2",
        "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT");
    static final List<TransportFactory> PROGRAMS = List.of(new FlexToeFactory(), new LaminarFactory());
    /** Another number is another test. */
    private static final long SEED = Long.getLong("millrace.seed", 1);
    private static final Set<String> CERTAIN_DROPS = Set.of("frame shorter than its headers say",
        "not addressed to this host", "bad IP header", "bad IP checksum", "IP fragment", "bad transport header",
        "bad transport checksum");
    private static final int BLIND_FRAMES = 500;
    private static final int VICTIMS = 12;
    private static final int FRAMES_EACH = 50;
    /** From RCV.NXT on. Of a buffer of 16384 bytes 500 are unread. */
    private static final int[] OUT_OF_WINDOW = {15_885, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE, -1 << 20, -70_000, -601};
    private static final long MS = 1_000_000;

    static Stream<Arguments> programsAndStates() {
        return PROGRAMS.stream().flatMap(p -> STATES.stream().map(s -> Arguments.of(p.name(), p, s)));
    }

    /** Who guesses sequence numbers changes nothing: the state stays, and the well-formed peer goes on. */
    @ParameterizedTest(name = "{0}, {2}")
    @MethodSource("programsAndStates")
    void blindAttackerChangesNothing(String name, TransportFactory program, String state) throws IOException {
        long seed = SEED * 1000 + state.hashCode();
        System.out.println("blind, " + name + ", " + state + ", seed " + seed);
        HostileWorld w = new HostileWorld(program, seed);
        w.reach(state);
        SegmentMutator attacker = new SegmentMutator(w.random, true, w.peer);
        for (int i = 0; i < BLIND_FRAMES; i++) {
            byte[] frame = attacker.frame();
            w.receive(frame, attacker.segmentSize);
        }
        assertThat(w.target.state(w.peer.own.port())).isIn(afterBlindAttack(state));
        goOn(w, state);
        w.assertUnharmed();
        System.out.println(w.target.status().drops());
        assertThat(w.target.status().drops()).containsKeys(CERTAIN_DROPS.toArray(String[]::new));
    }

    /** RFC 9293 §3.10.7.4: the sequence number is checked first. The peer sits on an acknowledgement of 3000 bytes. */
    @ParameterizedTest
    @FieldSource("PROGRAMS")
    void goodAcknowledgementOfASegmentOutOfWindowIsNone(TransportFactory program) throws IOException {
        HostileWorld w = new HostileWorld(program, SEED);
        w.reach("ESTABLISHED");
        w.victim.write(MemorySegment.ofArray(new Pattern(7).bytes(0, 3000)), 0, 3000);
        w.world.until("data at the peer", () -> w.peer.received == 3000, 10 * MS);
        for (int offset : OUT_OF_WINDOW) {
            for (int length : new int[] {0, 100}) {
                w.receive(w.peer.segment(TcpHeader.ACK, new byte[length]).seq(w.peer.seq + offset).build(), 0);
                assertThat(w.victim.unacknowledged()).as("%d, %d bytes", offset, length).isEqualTo(3000);
            }
        }
        w.peer.send(TcpHeader.ACK);
        w.world.until("acknowledged", () -> w.victim.unacknowledged() == 0, MS);
        w.assertUnharmed();
    }

    /** RFC 9293 MUST-57, RFC 1122 §3.2.1.3: nobody has the broadcast address of a network, so nobody connects from it. */
    @ParameterizedTest
    @FieldSource("PROGRAMS")
    void synFromABroadcastAddressIsIgnored(TransportFactory program) {
        HostileWorld w = new HostileWorld(program, SEED);
        w.reach("LISTEN");
        Endpoint everybody = Endpoint.of("02:00:00:00:00:03", "10.0.0.255", w.peer.own.port());
        w.receive(w.peer.segment(TcpHeader.SYN, new byte[0]).from(everybody).build(), 0);
        assertThat(w.target.state(w.peer.own.port())).isEqualTo("none");
        w.assertUnharmed();
    }

    /** RFC 9293 MUST-46. */
    @ParameterizedTest
    @FieldSource("PROGRAMS")
    void broadcastAddressCannotBeConnectedTo(TransportFactory program) {
        HostileWorld w = new HostileWorld(program, SEED);
        w.victim = w.target.toe.connect(new InetSocketAddress(InetAddress.ofLiteral("10.0.0.255"), 80));
        w.world.until("refused", () -> w.victim.status() != Status.OK, MS);
        assertThat(w.victim.status()).isEqualTo(Status.UNREACHABLE);
        w.assertUnharmed();
    }

    /** A SYN may open simultaneously (§3.5), begin anew at a listener, and follow TIME-WAIT (RFC 6191): not forgeries. */
    private static Set<String> afterBlindAttack(String state) {
        return switch (state) {
            case "LISTEN" -> Set.of("none", "SYN-RECEIVED");
            case "SYN-SENT", "TIME-WAIT" -> Set.of(state, "SYN-RECEIVED");
            default -> Set.of(state);
        };
    }

    private static void goOn(HostileWorld w, String state) throws IOException {
        if (Set.of("ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2").contains(state)) {
            Pattern pattern = new Pattern(8);
            for (int i = 0; i < 5; i++) {
                w.peer.send(TcpHeader.ACK, pattern.bytes(500 + 400 * i, 400));
            }
            w.world.until("data", () -> w.victim.readable() == 2500, 10 * MS);
            byte[] bytes = new byte[2500];
            w.victim.read(MemorySegment.ofArray(bytes), 0, bytes.length);
            pattern.check(0, bytes, bytes.length);
        }
        if (Set.of("ESTABLISHED", "CLOSE-WAIT").contains(state)) {
            w.victim.write(MemorySegment.ofArray(new Pattern(7).bytes(0, 3000)), 0, 3000);
            w.world.until("data at the peer", () -> w.peer.received == 3000, 10 * MS);
            w.peer.send(TcpHeader.ACK);
            w.world.until("acknowledged", () -> w.victim.unacknowledged() == 0, 10 * MS);
        }
    }

    /** Who sees everything can end or poison a connection, but no byte announced changes, and nobody else notices. */
    @ParameterizedTest(name = "{0}, {2}")
    @MethodSource("programsAndStates")
    void attackerOnThePathHarmsOnlyItsConnection(String name, TransportFactory program, String state)
        throws IOException {
        long seed = SEED * 2000 + state.hashCode();
        System.out.println("on the path, " + name + ", " + state + ", seed " + seed);
        HostileWorld w = new HostileWorld(program, seed);
        for (int i = 0; i < VICTIMS; i++) {
            w.reach(state);
            attack(w, new SegmentMutator(w.random, false, w.peer));
        }
        w.assertUnharmed();
        System.out.println(w.target.status().drops());
        assertThat(w.target.status().drops()).containsKeys(CERTAIN_DROPS.toArray(String[]::new));
    }

    private static void attack(HostileWorld w, SegmentMutator attacker) throws IOException {
        byte[] announced = {};
        int written = 0;
        for (int i = 0; i < FRAMES_EACH; i++) {
            byte[] frame = attacker.frame();
            w.receive(frame, attacker.segmentSize);
            if (w.victim != null && w.victim.isConnected()) {
                announced = assertUnchanged(w, announced);
                if (w.random.nextInt(4) == 0) {
                    announced = consume(w, announced);
                }
                if (w.random.nextInt(4) == 0 && w.victim.writable() > 100 && !w.victim.isOutputShutdown()) {
                    w.victim.write(MemorySegment.ofArray(new Pattern(7).bytes(written, 100)), 0, 100);
                    written += 100; // the peer checks what it is sent, whatever was acknowledged in its name
                }
            }
        }
        if (w.victim != null && w.victim.status() != Status.OK) {
            assertThat(w.victim.status()).isIn(Status.RESET, Status.REFUSED, Status.UNREACHABLE);
        }
    }

    private static byte[] assertUnchanged(HostileWorld w, byte[] announced) {
        byte[] now = new byte[w.victim.readable()];
        int first = w.victim.contiguousReadable();
        MemorySegment region = w.victim.region();
        long start = w.victim.readableOffset();
        MemorySegment.copy(region, ValueLayout.JAVA_BYTE, start, now, 0, first);
        MemorySegment.copy(region, ValueLayout.JAVA_BYTE, start + first - (16 << 10), now, first, now.length - first);
        assertThat(Arrays.mismatch(Arrays.copyOf(now, announced.length), announced)).as("changed byte").isNegative();
        return now;
    }

    private static byte[] consume(HostileWorld w, byte[] announced) {
        int bytes = w.random.nextInt(announced.length + 1);
        w.victim.release(bytes);
        return Arrays.copyOfRange(announced, bytes, announced.length);
    }
}

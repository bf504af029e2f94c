package org.millrace.cli.testbed;

import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.millrace.testkit.Endpoint;
import org.millrace.testkit.FrameBuilder;
import org.millrace.testkit.ParsedFrame;
import org.millrace.wire.TcpHeader;

/**
 * A stack whose work is counted, a good client whose requests it answers, and whatever else is sent to it. Work is methods entered and
 * jumps made, in all of Millrace: the same for the same frames on any machine.
 */
final class AttackedStack implements Closeable {
    static final Endpoint US = Endpoint.of("02:00:00:00:00:02", "10.0.0.2", 80);
    static final Endpoint GOOD = Endpoint.of("02:00:00:00:00:01", "10.0.0.1", 40_000);
    static final Endpoint BAD = Endpoint.of("02:00:00:00:00:01", "10.0.0.66", 50_000);
    static final int FIRST = 0x1000_0000;
    private static final int REQUEST = 100;
    private static final long GAP_NS = 100_000;

    final SplittableRandom random = new SplittableRandom(1);
    private final MutantLoader.Loaded loaded;
    /** The number behind the last that was sent to a port, of those that answered with a SYN. */
    private final Map<Integer, Integer> next = new HashMap<>();
    private int accepted;
    private int goodSent;
    private String good;

    AttackedStack(MutantLoader loader, String program, Map<String, String> options) throws ReflectiveOperationException {
        MutantSteps.begin(Long.MAX_VALUE);
        loaded = loader.open();
        ask("open", "program", program, "options", options, "connections", 1100, "receive_bytes", 4096, "transmit_bytes", 65_536);
        ask("listen", "socket", "listener", "port", US.port(), "backlog", 1000);
    }

    Map<String, Object> ask(String op, Object... fields) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("op", op);
        for (int i = 0; i < fields.length; i += 2) {
            request.put((String) fields[i], fields[i + 1]);
        }
        Map<String, Object> answer = loaded.requests().apply(request);
        if (answer.containsKey("error")) {
            throw new AssertionError(answer.get("error"));
        }
        return answer;
    }

    void send(byte[] frame) {
        ask("inject", "frame", HexFormat.of().formatHex(frame));
        take(ask("frames"));
    }

    void send(FrameBuilder frame) {
        send(frame.build());
    }

    void pass(long ns) {
        take(ask("run", "ns", ns));
    }

    private void take(Map<String, Object> answer) {
        for (Object each : (List<?>) answer.get("frames")) {
            ParsedFrame frame = ParsedFrame.of(HexFormat.of().parseHex((String) ((Map<?, ?>) each).get("frame")));
            if (frame.tcp() != null) {
                int end = frame.tcp().sequence() + frame.payload().length + (frame.tcp().has(TcpHeader.SYN) ? 1 : 0);
                next.put(frame.destination().port(), end);
            }
        }
    }

    /** {@return what comes behind all that was sent to a port} */
    int next(Endpoint to) {
        return next.get(to.port());
    }

    /** A segment of an open connection, whose sender has sent so many bytes. */
    FrameBuilder segment(Endpoint from, int sent) {
        return FrameBuilder.tcp().from(from).to(US).seq(FIRST + 1 + sent).ack(next(from)).window(65_535);
    }

    /** Opens a connection; answers the name of the application's end. */
    String open(Endpoint from, FrameBuilder syn) {
        send(syn.from(from).to(US).seq(FIRST).flags(TcpHeader.SYN).window(65_535));
        send(segment(from, 0));
        String name = "accepted" + accepted++;
        Map<String, Object> answer = ask("accept", "listener", "listener", "socket", name);
        if (answer.get("peer_port") == null || ((Number) answer.get("peer_port")).intValue() != from.port()) {
            throw new AssertionError("port " + from.port() + " is not accepted: " + answer);
        }
        return name;
    }

    /** Request and answer, and their acknowledgements; 100 us pass, a hundred times as long as a core takes for it. */
    void round() {
        good = good == null ? open(GOOD, FrameBuilder.tcp().mss(1460).sackPermitted()) : good;
        int before = next(GOOD);
        send(segment(GOOD, goodSent).flags(TcpHeader.ACK | TcpHeader.PSH).payload(new byte[REQUEST]));
        goodSent += REQUEST;
        long read = ((Number) ask("read", "socket", good, "bytes", REQUEST).get("result")).longValue();
        ask("write", "socket", good, "bytes", REQUEST);
        take(ask("frames"));
        if (read != REQUEST || next(GOOD) != before + REQUEST) {
            throw new AssertionError("the good client's request is not answered: " + read + ", " + (next(GOOD) - before));
        }
        send(segment(GOOD, goodSent));
        pass(GAP_NS);
    }

    int connections() {
        return ((List<?>) ask("connections").get("connections")).size();
    }

    @Override
    public void close() throws IOException {
        loaded.close();
    }
}

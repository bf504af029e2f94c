package org.millrace.testkit.script;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.millrace.testkit.ParsedFrame;
import org.millrace.wire.EthernetHeader;

/** The stack behind its testbed, in terms of the script: frames that were sent and not yet looked at, and the time. */
final class Host {
    private final UnaryOperator<Map<String, Object>> testbed;
    private final Deque<Sent> sent = new ArrayDeque<>();
    private final long startNs;
    private long nowNs;

    /** A frame of the host and when it was sent, nanoseconds since the script began. */
    record Sent(long timeNs, ParsedFrame frame) {
    }

    Host(UnaryOperator<Map<String, Object>> testbed, Map<String, Object> open) {
        this.testbed = testbed;
        startNs = ((Number) ask(open).get("now_ns")).longValue();
    }

    /** {@return time since the script began, ns} */
    long nowNs() {
        return nowNs - startNs;
    }

    Map<String, Object> ask(String op, Object... fields) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("op", op);
        for (int i = 0; i < fields.length; i += 2) {
            request.put((String) fields[i], fields[i + 1]);
        }
        return ask(request);
    }

    private Map<String, Object> ask(Map<String, Object> request) {
        Map<String, Object> answer = testbed.apply(request);
        if (answer.containsKey("error")) {
            throw new IllegalArgumentException(answer.get("error").toString());
        }
        nowNs = ((Number) answer.get("now_ns")).longValue();
        return answer;
    }

    void inject(byte[] frame) {
        ask("inject", "frame", HexFormat.of().formatHex(frame));
    }

    /** Lets time pass; with frames only until one is sent. */
    void run(long ns, boolean untilFrame) {
        Map<String, Object> answer = ask("run", "ns", ns, "frames", untilFrame ? 1 : 0);
        for (Object one : (List<?>) answer.get("frames")) {
            Map<?, ?> frame = (Map<?, ?>) one;
            byte[] bytes = HexFormat.of().parseHex((String) frame.get("frame"));
            if (!isArp(bytes)) { // who asks where somebody is says nothing to him
                sent.add(new Sent(((Number) frame.get("time_ns")).longValue() - startNs, ParsedFrame.of(bytes)));
            }
        }
    }

    private static boolean isArp(byte[] frame) {
        return new EthernetHeader().wrap(MemorySegment.ofArray(frame), 0).etherType() == EthernetHeader.ARP;
    }

    /** {@return what has been sent and not been taken, oldest first} */
    Deque<Sent> sent() {
        run(0, false);
        return sent;
    }
}

package org.millrace.cli.testbed;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.millrace.api.transport.ConnectionInfo;

/**
 * Answers requests about one stack, docs/testbed.md: opens it, calls its sockets, gives and takes frames, lets time pass.
 * The same requests give the same answers, byte for byte.
 *
 * <p>Owned by: one thread.
 */
public final class Testbed implements AutoCloseable {
    private static final long DAY_NS = 86_400_000_000_000L;
    private static final int MIN_FRAME = 14;
    private static final int MAX_FRAME = 65_549;

    private Stack stack;
    private Sockets sockets;

    /** Has no stack yet. */
    public Testbed() {
    }

    /**
     * Does what a request asks for.
     *
     * @param request its fields; {@code op} names what to do
     * @return the answer: {@code error} and nothing else if it cannot be done; the request's {@code id} in any case
     */
    public Map<String, Object> call(Map<String, ?> request) {
        Map<String, Object> answer = new LinkedHashMap<>();
        if (request.get("id") != null) {
            answer.put("id", request.get("id"));
        }
        try {
            answer.putAll(answer(new Fields(request)));
            if (stack != null) {
                answer.put("now_ns", stack.nowNs());
                answer.put("waiting", stack.waiting());
            }
        } catch (TestbedException e) {
            answer.put("error", e.getMessage());
        }
        return answer;
    }

    private Map<String, Object> answer(Fields f) throws TestbedException {
        String op = f.text("op");
        if (op.equals("open")) {
            return open(f);
        }
        if (stack == null) {
            throw new TestbedException("there is no stack: begin with open");
        }
        if (Sockets.CALLS.contains(op)) {
            return sockets.call(op, f);
        }
        return switch (op) {
            case "inject" -> inject(f);
            case "run" -> run(f);
            case "frames" -> frames(f);
            case "connections" -> connections(f);
            case "counters" -> counters(f);
            case "swap" -> swap(f);
            default -> throw new TestbedException("op is " + op + ", allowed are open, inject, run, frames, connections, "
                + "counters, swap, " + String.join(", ", Sockets.CALLS.stream().sorted().toList()));
        };
    }

    private Map<String, Object> open(Fields f) throws TestbedException {
        Stack opened = new Stack(StackOptions.of(f));
        close();
        stack = opened;
        sockets = new Sockets(stack);
        stack.settle();
        return Map.of("program", stack.options().program().name(), "hardware", stack.options().hardware().name());
    }

    private Map<String, Object> inject(Fields f) throws TestbedException {
        f.only(Set.of("op", "id", "frame"));
        byte[] frame = f.hex("frame");
        if (frame.length < MIN_FRAME || frame.length > MAX_FRAME) {
            throw new TestbedException("frame is " + frame.length + " bytes, allowed is " + MIN_FRAME + " to " + MAX_FRAME);
        }
        stack.inject(frame);
        return Map.of();
    }

    private Map<String, Object> run(Fields f) throws TestbedException {
        f.only(Set.of("op", "id", "ns", "frames"));
        long untilNs = stack.nowNs() + f.number("ns", 0, DAY_NS);
        stack.run(untilNs, f.integer("frames", 0, 0, Integer.MAX_VALUE));
        return sent();
    }

    private Map<String, Object> frames(Fields f) throws TestbedException {
        f.only(Set.of("op", "id"));
        return sent();
    }

    private Map<String, Object> sent() {
        List<Object> frames = new ArrayList<>();
        for (Stack.Sent frame : stack.take()) {
            frames.add(ordered("time_ns", frame.timeNs(), "frame", HexFormat.of().formatHex(frame.bytes())));
        }
        return Map.of("frames", frames);
    }

    private Map<String, Object> connections(Fields f) throws TestbedException {
        f.only(Set.of("op", "id"));
        List<Object> lines = new ArrayList<>();
        for (ConnectionInfo line : stack.path().status().connections()) {
            lines.add(ordered("state", line.state(), "local_port", line.local().getPort(), "peer_port",
                line.peer() == null ? 0 : line.peer().getPort(), "receive_queued", line.receiveQueued(),
                "transmit_queued", line.transmitQueued(), "detail", line.detail()));
        }
        return Map.of("connections", lines);
    }

    private Map<String, Object> counters(Fields f) throws TestbedException {
        f.only(Set.of("op", "id"));
        Map<String, Long> counters = new TreeMap<>(stack.path().status().counters());
        counters.values().removeIf(count -> count == 0);
        return Map.of("counters", counters);
    }

    private Map<String, Object> swap(Fields f) throws TestbedException {
        f.only(Set.of("op", "id", "program", "hardware", "options"));
        StackOptions o = stack.options();
        stack.swap(f.text("program", o.program().name()), f.has("options") ? f.texts("options") : o.options(),
            StackOptions.hardware(f.text("hardware", o.hardware().name())));
        return Map.of();
    }

    private static Map<String, Object> ordered(Object... pairs) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) pairs[i], pairs[i + 1]);
        }
        return map;
    }

    /** Ends the stack. */
    @Override
    public void close() {
        if (stack != null) {
            stack.close();
            stack = null;
        }
    }
}

package org.millrace.testkit.script;

import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.millrace.testkit.FrameBuilder;
import org.millrace.testkit.FrameText;
import org.millrace.testkit.ParsedFrame;
import org.millrace.wire.TcpHeader;

/** One run of a script. */
final class ScriptRun {
    private static final int SHOWN_LINES = 14;

    private final String where;
    private final Host host;
    private final int peerIsn;
    private final Calls calls;
    private final Map<String, Flow> flows = new LinkedHashMap<>();
    private final List<String> trace = new ArrayList<>();

    ScriptRun(String where, String program, Host host, int peerIsn) {
        this.where = where;
        this.host = host;
        this.peerIsn = peerIsn;
        calls = new Calls(host, program);
    }

    void run(List<Step> steps) {
        for (Step step : steps) {
            try {
                run(step);
            } catch (IllegalArgumentException e) {
                throw failure(step, "a line that can be done", e.getMessage());
            }
        }
        Step last = steps.getLast();
        nothingWaits(last, "nothing after the last line");
    }

    private void run(Step step) {
        Flow flow = flows.computeIfAbsent(step.flow(), name -> new Flow(name, flows.size(), peerIsn));
        switch (step.kind()) {
            case SEND -> {
                pass(step);
                note("", step);
                host.inject(step.segment() == null ? unreachable(step, flow) : step.segment().build(flow));
            }
            case EXPECT -> expect(step, flow);
            case MAYBE -> maybe(step, flow);
            case CALL -> call(step, flow);
        }
    }

    private static byte[] unreachable(Step step, Flow flow) {
        Words words = new Words(List.of(step.text().substring(step.text().indexOf("unreachable")).split("\\s+")));
        words.next("");
        int code = (int) words.number("code");
        int mtu = words.take("mtu") ? (int) words.number("mtu") : 0;
        words.end();
        return FrameBuilder.unreachable(code, mtu, flow.lastSent()).build();
    }

    private void call(Step step, Flow flow) {
        if (step.words().getFirst().equals("skip")) {
            host.run(step.minNs(), false);
            host.sent().forEach(this::seen);
            host.sent().clear();
            return;
        }
        pass(step);
        if (step.words().getFirst().equals("quiet")) {
            nothingWaits(step, "nothing");
            return;
        }
        String expected = calls.expected(step);
        String actual = calls.call(step, flow);
        note(expected == null || expected.equals(actual) ? "" : "-> " + actual, step);
        if (expected != null && !expected.equals(actual)) {
            throw failure(step, expected, actual);
        }
    }

    /** Lets the time before a step pass, in which nothing may be sent. */
    private void pass(Step step) {
        if (step.minNs() == 0) {
            return;
        }
        nothingWaits(step, "nothing before this line");
        host.run(step.minNs(), false);
        nothingWaits(step, "nothing before this line");
    }

    private void nothingWaits(Step step, String expected) {
        Deque<Host.Sent> sent = host.sent();
        if (!sent.isEmpty()) {
            String first = text(sent.peek());
            sent.forEach(this::seen);
            throw failure(step, expected, first);
        }
    }

    private void expect(Step step, Flow flow) {
        long earliestNs = host.nowNs() + step.minNs();
        long latestNs = host.nowNs() + step.maxNs();
        Host.Sent sent = next(latestNs);
        if (sent == null) {
            throw failure(step, step.text(), "nothing until " + Duration.text(latestNs));
        }
        seen(sent);
        List<String> differences = differences(step, flow, sent);
        if (sent.timeNs() < earliestNs) {
            differences.add("it came at " + Duration.text(sent.timeNs()) + ", earliest is " + Duration.text(earliestNs));
        }
        if (!differences.isEmpty()) {
            throw failure(step, step.text(), text(sent) + "\n             " + String.join("; ", differences));
        }
    }

    private void maybe(Step step, Flow flow) {
        Host.Sent sent = next(host.nowNs() + step.maxNs());
        if (sent == null) {
            return;
        }
        if (differences(step, flow, sent).isEmpty()) {
            seen(sent);
        } else {
            host.sent().addFirst(sent);
        }
    }

    /** {@return the next frame sent until a time, or null} */
    private Host.Sent next(long latestNs) {
        if (host.sent().isEmpty() && latestNs > host.nowNs()) {
            host.run(latestNs - host.nowNs(), true);
        }
        return host.sent().poll();
    }

    private List<String> differences(Step step, Flow flow, Host.Sent sent) {
        ParsedFrame frame = sent.frame();
        if (frame.tcp() == null) {
            return new ArrayList<>(List.of("it is no TCP segment"));
        }
        if (frame.destination().port() != flow.peer.port()) {
            return new ArrayList<>(List.of("it is of another connection than " + flow.name));
        }
        if (frame.tcp().has(TcpHeader.SYN)) {
            flow.sent(frame);
        }
        return step.segment().differences(flow, frame);
    }

    private Flow flowOf(ParsedFrame frame) {
        return flows.values().stream().filter(flow -> flow.peer.port() == frame.destination().port()).findFirst()
            .orElse(null);
    }

    private String text(Host.Sent sent) {
        ParsedFrame frame = sent.frame();
        Flow flow = frame.tcp() == null ? null : flowOf(frame);
        if (flow == null) {
            return "> " + FrameText.describe(frame);
        }
        return (flow.name.equals(Step.DEFAULT_FLOW) ? "" : flow.name + ": ") + SegmentSpec.text(flow, frame);
    }

    private void seen(Host.Sent sent) {
        Flow flow = sent.frame().tcp() == null ? null : flowOf(sent.frame());
        if (flow != null) {
            flow.sent(sent.frame());
        }
        trace.add(Duration.text(sent.timeNs()) + "           " + text(sent));
    }

    private void note(String more, Step step) {
        trace.add(String.format("%s line %-4d %s %s", Duration.text(host.nowNs()), step.number(), step.text(), more).strip());
    }

    private ScriptFailure failure(Step step, String expected, String actual) {
        StringBuilder text = new StringBuilder(where).append(", line ").append(step.number()).append(": ")
            .append(step.text()).append("\n  expected:  ").append(expected).append("\n  actual:    ").append(actual)
            .append("\n  at ").append(Duration.text(host.nowNs())).append(", after:");
        int first = Math.max(0, trace.size() - SHOWN_LINES);
        text.append(first > 0 ? "\n    …" : "");
        trace.subList(first, trace.size()).forEach(line -> text.append("\n    ").append(line));
        return new ScriptFailure(text.toString());
    }
}

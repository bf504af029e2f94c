package org.millrace.testkit.script;

import java.util.ArrayList;
import java.util.List;

/**
 * A line of a script.
 *
 * @param number  of the line, from 1
 * @param text    of the line, or what it is short for
 * @param minNs   earliest time after the step before, ns; what is done is done then
 * @param maxNs   latest time at which what is expected may come
 * @param only    the program or hardware that it is for, or empty: all
 * @param flow    the connection's name
 * @param kind    what it is
 * @param segment to send or to expect, or null
 * @param words   of a call
 * @param result  that a call must have, or null
 */
record Step(int number, String text, long minNs, long maxNs, String only, String flow, Kind kind, SegmentSpec segment,
            List<String> words, String result) {
    /** What a line is. */
    enum Kind { SEND, EXPECT, MAYBE, CALL }

    static final String DEFAULT_FLOW = "s";

    /** {@return the steps of a line: several if it is short for them} */
    static List<Step> parse(int number, String line, long toleranceNs) {
        String rest = line;
        String time = "0";
        if (rest.startsWith("+")) {
            time = first(rest).substring(1);
            rest = rest.substring(time.length() + 1).strip();
        }
        String only = "";
        if (rest.startsWith("[")) {
            only = rest.substring(1, closing(rest));
            rest = rest.substring(closing(rest) + 1).strip();
        }
        String flow = DEFAULT_FLOW;
        if (first(rest).matches("[a-z][a-z0-9]*:")) {
            flow = first(rest).substring(0, first(rest).length() - 1);
            rest = rest.substring(flow.length() + 1).strip();
        }
        List<Step> steps = new ArrayList<>();
        List<String> parts = Shorthand.expand(rest);
        for (String one : parts) {
            Kind kind = kind(one);
            long[] times = times(steps.isEmpty() ? time : "0", kind, toleranceNs);
            String shown = parts.size() == 1 ? line.strip() : one;
            Step blank = new Step(number, shown, times[0], times[1], only, flow, kind, null, null, null);
            steps.add(kind == Kind.CALL ? blank.call(one) : blank.segment(one.substring(first(one).length()).strip()));
        }
        return steps;
    }

    /** {@return a call at the moment before this step and the time it waits} */
    Step before(String call) {
        return new Step(number, call, 0, 0, only, flow, Kind.CALL, null, List.of(call), null);
    }

    /** What is done is done at the time that is written; what is expected may come a little off it. */
    private static long[] times(String text, Kind kind, long toleranceNs) {
        String[] ends = text.split("\\.\\.", 2);
        long at = Duration.parse(ends[0]);
        if (ends.length == 2) {
            return new long[] {at, Duration.parse(ends[1])};
        }
        return kind == Kind.CALL || kind == Kind.SEND ? new long[] {at, at}
            : new long[] {Math.max(0, at - toleranceNs), at + toleranceNs};
    }

    private static Kind kind(String text) {
        return switch (first(text)) {
            case "<" -> Kind.SEND;
            case ">" -> Kind.EXPECT;
            case ">?" -> Kind.MAYBE;
            default -> Kind.CALL;
        };
    }

    private static String first(String text) {
        return text.split("\\s+", 2)[0];
    }

    private static int closing(String text) {
        if (text.indexOf(']') < 0) {
            throw new IllegalArgumentException("] is missing");
        }
        return text.indexOf(']');
    }

    private Step segment(String words) {
        boolean icmp = words.startsWith("unreachable");
        return new Step(number, text, minNs, maxNs, only, flow, kind, icmp ? null : SegmentSpec.parse(words), null, null);
    }

    private Step call(String words) {
        String[] call = words.split("\\s*->\\s*", -1);
        if (call.length > 2 || call[0].isBlank() || call[call.length - 1].isBlank()) {
            throw new IllegalArgumentException(
                "a line is [+TIME] [[ONLY]] [FLOW:] and < SEGMENT, > SEGMENT or CALL [-> RESULT]");
        }
        return new Step(number, text, minNs, maxNs, only, flow, kind, null, List.of(call[0].strip().split("\\s+")),
            call.length == 2 ? call[1].strip() : null);
    }
}

package org.millrace.runtime.control;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.millrace.runtime.capture.CaptureFilter;
import org.millrace.runtime.operate.LiveCapture;
import org.millrace.runtime.operate.OperationException;
import org.millrace.runtime.operate.Operations;
import org.millrace.runtime.swap.SwapReport;
import org.millrace.runtime.trace.TraceLines;
import org.millrace.runtime.trace.TraceRequest;

/** The operations that change or copy something, for the owner and root. */
final class Changes {
    private static final long MAX_BYTES = 1L << 40;
    private static final long DEFAULT_BYTES = 256L << 20;
    private static final long MAX_FRAMES = 1L << 40;
    private static final int MOST_SNAP_BYTES = 1 << 18; // no frame is longer
    private static final long MAX_SECONDS = 86_400;
    private static final long DEFAULT_SECONDS = 3600;
    private static final long STEP_MS = 5;

    private Changes() {
    }

    static void stop(Operations operations, Request request, Answer answer) throws OperationException, IOException {
        request.allow();
        answer.result(Map.of("stopping", true, "pid", ProcessHandle.current().pid()));
        operations.stop();
    }

    static void swap(Operations operations, Request request, Answer answer) throws OperationException, IOException {
        request.allow("transport", "hardware", "new_only", "canary_seconds");
        String transport = request.text("transport");
        String hardware = request.text("hardware");
        if (transport == null && hardware == null) {
            throw Request.bad("swap wants a transport, a hardware, or both");
        }
        long canary = request.number("canary_seconds", 0, 0, MAX_SECONDS);
        answer.result(report(operations.swap(transport, hardware, request.flag("new_only"), TimeUnit.SECONDS.toNanos(canary),
            answer::goesOn)));
    }

    private static Map<String, Object> report(SwapReport report) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("before", side(report.before()));
        result.put("after", side(report.after()));
        result.put("connections", report.connections());
        result.put("retiring", report.retiring());
        result.put("pause_us", report.pauseNs() / 1000);
        Map<String, Long> steps = new TreeMap<>();
        report.stepNs().forEach((step, ns) -> steps.put(step.name().toLowerCase(Locale.ROOT), ns / 1000));
        result.put("step_us", steps);
        if (report.canary() != null) {
            result.put("canary", report.canary());
        }
        return result;
    }

    private static Map<String, Object> side(SwapReport.Side side) {
        return Map.of("hardware", side.hardware(), "transports", side.transports());
    }

    /** On and off are swaps; dump is an item for each record, and a result that says how many are missing. */
    static void trace(Operations operations, Request request, Answer answer) throws OperationException, IOException {
        request.allow("action", "points");
        String action = String.valueOf(request.text("action"));
        switch (action) {
            case "on" -> answer.result(report(operations.trace(new TraceRequest(request.texts("points", "all")))));
            case "off" -> answer.result(report(operations.trace(TraceRequest.OFF)));
            case "dump" -> {
                TraceLines lines = operations.traceLines();
                for (String line : lines.lines()) {
                    answer.item(Map.of("line", line));
                }
                answer.result(Map.of("lost", lines.lost(), "on", operations.instance().tracing().isOn()));
            }
            default -> throw Request.bad("action is " + action + ", allowed is on, off or dump");
        }
    }

    /** A result, then the bytes of a pcapng file until it is enough, for the instance or for the client. */
    static void capture(Operations operations, Request request, Answer answer) throws OperationException, IOException {
        request.allow("filter", "bytes", "frames", "seconds", "snap_bytes");
        LiveCapture.Limits limits = new LiveCapture.Limits(request.number("bytes", DEFAULT_BYTES, 1, MAX_BYTES),
            request.number("frames", MAX_FRAMES, 1, MAX_FRAMES),
            request.number("seconds", DEFAULT_SECONDS, 1, MAX_SECONDS),
            (int) request.number("snap_bytes", MOST_SNAP_BYTES, 1, MOST_SNAP_BYTES));
        try (LiveCapture capture = operations.capture(filter(request), limits)) {
            answer.result(Map.of("format", "pcapng"));
            capture.writeTo(answer.bytes());
            boolean more = true;
            while (more) {
                boolean enough = answer.isEnough(STEP_MS);
                more = capture.write() && !enough;
            }
            capture.finish();
        }
    }

    private static CaptureFilter filter(Request request) throws OperationException {
        String text = request.text("filter");
        try {
            return CaptureFilter.parse(text == null ? "" : text);
        } catch (IllegalArgumentException e) {
            throw Request.bad(e.getMessage());
        }
    }
}

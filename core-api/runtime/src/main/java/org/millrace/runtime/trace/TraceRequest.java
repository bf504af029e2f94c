package org.millrace.runtime.trace;

import java.util.Set;

/**
 * Which trace points are on. A point is a stage of a workflow: what leaves it is recorded with its verdict.
 *
 * @param points {@code RX.protocol} for one stage, {@code RX} for all of a workflow, {@code all} for every stage; empty:
 *               none, and the program runs as if there were no tracing
 */
public record TraceRequest(Set<String> points) {
    /** No tracing. */
    public static final TraceRequest OFF = new TraceRequest(Set.of());
    /** Every stage of every workflow. */
    public static final TraceRequest ALL = new TraceRequest(Set.of("all"));

    /** Copies what it is given. */
    public TraceRequest {
        points = Set.copyOf(points);
    }

    /** {@return whether anything is recorded} */
    public boolean isOn() {
        return !points.isEmpty();
    }

    boolean covers(String workflow, String stage) {
        return points.contains("all") || points.contains(workflow) || points.contains(workflow + "." + stage);
    }
}

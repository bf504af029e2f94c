package org.millrace.tcp.swift;

/**
 * The delay that Swift steers to, §3.5: a base, what the path is long, and the more the smaller the window: many flows at a queue need more of it,
 * for their windows vary more. The path's part is the least round trip that the connection has seen, where the paper counts hops, which a host does not know.
 */
final class TargetDelay {
    /** One of the published settings: 25 us for the base, and five times that for flows. */
    static final double BASE_US = 25;
    static final double FLOW_RANGE_US = 5 * BASE_US;
    /** Segments; below this window all of the range is added, above the other nothing. */
    static final double LEAST_WINDOW = 0.1;
    static final double MOST_WINDOW = 100;

    private static final double ALPHA = FLOW_RANGE_US / (1 / Math.sqrt(LEAST_WINDOW) - 1 / Math.sqrt(MOST_WINDOW));
    private static final double BETA = -ALPHA / Math.sqrt(MOST_WINDOW);

    private TargetDelay() {
    }

    /** {@return microseconds} */
    static double us(long leastRttUs, double windowSegments) {
        return leastRttUs + BASE_US + Math.clamp(ALPHA / Math.sqrt(windowSegments) + BETA, 0, FLOW_RANGE_US);
    }
}

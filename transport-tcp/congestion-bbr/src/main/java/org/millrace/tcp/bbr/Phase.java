package org.millrace.tcp.bbr;

/** States of the state machine, draft-ietf-ccwg-bbr §5.3, with their gains. */
enum Phase {
    /** Doubles each round trip until the path is full. 4 ln 2. */
    STARTUP(2.77, 2),
    /** Empties the queue that startup has made. */
    DRAIN(0.5, 2),
    /** ProbeBW: leaves room for others. */
    DOWN(0.9, 2),
    /** ProbeBW: keeps to the model. */
    CRUISE(1, 2),
    /** ProbeBW: fills the path for a round trip. */
    REFILL(1, 2),
    /** ProbeBW: asks for more. */
    UP(1.25, 2.25),
    /** Has next to nothing in flight, so that the path's own round trip shows. */
    PROBE_RTT(1, 0.5);

    final double pacingGain;
    final double windowGain;

    Phase(double pacingGain, double windowGain) {
        this.pacingGain = pacingGain;
        this.windowGain = windowGain;
    }

    boolean isProbeBandwidth() {
        return this == DOWN || this == CRUISE || this == REFILL || this == UP;
    }

    /** {@return whether losses are what it asks for, and no reason to believe less of the path} */
    boolean isProbing() {
        return this == STARTUP || this == REFILL || this == UP;
    }
}

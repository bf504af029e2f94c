package org.millrace.sim.fabric;

import org.millrace.sim.Actor;

/** One way of a link, seen from who sends on it. */
final class Outgoing {
    private static final long PS_PER_S = 1_000_000_000_000L;

    final Actor peer;
    final int event;
    /** From the last bit's leaving to the peer's acting. */
    final long delayPs;
    final double loss;
    private final long bitsPerSecond;
    /** Of a byte; 0: it is not a whole number. */
    private final long bytePs;
    /** When the last bit of what is sent has left. */
    long freePs;
    /** An event tells when it is free. */
    boolean isWaiting;
    long sentBytes;

    Outgoing(Actor peer, int event, Topology.Way way, long peerPs) {
        this.peer = peer;
        this.event = event;
        delayPs = way.delayPs() + peerPs;
        loss = way.loss();
        bitsPerSecond = way.bitsPerSecond();
        bytePs = bitsPerSecond > 0 && 8 * PS_PER_S % bitsPerSecond == 0 ? 8 * PS_PER_S / bitsPerSecond : 0;
    }

    long sendingPs(int bytes) {
        return bytePs > 0 || bitsPerSecond == 0 ? bytes * bytePs : (long) Math.ceil(bytes * 8.0 * PS_PER_S / bitsPerSecond);
    }
}

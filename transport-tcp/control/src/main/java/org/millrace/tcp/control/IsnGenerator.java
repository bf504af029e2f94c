package org.millrace.tcp.control;

/** Initial sequence numbers: a clock of 4 µs a tick plus a keyed hash of both ends (RFC 6528 §3, RFC 9293 MUST-8). */
final class IsnGenerator {
    private static final long TICK_NS = 4_000;

    private final SipHash hash;

    IsnGenerator(SipHash hash) {
        this.hash = hash;
    }

    /** {@return ISN = M + F(local, peer, secret)} */
    int next(Endpoints ends, long nowNs) {
        return (int) (nowNs / TICK_NS) + (int) hash.of(ends.addresses(), ends.ports());
    }
}

package org.millrace.tcp.control.guard;

import org.millrace.net.guard.SipHash;
import org.millrace.tcp.control.wire.Endpoints;

/** Initial sequence numbers: a clock of 4 µs a tick plus a keyed hash of both ends (RFC 6528 §3, RFC 9293 MUST-8). */
public final class IsnGenerator {
    private static final long TICK_NS = 4_000;

    private final SipHash hash;

    public IsnGenerator(SipHash hash) {
        this.hash = hash;
    }

    /** {@return ISN = M + F(local, peer, secret)} */
    public int next(Endpoints ends, long nowNs) {
        return (int) (nowNs / TICK_NS) + (int) hash.of(ends.addresses(), ends.ports());
    }
}

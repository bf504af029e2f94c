package org.millrace.tcp.control;

import org.millrace.wire.SequenceNumber;
import org.millrace.wire.TcpOptions;

/** A connection in its handshake: SYN-SENT or SYN-RECEIVED. It has no flow and no buffers yet. */
final class HalfOpen extends Timed {
    static final int DEFAULT_MSS = 536; // RFC 9293 MUST-15
    private static final int MIN_PEER_MSS = 88; // CVE-2019-11479: a tiny MSS multiplies work
    private static final int MAX_WINDOW = 65_535;

    final Endpoints ends;
    /** The listener it came to, or null if it is ours. */
    final Listener listener;
    /** The context: the asking one, or the listener's. */
    final int context;
    /** CONNECT's or LISTEN's number for the application. */
    final long opaque;
    final int iss;

    TcpState state = TcpState.SYN_SENT;
    int irs;
    /** MSS that we advertise: what the path carries, options not taken off. */
    int pathMss;
    int peerMss = DEFAULT_MSS;
    boolean timestamps;
    boolean sack;
    int tsRecent;
    boolean scaling;
    int sndShift;
    int rcvShift;
    int receiveBytes;
    String congestion;
    int ecn;
    boolean ecnRequested;
    long sentNs;
    int retries;

    HalfOpen(Endpoints ends, Listener listener, int context, long opaque, int iss) {
        this.ends = ends;
        this.listener = listener;
        this.context = context;
        this.opaque = opaque;
        this.iss = iss;
    }

    boolean active() {
        return listener == null;
    }

    /** The window as SYN and SYN-ACK say it, never scaled (RFC 7323 §2.2). */
    int synWindow() {
        return Math.min(receiveBytes, MAX_WINDOW);
    }

    int rcvNxt() {
        return irs + 1;
    }

    /** {@return payload of a segment to the peer, bytes} */
    int sendMss() {
        int largest = Math.min(Math.max(peerMss, MIN_PEER_MSS), pathMss);
        return timestamps ? largest - TcpOptions.TIMESTAMPS_LENGTH : largest; // RFC 9293 MUST-16
    }

    /** Smallest shift that lets 16 bits say the whole buffer. */
    static int shiftFor(int receiveBytes) {
        int shift = 0;
        while (receiveBytes >> shift > MAX_WINDOW) {
            shift++;
        }
        return Math.min(shift, TcpOptions.MAX_WINDOW_SCALE);
    }

    /** Takes what the peer's SYN or SYN-ACK says: an option is in use if both have sent it. */
    void negotiate(Segment syn) {
        TcpOptions options = syn.options();
        irs = syn.seq;
        peerMss = options.mss() < 0 ? DEFAULT_MSS : options.mss();
        scaling &= options.windowScale() >= 0;
        sndShift = scaling ? options.windowScale() : 0;
        rcvShift = scaling ? rcvShift : 0;
        sack &= options.sackPermitted();
        timestamps &= options.hasTimestamps();
        tsRecent = options.tsValue();
    }

    /** {@return whether PAWS or a missing timestamp forbids the segment, RFC 7323 §3.2, §5.3} */
    boolean oldTimestamp(Segment segment) {
        return timestamps && (!segment.options().hasTimestamps()
                || SequenceNumber.lessThan(segment.options().tsValue(), tsRecent));
    }
}

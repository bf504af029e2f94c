package org.millrace.tcp.control.connection;

import org.millrace.net.timer.Timed;
import org.millrace.tcp.control.wire.Endpoints;
import org.millrace.tcp.control.wire.Segment;
import org.millrace.wire.SequenceNumber;
import org.millrace.wire.TcpOptions;

/** A connection in its handshake: SYN-SENT or SYN-RECEIVED. It has no flow and no buffers yet. */
public final class HalfOpen extends Timed {
    public static final int DEFAULT_MSS = 536; // RFC 9293 MUST-15
    private static final int MIN_PEER_MSS = 88; // CVE-2019-11479: a tiny MSS multiplies work
    private static final int MAX_WINDOW = 65_535;

    public final Endpoints ends;
    /** The listener it came to, or null if it is ours. */
    public final Listener listener;
    /** The context: the asking one, or the listener's. */
    public final int context;
    /** CONNECT's or LISTEN's number for the application. */
    public final long opaque;
    public final int iss;
    /** Code point of what is sent for it. */
    public final int dscp;

    public TcpState state = TcpState.SYN_SENT;
    public int irs;
    /** MSS that we advertise: what the path carries, options not taken off. */
    public int pathMss;
    public int peerMss = DEFAULT_MSS;
    public boolean timestamps;
    public boolean sack;
    public int tsRecent;
    public boolean scaling;
    public int sndShift;
    public int rcvShift;
    public int receiveBytes;
    public String congestion;
    public int ecn;
    public boolean ecnRequested;
    public long sentNs;
    public int retries;

    public HalfOpen(Endpoints ends, Listener listener, int context, long opaque, int iss, int dscp) {
        this.ends = ends;
        this.listener = listener;
        this.context = context;
        this.opaque = opaque;
        this.iss = iss;
        this.dscp = dscp;
    }

    public boolean active() {
        return listener == null;
    }

    /** The window as SYN and SYN-ACK say it, never scaled (RFC 7323 §2.2). */
    public int synWindow() {
        return Math.min(receiveBytes, MAX_WINDOW);
    }

    public int rcvNxt() {
        return irs + 1;
    }

    /** {@return payload of a segment to the peer, bytes} */
    public int sendMss() {
        int largest = Math.min(Math.max(peerMss, MIN_PEER_MSS), pathMss);
        return timestamps ? largest - TcpOptions.TIMESTAMPS_LENGTH : largest; // RFC 9293 MUST-16
    }

    /** Smallest shift that lets 16 bits say the whole buffer. */
    public static int shiftFor(int receiveBytes) {
        int shift = 0;
        while (receiveBytes >> shift > MAX_WINDOW) {
            shift++;
        }
        return Math.min(shift, TcpOptions.MAX_WINDOW_SCALE);
    }

    /** Takes what the peer's SYN or SYN-ACK says: an option is in use if both have sent it. */
    public void negotiate(Segment syn) {
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

    /** {@return whether PAWS or a missing timestamp forbids the segment, RFC 7323 §3.2, §5.3; 0 is nothing remembered} */
    public boolean oldTimestamp(Segment segment) {
        return timestamps && (!segment.options().hasTimestamps()
                || tsRecent != 0 && SequenceNumber.lessThan(segment.options().tsValue(), tsRecent));
    }
}

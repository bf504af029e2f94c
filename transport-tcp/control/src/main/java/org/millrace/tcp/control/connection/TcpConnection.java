package org.millrace.tcp.control.connection;

import org.millrace.net.timer.Timed;
import org.millrace.tcp.control.congestion.CongestionPolicy;
import org.millrace.tcp.control.congestion.RttEstimator;
import org.millrace.tcp.control.program.TcpConnectionState;
import org.millrace.tcp.control.program.TcpProgress;
import org.millrace.tcp.control.recovery.LossRecovery;
import org.millrace.tcp.control.wire.Endpoints;

/** An installed connection: what the control plane remembers of it beside the data path's state. */
public final class TcpConnection extends Timed {
    /** A flow whose window may grow is looked at this often at most. */
    public static final long MIN_POLL_GAP_NS = 200_000;

    private static final long STALE_NS = 1_000_000_000;

    public final Endpoints ends;
    public int context;
    public int connection;
    /** Its flow; 0: gone, only the application still has to close it. */
    public int flow;
    public TcpState state = TcpState.ESTABLISHED;
    public int mss;
    public final boolean timestamps;
    /** The receive window is scaled: it can grow beyond 64 KiB. */
    public final boolean scaled;
    /** Loss recovery; null if the peer takes no SACK blocks or the program only goes back. */
    public LossRecovery recovery;
    /** What the data path has been told may be in flight. */
    public int allowed;
    /** The peer takes SACK blocks; not every program keeps it. */
    public final boolean sack;
    public final RttEstimator rtt;
    public final CongestionPolicy congestion;

    public final StreamOptions options;

    /** The application has let go of it. */
    public boolean appClosed;
    /** Let go of before all that was written had been acknowledged: what arrives meanwhile is taken, and not read. */
    public boolean draining;
    /** Once drained it is reset: its application went without closing it. */
    public boolean resetDue;
    /** When it is given up although our side is not yet acknowledged; moves on as long as the peer acknowledges. */
    public long lingerNs = NEVER;
    public boolean finReceived;
    /** Bytes of its receive buffer that are the peer's to fill. */
    public int receiveBytes;
    /** What the application has consumed since {@link #consumedNs}, bytes. */
    public long consumedBytes;
    /** When what it consumes in a round trip was measured last. */
    public long consumedNs;
    /** What that was, bytes. */
    public long consumedARoundTrip;
    /** Bytes of its transmit ring that its application may use. */
    public int transmitLimit;

    /** Among the active flows. */
    public boolean active;
    /** Its place there. */
    public int place;
    /** Digest bits not acted upon. */
    public int digests;
    public long pollNs;
    /** Its pace: how long from one look at it to the next. */
    public long pollGapNs = MIN_POLL_GAP_NS;
    /** Nothing had happened at the last look. */
    public boolean quiet;

    /** As last polled. */
    public int seenUna;
    public int seenAcked;
    public int seenRetransmitted;
    public int seenEcn;
    public int seenSegments;
    public int seenSamples;
    public int seenRttSumUs;
    public int seenRcvNxt;

    /** When the retransmission or persist timer expires. */
    public long retransmitNs = NEVER;
    public boolean persisting;
    /** Bytes a second that arrived with the peer lately; 0: not known. */
    public long deliveryRate;
    private long deliveredBytes;
    private long deliveredSinceNs;

    /** Pacing rate as the data path has it. */
    public long rate;
    /** When data has been unacknowledged for too long. */
    public long userTimeoutNs = NEVER;
    /** When the peer was last heard, as far as a look has seen. */
    public long heardNs;
    /** When a keepalive probe was sent that may be answered yet. */
    public long keepaliveProbeNs = NEVER;
    /** Expiries in a row without an answer. */
    public int retries;
    public int answersAtProbe;
    public long delayedAckNs = NEVER;

    public long finTimeoutNs = NEVER;
    public long keepaliveNs = NEVER;
    public int keepaliveProbes;
    public int keepaliveSegments;
    public long idleNs = NEVER;

    public TcpConnection(Endpoints ends, int context, int connection, int flow, TcpConnectionState state, RttEstimator rtt,
                  CongestionPolicy congestion, StreamOptions options) {
        this.ends = ends;
        this.context = context;
        this.connection = connection;
        this.flow = flow;
        this.rtt = rtt;
        this.congestion = congestion;
        this.options = options;
        mss = state.mss;
        timestamps = state.timestamps;
        scaled = state.rcvShift > 0;
        sack = state.sack;
        allowed = congestion.window();
        receiveBytes = state.rcvBuffer;
        seenUna = state.sndUna;
        seenRcvNxt = state.rcvNxt;
    }

    /**
     * {@return mean of the round trips that have been timed since {@link #roundTripsSeen}, microseconds; -1: none has}
     *
     * @param p the program's counters
     */
    public long roundTripUs(TcpProgress p) {
        int samples = p.rttSamples - seenSamples;
        return samples == 0 ? -1 : Integer.toUnsignedLong(p.rttSumUs - seenRttSumUs) / Integer.toUnsignedLong(samples);
    }

    /**
     * Takes note of bytes that have come to be with the peer; their rate is that of the last round trip or longer.
     *
     * @param bytes how many, since the last call
     */
    public void delivered(int bytes, long nowNs) {
        long tookNs = nowNs - deliveredSinceNs;
        if (tookNs > STALE_NS) {
            deliveredBytes = 0;
            deliveredSinceNs = nowNs;
        } else if (tookNs > Math.max(rtt.roundTripNs(), MIN_POLL_GAP_NS)) {
            deliveryRate = (deliveredBytes + bytes) * 1_000_000_000L / tookNs;
            deliveredBytes = 0;
            deliveredSinceNs = nowNs;
        } else {
            deliveredBytes += bytes;
        }
    }

    /**
     * Takes note of the round trips timed so far.
     *
     * @param p the program's counters
     */
    public void roundTripsSeen(TcpProgress p) {
        seenSamples = p.rttSamples;
        seenRttSumUs = p.rttSumUs;
    }

    /** {@return the earliest of the timers that run while the flow is idle} */
    public long idleDeadlineNs() {
        return Math.min(Math.min(lingerNs, finTimeoutNs), Math.min(keepaliveNs, idleNs));
    }
}

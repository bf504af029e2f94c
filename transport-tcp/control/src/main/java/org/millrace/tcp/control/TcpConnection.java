package org.millrace.tcp.control;

/** An installed connection: what the control plane remembers of it beside the data path's state. */
final class TcpConnection extends Timed {
    final Endpoints ends;
    int context;
    int connection;
    /** Its flow; 0: gone, only the application still has to close it. */
    int flow;
    TcpState state = TcpState.ESTABLISHED;
    int mss;
    final boolean timestamps;
    /** The peer takes SACK blocks; not every program keeps it. */
    final boolean sack;
    final RttEstimator rtt;
    final CongestionPolicy congestion;

    /** The application has let go of it. */
    boolean appClosed;
    boolean finReceived;

    /** In the list of active flows, between these. */
    boolean active;
    TcpConnection previous;
    TcpConnection next;
    /** Digest bits not acted upon. */
    int digests;
    long pollNs;
    /** Its pace: how long from one look at it to the next. */
    long pollGapNs = ActiveFlows.MIN_GAP_NS;
    /** Nothing had happened at the last look. */
    boolean quiet;

    /** As last polled. */
    int seenUna;
    int seenAcked;
    int seenRetransmitted;
    int seenEcn;
    int seenSegments;
    int seenSamples;
    int seenRcvNxt;

    /** When the retransmission or persist timer expires. */
    long retransmitNs = NEVER;
    boolean persisting;
    /** Pacing rate as the data path has it. */
    long rate;
    /** Expiries in a row without an answer. */
    int retries;
    int answersAtProbe;
    long delayedAckNs = NEVER;

    long finTimeoutNs = NEVER;
    long keepaliveNs = NEVER;
    int keepaliveProbes;
    int keepaliveSegments;
    long idleNs = NEVER;

    TcpConnection(Endpoints ends, int context, int connection, int flow, TcpConnectionState state, RttEstimator rtt,
                  CongestionPolicy congestion) {
        this.ends = ends;
        this.context = context;
        this.connection = connection;
        this.flow = flow;
        this.rtt = rtt;
        this.congestion = congestion;
        mss = state.mss;
        timestamps = state.timestamps;
        sack = state.sack;
        seenUna = state.sndUna;
        seenRcvNxt = state.rcvNxt;
    }

    /** {@return the earliest of the timers that run while the flow is idle} */
    long idleDeadlineNs() {
        return Math.min(finTimeoutNs, Math.min(keepaliveNs, idleNs));
    }
}

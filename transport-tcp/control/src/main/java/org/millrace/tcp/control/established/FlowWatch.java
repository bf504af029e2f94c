package org.millrace.tcp.control.established;

import java.util.Arrays;
import org.millrace.api.context.Status;
import org.millrace.api.context.StreamOption;
import org.millrace.api.transport.TransportHost;
import org.millrace.net.timer.Timed;
import org.millrace.net.timer.TimerWheel;
import org.millrace.tcp.control.congestion.Delivery;
import org.millrace.tcp.control.connection.StreamOptions;
import org.millrace.tcp.control.connection.TcpConnection;
import org.millrace.tcp.control.connection.TcpCounters;
import org.millrace.tcp.control.connection.TcpState;
import org.millrace.tcp.control.program.TcpConfig;
import org.millrace.tcp.control.program.TcpMeta;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.control.program.TcpProgress;
import org.millrace.tcp.control.recovery.LossRecovery;

/**
 * Looks at active flows: what has come of them since the last look, and what is due. Congestion control, the states of
 * closing, retransmission and held-back ACKs all begin here, on the timers' side of the data path.
 */
public final class FlowWatch {
    /** Flows that are approached together. */
    static final int AHEAD = 16;
    private static final long MS_NS = 1_000_000;

    private final TransportHost host;
    private final TcpProgram<?> program;
    private final TcpConfig config;
    private final ActiveFlows active;
    private final TimerWheel timers;
    private final Teardown teardown;
    private final Lingering lingering;
    private final Buffers buffers;
    private final Retransmission retransmission;
    private final TcpCounters counters;
    private final TcpProgress progress = new TcpProgress();
    private final Delivery delivery = new Delivery();
    private final TcpProgress[] ahead = new TcpProgress[AHEAD];
    /** Of no meaning: keeps what is brought near from being left out. */
    private long touched;

    public FlowWatch(TransportHost host, TcpProgram<?> program, TcpConfig config, ActiveFlows active, TimerWheel timers,
              Teardown teardown, Lingering lingering, Buffers buffers, TcpCounters counters) {
        this.host = host;
        this.program = program;
        this.config = config;
        this.active = active;
        this.timers = timers;
        this.teardown = teardown;
        this.lingering = lingering;
        this.buffers = buffers;
        this.counters = counters;
        Arrays.setAll(ahead, i -> new TcpProgress());
        retransmission = new Retransmission(host, program, teardown, config, counters);
    }

    /** Begins to watch a connection that has just been installed. */
    public void begin(TcpConnection c, long nowNs) {
        recover(c);
        c.heardNs = nowNs;
        keepalive(c, nowNs);
        active.wake(c, false, nowNs);
    }

    /** Makes a connection's loss recovery, if its peer takes SACK blocks and the program heeds those that come. */
    public void recover(TcpConnection c) {
        if (c.sack && program.resends()) {
            program.progress(c.flow, progress);
            c.recovery = new LossRecovery(progress.sndUna, progress.sndMax);
        }
    }

    /** Reads the progress of flows that are about to be looked at, and brings near what else that takes. */
    void approach(TcpConnection[] due, int count) {
        for (int i = 0; i < count; i++) {
            program.progress(due[i].flow, ahead[i]);
            touched += due[i].congestion.window() + due[i].rtt.smoothedUs();
        }
    }

    /** Looks at one of the flows approached. */
    void look(TcpConnection c, int index, long nowNs) {
        look(c, ahead[index], nowNs);
    }

    /** Looks at one flow. The connection may be over afterwards: its flow is 0 then. */
    public void look(TcpConnection c, long nowNs) {
        program.progress(c.flow, progress);
        look(c, progress, nowNs);
    }

    private void look(TcpConnection c, TcpProgress p, long nowNs) {
        counters.retransmittedBytes += p.retransmittedBytes - c.seenRetransmitted;
        c.seenRetransmitted = p.retransmittedBytes;
        boolean moved = p.sndUna != c.seenUna || p.rcvNxt != c.seenRcvNxt || c.digests != 0;
        boolean limited = congestion(c, p, nowNs);
        closing(c, p, nowNs);
        if (c.flow == 0) {
            return;
        }
        retransmission.check(c, p, nowNs);
        if (c.flow == 0) {
            return;
        }
        if (c.recovery != null) {
            c.recovery.decide(p, c.congestion, c.rtt, c.mss, nowNs);
        }
        send(c, p, nowNs);
        rate(c);
        delayedAck(c, p, nowNs);
        c.seenUna = p.sndUna;
        c.seenRcvNxt = p.rcvNxt;
        c.heardNs = p.segmentsReceived != c.seenSegments ? nowNs : c.heardNs;
        c.seenSegments = p.segmentsReceived;
        if (c.retransmitNs == Timed.NEVER && c.delayedAckNs == Timed.NEVER && !c.draining) {
            rest(c, nowNs);
        } else {
            pace(c, moved, limited, nowNs);
        }
    }

    private void rate(TcpConnection c) {
        if (c.congestion.rate() != c.rate) {
            c.rate = c.congestion.rate();
            program.rate(c.flow, c.rate);
        }
    }

    private void pace(TcpConnection c, boolean moved, boolean limited, long nowNs) {
        long halfRttNs = Math.max(c.rtt.smoothedUs(), 0) * 500;
        long wantedNs = c.congestion.lookGapNs();
        c.pollGapNs = wantedNs > 0 ? wantedNs : limited
                ? Math.clamp(halfRttNs, TcpConnection.MIN_POLL_GAP_NS, ActiveFlows.GAP_NS) : ActiveFlows.GAP_NS;
        c.quiet = !moved;
        long gap = moved ? c.pollGapNs : ActiveFlows.QUIET_GAP_NS;
        long dueNs = Math.min(Math.min(c.retransmitNs, c.userTimeoutNs), c.delayedAckNs);
        c.pollNs = Math.min(nowNs + gap, c.recovery == null ? dueNs : Math.min(dueNs, c.recovery.nextNs(c.rtt, c.mss, nowNs)));
        active.paced(c);
    }

    /** Nothing to wait for: the flow costs nothing from here on. */
    private void rest(TcpConnection c, long nowNs) {
        active.remove(c);
        c.idleNs = nowNs + c.rtt.timeoutNs();
        timers.schedule(c, c.idleDeadlineNs());
    }

    private boolean congestion(TcpConnection c, TcpProgress p, long nowNs) {
        long roundTripUs = c.roundTripUs(p);
        boolean sampled = roundTripUs >= 0;
        if (sampled) {
            c.roundTripsSeen(p);
            c.rtt.sample(roundTripUs);
        }
        int before = c.congestion.window();
        int acked = c.recovery != null ? c.recovery.delivered(p, c.rtt, nowNs) : p.ackedBytes - c.seenAcked;
        int marked = p.ecnBytes - c.seenEcn;
        c.seenAcked = p.ackedBytes;
        c.seenEcn = p.ecnBytes;
        boolean limited = false;
        c.congestion.onReceived(p.segmentsReceived - c.seenSegments);
        if (acked > 0 || marked > 0) {
            c.delivered(acked, nowNs);
            limited = 2L * (p.sndMax - p.sndUna + acked) >= before;
            if (c.congestion.onAcked(acked, marked, p.sndUna, p.sndMax, nowNs)) {
                program.congestionWindowReduced(c.flow);
            }
        }
        if (sampled) {
            c.congestion.onRoundTrip(roundTripUs);
        }
        int lost = c.recovery != null ? c.recovery.lost() : 0;
        if (acked > 0 || lost > 0) {
            deliver(c, p, acked, lost, roundTripUs, nowNs);
        }
        if ((c.digests & TcpProgram.DIGEST_FAST_RETRANSMIT) != 0) {
            counters.fastRetransmits++;
            c.congestion.onFastRetransmit(p.sndUna, p.sndMax);
        }
        buffers.congestionWindow(c, p);
        return limited;
    }

    private void deliver(TcpConnection c, TcpProgress p, int acked, int lost, long roundTripUs, long nowNs) {
        int flight = p.sndMax - p.sndUna;
        delivery.nowNs = nowNs;
        delivery.ackedBytes = acked;
        delivery.lostBytes = lost;
        delivery.inFlightBytes = c.recovery != null ? c.recovery.inFlight() : flight;
        delivery.max = p.sndMax;
        boolean hasRoom = c.allowed - flight >= c.mss;
        delivery.isLimited = p.sndNxt == p.sndMax && hasRoom && (p.sndReady == 0 || p.sndWindow - flight < Math.min(c.mss, p.sndReady));
        delivery.roundTripUs = roundTripUs;
        c.congestion.onDelivery(delivery);
    }

    /** SACK blocks have come, or an acknowledgement while losses are recovered: before the next look. */
    public void sacked(TcpConnection c, TcpMeta meta, long nowNs) {
        if (c.recovery != null && c.recovery.heeds(meta)) {
            program.progress(c.flow, progress);
            c.recovery.sacked(meta, progress, c.rtt, nowNs);
        }
    }

    /** The peer's FIN has come: a look later, when the application has closed too, could not tell whose was first. */
    public void finReceived(TcpConnection c) {
        program.progress(c.flow, progress);
        if (c.state == TcpState.ESTABLISHED && !progress.finOutstanding && (c.digests & TcpProgram.DIGEST_FIN_ACKED) == 0) {
            c.finReceived = true;
            c.state = c.state.finReceived();
        }
    }

    /** Tells the data path what may be in flight now, and what to send again. */
    private void send(TcpConnection c, TcpProgress p, long nowNs) {
        LossRecovery r = c.recovery;
        int before = c.allowed;
        c.allowed = r == null ? c.congestion.window() : r.allowed();
        boolean due = c.allowed > before && p.sndReady > 0;
        if (c.allowed != before) {
            program.congestionWindow(c.flow, c.allowed);
        }
        if (r != null && r.isAttentive()) {
            program.recover(c.flow);
            counters.fastRetransmits += r.hasFoundLoss() ? 1 : 0;
        }
        if (r != null && r.isProbe()) {
            counters.tailProbes++;
            c.retransmitNs = nowNs + c.rtt.timeoutNs(); // RFC 8985 §7.3
        }
        if (r != null && r.hasResend()) {
            program.resend(c.flow, r.resendStart(), r.resendEnd());
            due = true;
        }
        if (due) {
            host.hostControl(c.flow, TcpProgram.KICK, nowNs);
        }
    }

    /** Follows RFC 9293 Figure 5 by what the data path says of both FINs. */
    private void closing(TcpConnection c, TcpProgress p, long nowNs) {
        int digests = c.digests;
        c.digests = 0;
        TcpState before = c.state;
        if (p.finOutstanding || (digests & TcpProgram.DIGEST_FIN_ACKED) != 0) {
            c.state = c.state.finQueued(); // the application's shutdown; a CLOSE is known already
        }
        if ((digests & TcpProgram.DIGEST_FIN_ACKED) != 0) {
            c.state = c.state.finAcked();
        }
        if ((digests & TcpProgram.DIGEST_FIN_RECEIVED) != 0 && !c.finReceived) {
            c.finReceived = true;
            c.state = c.state.finReceived();
        }
        if (c.appClosed) {
            afterClose(c, p, nowNs);
        } else if (c.state != before && c.state == TcpState.TIME_WAIT) {
            // the application still reads: the flow stays, and so does the time to wait
            c.finTimeoutNs = nowNs + config.timeWaitMs() * MS_NS;
            timers.schedule(c, c.idleDeadlineNs());
        }
    }

    private void afterClose(TcpConnection c, TcpProgress p, long nowNs) {
        if (c.state.finished()) {
            teardown.finish(c, nowNs);
            return;
        }
        lingering.look(c, p, nowNs);
        if (c.flow != 0 && c.state == TcpState.FIN_WAIT_2 && c.finTimeoutNs == Timed.NEVER) {
            c.finTimeoutNs = nowNs + config.finTimeoutMs() * MS_NS;
            timers.schedule(c, c.idleDeadlineNs());
        }
    }

    private void delayedAck(TcpConnection c, TcpProgress p, long nowNs) {
        if (!p.ackPending) {
            c.delayedAckNs = Timed.NEVER;
        } else if (c.delayedAckNs == Timed.NEVER || p.rcvNxt != c.seenRcvNxt) {
            c.delayedAckNs = nowNs + config.delayedAckMs() * MS_NS; // RFC 9293 MUST-59
        } else if (nowNs >= c.delayedAckNs) {
            c.delayedAckNs = Timed.NEVER;
            host.hostControl(c.flow, TcpProgram.ACK, nowNs);
        }
    }

    /** Runs the timers of a flow that may be idle: lingering, FIN-WAIT-2, keepalive, restart after idleness. */
    public void expired(TcpConnection c, long nowNs) {
        if (nowNs >= c.lingerNs) {
            lingering.giveUp(c, nowNs);
            return;
        }
        if (nowNs >= c.finTimeoutNs) {
            c.finTimeoutNs = Timed.NEVER;
            if (c.appClosed) {
                teardown.fail(c, Status.TIMED_OUT); // it is released, nobody is told; RFC 9293 §3.6.1 leaves no timer
                return;
            }
            c.state = TcpState.CLOSED; // TIME-WAIT is over, the application still holds it
        }
        if (nowNs >= c.idleNs) {
            c.idleNs = Timed.NEVER;
            if (!c.active) {
                c.congestion.onIdle(); // RFC 5681 §4.1
                c.allowed = c.congestion.window();
                program.congestionWindow(c.flow, c.allowed);
                rate(c); // what goes first is paced by it
            }
        }
        if (nowNs >= c.keepaliveNs) {
            keepaliveDue(c, nowNs);
        }
        if (c.flow != 0) {
            timers.schedule(c, c.idleDeadlineNs());
        }
    }

    /** Begins or ends to watch whether the peer is there, as the options say; the time begins with what was heard of it last. */
    public void keepalive(TcpConnection c, long nowNs) {
        if (!c.options.keepsAlive()) {
            c.keepaliveNs = Timed.NEVER;
        } else if (c.keepaliveNs == Timed.NEVER) {
            c.keepaliveProbes = 0;
            c.keepaliveProbeNs = Timed.NEVER;
            c.keepaliveNs = Math.max(c.heardNs + c.options.keepaliveIdleNs(), nowNs);
            timers.schedule(c, c.idleDeadlineNs());
        }
    }

    /** The application has chosen anew. */
    public void keepaliveChanged(TcpConnection c, long nowNs) {
        if (c.keepaliveProbes == 0) {
            c.keepaliveNs = Timed.NEVER;
        }
        keepalive(c, nowNs);
    }

    /** The application has chosen another user timeout: what waits now has all of it. */
    public void userTimeoutChanged(TcpConnection c, long nowNs) {
        c.userTimeoutNs = Timed.NEVER;
        active.wake(c, true, nowNs);
    }

    /**
     * RFC 9293 §3.8.4; probes only while the connection is idle (MUST-26). After a probe it looks once when an answer must be there,
     * so that the idle time begins with the answer and not when the next probe would be due.
     */
    private void keepaliveDue(TcpConnection c, long nowNs) {
        program.progress(c.flow, progress);
        StreamOptions options = c.options;
        if (c.active || progress.segmentsReceived != c.keepaliveSegments) {
            heard(c, nowNs);
        } else if (c.keepaliveProbeNs != Timed.NEVER) {
            c.keepaliveNs = c.keepaliveProbeNs + options.keepaliveIntervalNs();
            c.keepaliveProbeNs = Timed.NEVER;
        } else if (isGivenUp(c, nowNs)) {
            teardown.giveUp(c, nowNs);
        } else {
            c.keepaliveProbes++;
            c.keepaliveProbeNs = nowNs;
            c.keepaliveNs = nowNs + Math.min(c.rtt.timeoutNs(), options.keepaliveIntervalNs());
            host.hostControl(c.flow, TcpProgram.PROBE, nowNs);
        }
    }

    private void heard(TcpConnection c, long nowNs) {
        boolean seen = progress.segmentsReceived == c.seenSegments;
        long sinceNs = c.active ? nowNs : c.keepaliveProbeNs != Timed.NEVER ? c.keepaliveProbeNs : seen ? c.heardNs : nowNs;
        c.keepaliveSegments = progress.segmentsReceived;
        c.keepaliveProbes = 0;
        c.keepaliveProbeNs = Timed.NEVER;
        c.keepaliveNs = Math.max(sinceNs + c.options.keepaliveIdleNs(), nowNs + 1);
    }

    /** Too many probes, or with a user timeout too long a silence (RFC 5482 §4.2). */
    private static boolean isGivenUp(TcpConnection c, long nowNs) {
        long timeoutNs = c.options.userTimeoutNs();
        boolean silent = timeoutNs != 0 && c.keepaliveProbes > 0 && nowNs - c.heardNs >= timeoutNs;
        return silent || timeoutNs == 0 && c.keepaliveProbes >= c.options.get(StreamOption.KEEPALIVE_PROBES);
    }
}

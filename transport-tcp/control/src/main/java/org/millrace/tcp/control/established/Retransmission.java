package org.millrace.tcp.control.established;

import org.millrace.api.context.StreamOption;
import org.millrace.api.transport.TransportHost;
import org.millrace.net.timer.Timed;
import org.millrace.tcp.control.connection.TcpConnection;
import org.millrace.tcp.control.connection.TcpCounters;
import org.millrace.tcp.control.program.TcpConfig;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.control.program.TcpProgress;

/**
 * The timer of data that nobody acknowledges: retransmission (RFC 6298 §5) while the peer's window is open, probes of it
 * while it is closed (RFC 9293 §3.8.6.1), and the override timer while it is open too little for a segment worth sending
 * (§3.8.6.2.1). One timer serves all, for a connection is in one case or another.
 */
final class Retransmission {
    private static final long OVERRIDE_NS = 1_000_000_000; // RFC 9293 §3.8.6.2.1: 0.1 to 1 s
    private static final long CORKED_NS = 200_000_000; // as with Linux, tcp(7) TCP_CORK

    private final TransportHost host;
    private final TcpProgram<?> program;
    private final Teardown teardown;
    private final TcpCounters counters;
    private final int retries;

    Retransmission(TransportHost host, TcpProgram<?> program, Teardown teardown, TcpConfig config,
                   TcpCounters counters) {
        this.host = host;
        this.program = program;
        this.teardown = teardown;
        this.counters = counters;
        retries = config.retries();
    }

    /**
     * Restarts, runs or stops the timer.
     *
     * @param p what the flow has come to; {@link TcpConnection#seenUna} is what it was
     */
    void check(TcpConnection c, TcpProgress p, long nowNs) {
        boolean outstanding = p.sndMax != p.sndUna;
        boolean waiting = outstanding || p.sndReady > 0 || p.finOutstanding;
        boolean windowClosed = waiting && p.sndWindow == 0;
        if (!waiting || p.sndUna != c.seenUna || windowClosed != c.persisting) {
            c.rtt.endBackOff(); // RFC 6298 §5.7: new data acknowledged
            c.retransmitNs = Timed.NEVER;
            c.retries = 0;
            c.answersAtProbe = p.segmentsReceived;
            c.persisting = windowClosed;
        }
        userTimeout(c, waiting, p.sndUna != c.seenUna, nowNs);
        if (!waiting) {
            return; // RFC 6298 (5.2)
        }
        if (nowNs >= c.userTimeoutNs) {
            teardown.giveUp(c, nowNs);
            return;
        }
        if (c.retransmitNs == Timed.NEVER) {
            c.retransmitNs = nowNs + timeoutNs(c, outstanding); // RFC 6298 (5.1), (5.3)
        } else if (nowNs >= c.retransmitNs) {
            expire(c, p, outstanding, nowNs);
        }
    }

    /** RFC 9293 §3.9.1.5, RFC 5482: it runs while something waits for the peer, anew with all that it acknowledges. */
    private static void userTimeout(TcpConnection c, boolean waiting, boolean moved, long nowNs) {
        long timeoutNs = c.options.userTimeoutNs();
        if (!waiting || timeoutNs == 0) {
            c.userTimeoutNs = Timed.NEVER;
        } else if (moved || c.userTimeoutNs == Timed.NEVER) {
            c.userTimeoutNs = nowNs + timeoutNs;
        }
    }

    private void expire(TcpConnection c, TcpProgress p, boolean outstanding, long nowNs) {
        if (c.persisting && p.segmentsReceived != c.answersAtProbe) {
            c.retries = 0; // RFC 9293 MUST-37: a peer that answers may keep its window closed for ever
            c.answersAtProbe = p.segmentsReceived;
        }
        if (c.retries >= retries && c.options.userTimeoutNs() == 0) { // RFC 9293 §3.8.3, R2
            teardown.giveUp(c, nowNs);
            return;
        }
        if (c.persisting) {
            counters.probes++;
            c.retries++;
            c.rtt.doubleTimeout(); // RFC 9293 SHLD-30
            host.hostControl(c.flow, TcpProgram.PROBE, nowNs);
        } else if (outstanding) {
            counters.timeouts++;
            c.congestion.onTimeout(p.sndMax - p.sndUna, c.retries > 0);
            c.retries++;
            c.rtt.doubleTimeout(); // RFC 6298 (5.5)
            if (c.recovery != null && p.sndNxt == p.sndMax) {
                c.recovery.timeout(c.retries > 1);
            } else {
                c.allowed = c.congestion.window();
                program.congestionWindow(c.flow, c.allowed);
                host.hostControl(c.flow, TcpProgram.RETRANSMIT, nowNs); // RFC 6298 (5.4)
            }
        } else {
            host.hostControl(c.flow, TcpProgram.OVERRIDE, nowNs);
        }
        c.retransmitNs = nowNs + timeoutNs(c, outstanding); // RFC 6298 (5.6)
    }

    /** Where nothing is in flight and the window is open, the timer is the override timer: it must not grow. */
    private static long timeoutNs(TcpConnection c, boolean outstanding) {
        long timeoutNs = c.rtt.timeoutNs();
        if (c.persisting) {
            return timeoutNs;
        }
        if (outstanding) {
            return c.congestion.timeoutNs() > 0 ? c.congestion.timeoutNs() : timeoutNs;
        }
        return c.options.get(StreamOption.CORK) != 0 ? CORKED_NS : Math.min(timeoutNs, OVERRIDE_NS);
    }
}

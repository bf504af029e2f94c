package org.millrace.tcp.control.established;

import org.millrace.api.transport.TransportHost;
import org.millrace.net.timer.Timed;
import org.millrace.net.timer.TimerWheel;
import org.millrace.tcp.control.connection.TcpConnection;
import org.millrace.tcp.control.connection.TcpCounters;
import org.millrace.tcp.control.program.TcpConnectionState;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.control.program.TcpProgress;

/**
 * Connections that their application has let go of while the peer has not acknowledged all that it wrote: what was
 * accepted is delivered (RFC 9293 §3.10.4). A RST that is owed, because input was not read (RFC 1122 §4.2.2.13) or
 * because the application went without closing, waits until then; a peer that acknowledges nothing more for
 * {@code linger-ms} is given up, and one that has not acknowledged all within a time that the application has chosen.
 *
 * <p>DESIGN NOTES. A connection that drains goes on taking what arrives into its receive buffer, which nobody reads, and
 * so closes its window: data would else have to be refused with a RST, and a peer that sends without pause would never
 * see what was written to it. That the application reads no more is said to the data path when all is acknowledged.
 */
public final class Lingering {
    private final TransportHost host;
    private final TcpProgram<?> program;
    private final ActiveFlows active;
    private final TimerWheel timers;
    private final Teardown teardown;
    private final TcpCounters counters;
    private final TcpConnectionState state = new TcpConnectionState();
    private FlowWatch watch;

    public Lingering(TransportHost host, TcpProgram<?> program, ActiveFlows active, TimerWheel timers,
              Teardown teardown, TcpCounters counters) {
        this.host = host;
        this.program = program;
        this.active = active;
        this.timers = timers;
        this.teardown = teardown;
        this.counters = counters;
    }

    /** Who looks at flows; before the first call. */
    public void watch(FlowWatch flowWatch) {
        watch = flowWatch;
    }

    /** CLOSE, RFC 9293 §3.10.4. What the application has consumed must have been told before. */
    public void close(TcpConnection c, long nowNs) {
        if (!isInstalled(c, nowNs)) {
            return;
        }
        c.appClosed = true;
        if (c.state.finished()) {
            teardown.finish(c, nowNs);
            return;
        }
        boolean drained = isAcknowledged(c);
        if (drained && hasUnread(c)) {
            teardown.abort(c, nowNs);
            return;
        }
        c.state = c.state.finQueued();
        c.draining = !drained;
        // after a shutdown too: from now on, or from when it is drained, nobody reads
        host.hostControl(c.flow, drained ? TcpProgram.CLOSE : TcpProgram.FINISH, nowNs);
        linger(c, nowNs);
    }

    /** The application is gone, closed or not. */
    public void leave(TcpConnection c, long nowNs) {
        if (c.appClosed || !isInstalled(c, nowNs)) {
            return;
        }
        program.export(c.flow, state);
        if (state.finQueued) {
            close(c, nowNs);
        } else if (isAcknowledged(c)) {
            teardown.abort(c, nowNs);
        } else {
            c.appClosed = true;
            c.draining = true;
            c.resetDue = true;
            linger(c, nowNs);
        }
    }

    /** Looks at what the data path has noted until now. Answers false, and releases it, if it is over. */
    private boolean isInstalled(TcpConnection c, long nowNs) {
        if (c.flow != 0) {
            watch.look(c, nowNs);
        }
        if (c.flow == 0) {
            teardown.release(c);
        }
        return c.flow != 0;
    }

    private void linger(TcpConnection c, long nowNs) {
        c.lingerNs = nowNs + c.options.lingerNs();
        timers.schedule(c, c.idleDeadlineNs());
        active.wake(c, true, nowNs);
    }

    /** Looks at one that its application has let go of. It may be over afterwards: its flow is 0 then. */
    void look(TcpConnection c, TcpProgress p, long nowNs) {
        boolean outstanding = p.sndReady > 0 || p.sndMax != p.sndUna || p.finOutstanding;
        if (c.lingerNs != Timed.NEVER) {
            boolean goesOn = p.sndUna != c.seenUna && !c.options.lingersInAll();
            c.lingerNs = !outstanding ? Timed.NEVER : goesOn ? nowNs + c.options.lingerNs() : c.lingerNs;
            timers.schedule(c, c.idleDeadlineNs());
        }
        if (c.draining && !outstanding && isAcknowledged(c)) {
            c.draining = false;
            if (c.resetDue || hasUnread(c)) {
                teardown.abort(c, nowNs);
            } else {
                host.hostControl(c.flow, TcpProgram.CLOSE, nowNs);
            }
        }
    }

    /** The peer has acknowledged nothing more for too long. */
    void giveUp(TcpConnection c, long nowNs) {
        counters.lingeringGivenUp++;
        teardown.abort(c, nowNs);
    }

    /** By the books of the context: the data path may not have been told of all by now. */
    private boolean isAcknowledged(TcpConnection c) {
        return host.contexts().unacknowledged(c.context, c.connection) == 0;
    }

    /** Likewise: what has been consumed may still be on its way through a machine that takes its time. */
    private boolean hasUnread(TcpConnection c) {
        return host.contexts().unread(c.context, c.connection) > 0;
    }
}

package org.millrace.tcp.control.established;

import java.util.List;
import org.millrace.api.context.Status;
import org.millrace.api.context.StreamOption;
import org.millrace.api.transport.TransportHost;
import org.millrace.net.timer.TimerWheel;
import org.millrace.tcp.control.connection.ConnectionTable;
import org.millrace.tcp.control.connection.SegmentWriter;
import org.millrace.tcp.control.connection.TcpConnection;
import org.millrace.tcp.control.connection.TcpState;
import org.millrace.tcp.control.connection.TimeWaitTable;
import org.millrace.tcp.control.program.TcpConnectionState;
import org.millrace.tcp.control.program.TcpProgram;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends installed connections, well or before their time. A connection has two owners, the wire and the application: its
 * flow goes when the wire is done, its slot in the context when the application is too.
 */
public final class Teardown {
    private static final Logger LOG = LoggerFactory.getLogger(Teardown.class);

    private final TransportHost host;
    private final TcpProgram<?> program;
    private final ConnectionTable table;
    private final ActiveFlows active;
    private final TimerWheel timers;
    private final TimeWaitTable timeWait;
    private final SegmentWriter writer;
    private final TcpConnectionState state = new TcpConnectionState();

    public Teardown(TransportHost host, TcpProgram<?> program, ConnectionTable table, ActiveFlows active, TimerWheel timers,
             TimeWaitTable timeWait, SegmentWriter writer) {
        this.host = host;
        this.program = program;
        this.table = table;
        this.active = active;
        this.timers = timers;
        this.timeWait = timeWait;
        this.writer = writer;
    }

    /** Ends a connection for a reason that the application is told if it still cares. */
    public void fail(TcpConnection c, Status status) {
        LOG.debug("{} in {}: {}", c.ends, c.state.text(), status);
        detach(c);
        if (c.appClosed) {
            release(c);
        } else {
            host.contexts().failed(c.context, c.connection, status);
        }
    }

    /** Gives a peer up that does not answer: it may have rebooted, so a RST tells it in case. */
    void giveUp(TcpConnection c, long nowNs) {
        sendReset(c, nowNs);
        fail(c, Status.TIMED_OUT);
    }

    /** Resets every connection, and tells the applications that still care. The program has failed, and may fail at this again. */
    public void resetAll(long nowNs) {
        for (TcpConnection c : List.copyOf(table.connections())) {
            if (c.flow != 0) {
                try {
                    if (!c.state.finished()) {
                        sendReset(c, nowNs);
                    }
                } catch (RuntimeException e) {
                    LOG.warn("{}: its peer is not told, for {} cannot say what it has sent: {}", c.ends, program.name(), e.toString());
                }
                fail(c, Status.RESET);
            }
        }
    }

    /** Resets a connection that the application has let go of, RFC 9293 §3.10.5. */
    public void abort(TcpConnection c, long nowNs) {
        if (c.flow != 0 && !c.state.finished()) {
            sendReset(c, nowNs);
        }
        discard(c);
    }

    /** Forgets a connection that the application has let go of; the peer has been told, or needs not be. */
    public void discard(TcpConnection c) {
        if (c.flow != 0) {
            LOG.debug("{} in {}: discarded", c.ends, c.state.text());
            detach(c);
        }
        release(c);
    }

    /** Ends a connection both of whose streams have ended and that the application has let go of. */
    public void finish(TcpConnection c, long nowNs) {
        if (c.state == TcpState.TIME_WAIT) {
            program.export(c.flow, state);
            timeWait.add(c.ends, state, c.options.get(StreamOption.DSCP), nowNs);
        }
        detach(c);
        release(c);
    }

    /** Frees what the application held: it has closed a connection that was over already. */
    public void release(TcpConnection c) {
        table.forget(c);
        host.contexts().release(c.context, c.connection);
    }

    private void sendReset(TcpConnection c, long nowNs) {
        program.export(c.flow, state);
        // SND.MAX, not SND.NXT: going back does not take back what the peer may have received
        writer.reset(c.ends, c.options.get(StreamOption.DSCP), state.sndMax, state.rcvNxt, nowNs);
    }

    private void detach(TcpConnection c) {
        active.remove(c);
        timers.cancel(c);
        host.flows().release(c.flow);
        table.detach(c);
        c.state = TcpState.CLOSED;
    }
}

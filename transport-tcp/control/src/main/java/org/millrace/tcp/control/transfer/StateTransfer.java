package org.millrace.tcp.control.transfer;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.EOFException;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.millrace.api.transport.ControlPlane.Handover;
import org.millrace.api.context.StreamOption;
import org.millrace.api.transport.TransportHost;
import org.millrace.net.timer.TimerWheel;
import org.millrace.tcp.control.connection.ConnectionTable;
import org.millrace.tcp.control.connection.HalfOpen;
import org.millrace.tcp.control.connection.Listener;
import org.millrace.tcp.control.connection.ListenerTable;
import org.millrace.tcp.control.connection.TcpConnection;
import org.millrace.tcp.control.connection.TcpCounters;
import org.millrace.tcp.control.connection.TimeWait;
import org.millrace.tcp.control.connection.TimeWaitTable;
import org.millrace.tcp.control.established.ActiveFlows;
import org.millrace.tcp.control.format.FieldReader;
import org.millrace.tcp.control.format.FieldWriter;
import org.millrace.tcp.control.format.Fields;
import org.millrace.tcp.control.format.StateFormat;
import org.millrace.tcp.control.guard.EphemeralPorts;
import org.millrace.tcp.control.handshake.SynCookies;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.control.wire.Endpoints;

/**
 * Hands a control plane's state over to another, which may have another program, other options, or another class loader:
 * docs/state-format.md. Deadlines travel as the time left.
 */
public final class StateTransfer {
    private static final int MAX_ENTRIES = 1 << 24;
    private static final int COUNTERS_OF_4 = 6;
    private static final int NO_LISTENER = 0;

    private final TransportHost host;
    private final TcpProgram<?> program;
    private final ConnectionTable table;
    private final ListenerTable listeners;
    private final TimeWaitTable timeWait;
    private final TimerWheel timers;
    private final ActiveFlows active;
    private final EphemeralPorts ports;
    private final SynCookies cookies;
    private final TcpCounters counters;
    private final ConnectionTransfer connections;

    public StateTransfer(TransportHost host, TcpProgram<?> program, ConnectionTable table, ListenerTable listeners,
                  TimeWaitTable timeWait, TimerWheel timers, ActiveFlows active, EphemeralPorts ports,
                  SynCookies cookies, TcpCounters counters, ConnectionTransfer connections) {
        this.host = host;
        this.program = program;
        this.table = table;
        this.listeners = listeners;
        this.timeWait = timeWait;
        this.timers = timers;
        this.active = active;
        this.ports = ports;
        this.cookies = cookies;
        this.counters = counters;
        this.connections = connections;
    }

    public void write(Handover scope, DataOutput out, long nowNs) throws IOException {
        FieldWriter f = new FieldWriter(nowNs);
        walkShared(f);
        f.i32(table.halfOpen().size());
        for (HalfOpen h : table.halfOpen()) {
            write(f, h);
        }
        f.i32(timeWait.size());
        for (TimeWait w : timeWait.all()) {
            ConnectionFields.walk(f, w);
        }
        Collection<TcpConnection> all = scope == Handover.ALL ? table.connections() : List.of();
        f.i32(all.size());
        for (TcpConnection c : all) {
            connections.write(f, c, nowNs);
        }
        StateFormat.write(out, f.toBytes());
    }

    public void read(DataInput in, long nowNs) throws IOException {
        FieldReader f = StateFormat.read(in, nowNs);
        try {
            skipCounters(f);
            walkShared(f);
            for (int left = f.number("handshakes", 0, 0, MAX_ENTRIES); left > 0; left--) {
                readHalfOpen(f);
            }
            for (int left = f.number("connections in TIME-WAIT", 0, 0, MAX_ENTRIES); left > 0; left--) {
                timeWait.takeOver(ConnectionFields.walk(f, TimeWait.NONE), nowNs);
            }
            for (int left = f.number("connections", 0, 0, MAX_ENTRIES); left > 0; left--) {
                connections.read(f, nowNs);
            }
        } catch (EOFException e) {
            throw new IllegalArgumentException(StateFormat.NAME + " ends before its last field", e);
        }
        if (!f.atEnd()) {
            throw new IllegalArgumentException(StateFormat.NAME + " goes on behind its last field");
        }
    }

    /** Who exchanges programs remembers what the old one has counted. */
    private static void skipCounters(Fields f) throws IOException {
        for (int left = f.version() == 4 ? COUNTERS_OF_4 : 0; left > 0; left--) {
            f.i64(0);
        }
    }

    private void walkShared(Fields f) throws IOException {
        ports.walk(f);
        cookies.walk(f);
        listeners.walk(f);
    }

    private static void write(Fields f, HalfOpen h) throws IOException {
        ConnectionFields.walk(f, h.ends);
        f.bit(h.active());
        f.i32(h.active() ? NO_LISTENER : h.listener.number);
        f.i32(h.context);
        f.i64(h.opaque);
        f.i32(h.iss);
        f.i32(h.dscp);
        ConnectionFields.walk(f, h);
    }

    private void readHalfOpen(Fields f) throws IOException {
        Endpoints ends = ConnectionFields.walk(f, Endpoints.NONE);
        boolean asked = f.bit(false);
        int number = f.i32(NO_LISTENER);
        int context = f.number("context", 0, 0, host.capacity().contexts() - 1);
        long opaque = f.i64(0);
        Listener listener = asked ? null : listener(ends, number, context, opaque);
        HalfOpen h = new HalfOpen(ends, listener, context, opaque, f.i32(0),
            f.number("code point", 0, 0, StreamOption.DSCP.most()));
        ConnectionFields.walk(f, h);
        h.sack &= program.reportsSack();
        table.add(h);
        timers.schedule(h, h.deadlineNs);
    }

    /** The listener it came to. If that has closed while another listens there, one that has closed. */
    private Listener listener(Endpoints ends, int number, int context, long opaque) {
        Listener known = listeners.byNumber(number);
        if (known != null) {
            return known;
        }
        Listener gone = new Listener(number, ends.localAddress(), ends.localPort(), context, opaque, 0, false, 0);
        gone.closed = true;
        return gone;
    }

    /** The other side has it: forgets it without a word. */
    public void forget(Handover scope) {
        for (HalfOpen h : List.copyOf(table.halfOpen())) {
            timers.cancel(h);
            table.remove(h);
        }
        listeners.clear();
        timeWait.clear();
        counters.clear();
        if (scope == Handover.ALL) {
            for (TcpConnection c : table.connections()) {
                active.remove(c);
                timers.cancel(c);
            }
            table.clear();
        }
    }
}

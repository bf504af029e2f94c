package org.millrace.tcp.control.connection;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.api.transport.ConnectionInfo;
import org.millrace.net.timer.Timed;
import org.millrace.tcp.control.program.TcpConnectionState;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.control.program.TcpProgress;
import org.millrace.tcp.control.wire.Endpoints;

/** A line for each connection and listener, for tools. */
public final class ConnectionLines {
    private static final int NONE = -1;

    private final TcpProgram<?> program;
    private final ConnectionTable table;
    private final ListenerTable listeners;
    private final TimeWaitTable timeWait;

    public ConnectionLines(TcpProgram<?> program, ConnectionTable table, ListenerTable listeners,
                    TimeWaitTable timeWait) {
        this.program = program;
        this.table = table;
        this.listeners = listeners;
        this.timeWait = timeWait;
    }

    public List<ConnectionInfo> all() {
        List<ConnectionInfo> lines = new ArrayList<>();
        listeners.all().forEach(l -> lines.add(listener(l)));
        table.halfOpen().forEach(h -> lines.add(new ConnectionInfo(program.name(), h.state.text(), h.ends.local(),
                h.ends.peer(), h.context, NONE, 0, 0, "retries=" + h.retries)));
        table.connections().forEach(c -> lines.add(connection(c)));
        timeWait.all().forEach(w -> lines.add(new ConnectionInfo(program.name(), TcpState.TIME_WAIT.text(),
                w.ends().local(), w.ends().peer(), NONE, NONE, 0, 0, "")));
        return lines;
    }

    public Map<String, Integer> states() {
        Map<String, Integer> states = new TreeMap<>();
        add(states, TcpState.LISTEN, listeners.all().size());
        table.halfOpen().forEach(h -> add(states, h.state, 1));
        table.connections().forEach(c -> add(states, c.state, 1));
        add(states, TcpState.TIME_WAIT, timeWait.all().size());
        return states;
    }

    private static void add(Map<String, Integer> states, TcpState state, int count) {
        if (count > 0) {
            states.merge(state.text(), count, Integer::sum);
        }
    }

    public ConnectionInfo connection(int context, int connection) {
        TcpConnection found = table.byHandle(context, connection);
        return found == null ? null : connection(found);
    }

    public ConnectionInfo listener(int context, int number) {
        Listener found = listeners.byNumber(number);
        return found == null || found.context != context ? null : listener(found);
    }

    private ConnectionInfo listener(Listener l) {
        return new ConnectionInfo(program.name(), TcpState.LISTEN.text(), Endpoints.socketAddress(l.address, l.port),
                null, l.context, NONE, l.handshakes.size(), l.backlog, "listener=" + l.number);
    }

    private ConnectionInfo connection(TcpConnection c) {
        long received = 0;
        long unsent = 0;
        int retransmitted = 0;
        if (c.flow != 0) {
            TcpConnectionState state = new TcpConnectionState();
            program.export(c.flow, state);
            received = state.rcvBuffer - state.rcvFree;
            unsent = state.sndReady + (state.sndNxt - state.sndUna);
            TcpProgress progress = new TcpProgress();
            program.progress(c.flow, progress);
            retransmitted = progress.retransmittedBytes;
        }
        String rtt = c.rtt.smoothedUs() < 0 ? "-" : c.rtt.smoothedUs() + "us/" + c.rtt.variationUs() + " min=" + c.rtt.leastUs() + "us";
        String threshold = c.congestion.slowStartThreshold() == Integer.MAX_VALUE
                ? "-" : Integer.toString(c.congestion.slowStartThreshold());
        String detail = "flow=" + c.flow + " cc=" + c.congestion.name() + " cwnd=" + c.congestion.window() + " ssthresh=" + threshold
                + " rtt=" + rtt + " rto=" + c.rtt.timeoutNs() / 1_000_000 + "ms mss=" + c.mss
                + " retransmitted=" + Integer.toUnsignedLong(retransmitted)
                + (c.lingerNs == Timed.NEVER ? "" : " lingering")
                + (c.retries == 0 ? "" : (c.persisting ? " probes=" : " retries=") + c.retries)
                + c.options.text()
                + (c.recovery == null ? "" : c.recovery.text())
                + (c.deliveryRate == 0 ? "" : " delivered=" + c.deliveryRate)
                + (c.rate == 0 ? "" : " rate=" + c.rate);
        return new ConnectionInfo(program.name(), c.state.text(), c.ends.local(), c.ends.peer(), c.context,
                c.connection, received, unsent, detail);
    }
}

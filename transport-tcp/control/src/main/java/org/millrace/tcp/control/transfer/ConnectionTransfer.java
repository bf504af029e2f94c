package org.millrace.tcp.control.transfer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.millrace.api.context.StreamOption;
import org.millrace.api.transport.TransportHost;
import org.millrace.net.timer.TimerWheel;
import org.millrace.tcp.control.congestion.CongestionPolicies;
import org.millrace.tcp.control.congestion.CongestionPolicy;
import org.millrace.tcp.control.congestion.NewReno;
import org.millrace.tcp.control.congestion.RttEstimator;
import org.millrace.tcp.control.connection.ConnectionTable;
import org.millrace.tcp.control.connection.HalfOpen;
import org.millrace.tcp.control.connection.StreamOptions;
import org.millrace.tcp.control.connection.TcpConnection;
import org.millrace.tcp.control.connection.TcpState;
import org.millrace.tcp.control.established.ActiveFlows;
import org.millrace.tcp.control.established.FlowWatch;
import org.millrace.tcp.control.format.FieldReader;
import org.millrace.tcp.control.format.FieldWriter;
import org.millrace.tcp.control.format.Fields;
import org.millrace.tcp.control.program.TcpConfig;
import org.millrace.tcp.control.program.TcpConnectionState;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.control.program.TcpProgress;
import org.millrace.tcp.control.wire.Endpoints;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands one connection over: the data path's state of it, the congestion policy's, and the control plane's own. Counters
 * of the data path begin anew on the other side, so what travels is how far they were ahead of the last look at them.
 */
public final class ConnectionTransfer {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionTransfer.class);

    private final TransportHost host;
    private final TcpProgram<?> program;
    private final TcpConfig config;
    private final CongestionPolicies policies;
    private final ConnectionTable table;
    private final TimerWheel timers;
    private final ActiveFlows active;
    private final FlowWatch watch;
    private final TcpConnectionState state = new TcpConnectionState();
    private final TcpConnectionState back = new TcpConnectionState();
    private final TcpProgress progress = new TcpProgress();
    private List<Arrival> arrivals = new ArrayList<>();

    /** A connection that has come over, and whether an acknowledgement was held back there. */
    private record Arrival(TcpConnection connection, boolean ackPending) {
    }

    public ConnectionTransfer(TransportHost host, TcpProgram<?> program, TcpConfig config, CongestionPolicies policies, ConnectionTable table,
                       TimerWheel timers, ActiveFlows active, FlowWatch watch) {
        this.watch = watch;
        this.host = host;
        this.program = program;
        this.config = config;
        this.policies = policies;
        this.table = table;
        this.timers = timers;
        this.active = active;
    }

    void write(Fields f, TcpConnection c, long nowNs) throws IOException {
        f.i32(c.flow);
        ConnectionFields.walk(f, c.ends);
        f.i32(c.context);
        f.i32(c.connection);
        if (c.flow == 0) {
            return;
        }
        c.options.walk(f);
        program.export(c.flow, state);
        state.sack = c.sack;
        ConnectionFields.walk(f, state);
        f.text(c.congestion.name());
        f.i32(c.congestion.window());
        f.i32(c.congestion.slowStartThreshold());
        FieldWriter policy = new FieldWriter(nowNs);
        c.congestion.walk(policy);
        f.bytes(policy.toBytes());
        ConnectionFields.walk(f, c);
        writeProgress(f, c);
    }

    private void writeProgress(Fields f, TcpConnection c) throws IOException {
        TcpProgress p = progress;
        program.progress(c.flow, p);
        f.i32(p.ackedBytes - c.seenAcked);
        f.i32(p.ecnBytes - c.seenEcn);
        f.i32(p.retransmittedBytes - c.seenRetransmitted);
        f.i32(p.segmentsReceived - c.answersAtProbe);
        f.i32(p.segmentsReceived - c.keepaliveSegments);
        f.i32(p.segmentsReceived - c.seenSegments);
        long roundTripUs = c.roundTripUs(p);
        f.bit(roundTripUs >= 0);
        f.i32((int) Math.max(roundTripUs, 0));
        f.bit(p.ackPending);
    }

    /**
     * Reads a connection, installs it and takes it into the table and the timers.
     *
     * @throws IllegalArgumentException if it is not sound, or the program cannot represent it
     */
    void read(Fields f, long nowNs) throws IOException {
        int flow = f.number("flow", 0, 0, host.capacity().flows());
        Endpoints ends = ConnectionFields.walk(f, Endpoints.NONE);
        int context = f.number("context", 0, 0, host.capacity().contexts() - 1);
        int connection = f.i32(0);
        try {
            require(table.byHandle(context, connection) == null, "its application's handle is another's too");
            if (flow == 0) {
                readDetached(ends, context, connection);
            } else {
                require(table.byFlow(flow) == null && !table.has(ends), "it or its flow is there twice");
                StreamOptions options = new StreamOptions(config);
                options.walk(f);
                ConnectionFields.walk(f, state);
                require(ends.equals(new Endpoints(state.localAddress, state.localPort, state.peerAddress,
                        state.peerPort)), "the data path's state is of other ends");
                require(state.context == context && state.connection == connection,
                        "the data path's state is of another application's handle");
                readInstalled(f, ends, flow, options, nowNs);
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(ends + ": " + e.getMessage(), e);
        }
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /** Only its application knows it. */
    private void readDetached(Endpoints ends, int context, int connection) {
        int mss = HalfOpen.DEFAULT_MSS;
        TcpConnection c = new TcpConnection(ends, context, connection, 0, new TcpConnectionState(),
                new RttEstimator(config), new NewReno(mss, mss, mss), new StreamOptions(config));
        c.state = TcpState.CLOSED;
        table.add(c);
    }

    private void readInstalled(Fields f, Endpoints ends, int flow, StreamOptions options, long nowNs) throws IOException {
        TcpConnection c = new TcpConnection(ends, state.context, state.connection, flow, state,
                new RttEstimator(config), policy(f, nowNs), options);
        ConnectionFields.walk(f, c);
        install(c);
        boolean wasActive = c.active;
        c.active = false; // in no list here yet
        boolean ackPending = readProgress(f, c);
        watch.keepalive(c, nowNs);
        table.add(c);
        timers.schedule(c, c.idleDeadlineNs());
        if (wasActive) {
            active.wake(c, true, nowNs);
        }
        arrivals.add(new Arrival(c, ackPending));
    }

    /** The same policy with its figures; if it is to be another here, that goes on from the window there is. */
    private CongestionPolicy policy(Fields f, long nowNs) throws IOException {
        String was = f.text("");
        int window = f.number("congestion window", 0, 1, Integer.MAX_VALUE);
        int threshold = f.number("slow start threshold", 0, 1, Integer.MAX_VALUE);
        byte[] figures = f.bytes(null);
        String named = policies.named(host.path(state.peerAddress));
        int initialWindow = Math.min(window, config.initialWindow() * state.mss);
        CongestionPolicy policy = policies.make(named, state.mss, initialWindow,
                host.contexts().transmitBytes(state.context));
        if (named.equals(was)) {
            policy.walk(new FieldReader(figures, f.version(), nowNs));
        } else {
            policy.succeed(window, threshold);
        }
        return policy;
    }

    private void install(TcpConnection c) {
        String fault = Soundness.fault(state, host.contexts().receiveBytes(c.context),
                host.contexts().transmitBytes(c.context));
        require(fault == null, fault);
        state.delayedAckSegments = config.delayedAckSegments();
        state.congestionWindow = c.congestion.window();
        c.allowed = state.congestionWindow;
        state.sack &= program.reportsSack();
        state.nagle = c.options.get(StreamOption.NO_DELAY) == 0;
        state.corked = c.options.get(StreamOption.CORK) != 0;
        program.install(c.flow, state);
        host.dscp(c.flow, c.options.get(StreamOption.DSCP));
        program.export(c.flow, back);
        String lost = Soundness.lost(state, back);
        require(lost == null, program.name() + " cannot represent " + lost);
        pace(c);
        watch.recover(c);
        String degraded = Soundness.degraded(state, back);
        if (degraded != null) {
            LOG.info("{}: {} does not keep {}; the peer sends it again", c.ends, program.name(), degraded);
        }
    }

    /** What goes before the first look is paced too. */
    private void pace(TcpConnection c) {
        c.rate = c.congestion.rate();
        if (c.rate != 0) {
            program.rate(c.flow, c.rate);
        }
    }

    /** {@return whether an acknowledgement was held back} */
    private boolean readProgress(Fields f, TcpConnection c) throws IOException {
        TcpProgress p = progress;
        program.progress(c.flow, p);
        c.seenAcked = p.ackedBytes - f.i32(0);
        c.seenEcn = p.ecnBytes - f.i32(0);
        c.seenRetransmitted = p.retransmittedBytes - f.i32(0);
        c.answersAtProbe = p.segmentsReceived - f.i32(0);
        c.keepaliveSegments = p.segmentsReceived - f.i32(0);
        c.seenSegments = p.segmentsReceived - (f.version() == 4 ? 0 : f.i32(0));
        c.seenSamples = p.rttSamples - (f.bit(false) ? 1 : 0);
        c.seenRttSumUs = p.rttSumUs - f.i32(0);
        return f.bit(false);
    }

    /** Has every connection that has come over go on: this data path's flow scheduler does not know who may send. */
    public void resume(long nowNs) {
        if (arrivals.isEmpty()) {
            return;
        }
        List<Arrival> resumed = arrivals;
        arrivals = new ArrayList<>();
        for (Arrival a : resumed) {
            if (a.connection.flow != 0) {
                host.hostControl(a.connection.flow, a.ackPending ? TcpProgram.ACK : TcpProgram.KICK, nowNs);
            }
        }
    }
}

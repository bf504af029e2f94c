package org.millrace.tcp.control;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.millrace.api.context.ContextRequest;
import org.millrace.api.context.Limit;
import org.millrace.api.context.Status;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.transport.ConnectionInfo;
import org.millrace.api.transport.ControlPlane;
import org.millrace.api.transport.ReceivedPacket;
import org.millrace.api.transport.TransportHost;
import org.millrace.net.guard.RateLimit;
import org.millrace.net.guard.SipHash;
import org.millrace.net.timer.Timed;
import org.millrace.net.timer.TimerWheel;
import org.millrace.tcp.control.connection.ConnectionLines;
import org.millrace.tcp.control.congestion.CongestionAlgorithm;
import org.millrace.tcp.control.congestion.CongestionPolicies;
import org.millrace.tcp.control.connection.ConnectionTable;
import org.millrace.tcp.control.connection.HalfOpen;
import org.millrace.tcp.control.connection.ListenerTable;
import org.millrace.tcp.control.connection.SegmentWriter;
import org.millrace.tcp.control.connection.TcpConnection;
import org.millrace.tcp.control.connection.TcpCounters;
import org.millrace.tcp.control.connection.TcpState;
import org.millrace.tcp.control.connection.TimeWaitTable;
import org.millrace.tcp.control.established.ActiveFlows;
import org.millrace.tcp.control.established.Buffers;
import org.millrace.tcp.control.established.FlowWatch;
import org.millrace.tcp.control.established.Lingering;
import org.millrace.tcp.control.established.Teardown;
import org.millrace.tcp.control.guard.ControlLimits;
import org.millrace.tcp.control.guard.ControlLimits.Kind;
import org.millrace.tcp.control.guard.EphemeralPorts;
import org.millrace.tcp.control.guard.IsnGenerator;
import org.millrace.tcp.control.handshake.Establishment;
import org.millrace.tcp.control.handshake.Handshake;
import org.millrace.tcp.control.handshake.SynCookies;
import org.millrace.tcp.control.program.TcpConfig;
import org.millrace.tcp.control.program.TcpMeta;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.control.transfer.ConnectionTransfer;
import org.millrace.tcp.control.transfer.StateTransfer;

/**
 * The TCP control plane over any {@link TcpProgram}.
 *
 * <p>DESIGN NOTES. A connection is a {@link HalfOpen} during its handshake, a {@link TcpConnection} with a flow while
 * the data path has it, and an entry of the {@link TimeWaitTable} at its end. Segments that reach this side go through
 * {@link SegmentArrival}. Everything that is measured in time of a flow with something in flight is done by
 * {@link FlowWatch}, which looks at such flows at intervals; digests only put a flow on its list. All other timers are
 * in one {@link TimerWheel}. Nothing here reads a clock or draws a random number: time is an argument, secrets are the
 * host's.
 *
 * <p>Owned by: the data-path thread.
 */
public final class TcpControl implements ControlPlane {
    private static final int URGENT_DIGESTS = TcpProgram.DIGEST_FIN_ACKED | TcpProgram.DIGEST_FIN_RECEIVED
            | TcpProgram.DIGEST_FAST_RETRANSMIT | TcpProgram.DIGEST_RECOVERY;
    private static final long RESETS = 1;
    private static final long CHALLENGES = 2;

    private final TransportHost host;
    private final TcpProgram<?> program;
    private final ConnectionTable table;
    private final ListenerTable listeners = new ListenerTable();
    private final TimerWheel timers = new TimerWheel();
    private final ActiveFlows active = new ActiveFlows();
    private final TcpCounters counters = new TcpCounters();
    private final TimeWaitTable timeWait;
    private final FlowWatch watch;
    private final Buffers buffers;
    private final Handshake handshake;
    private final SegmentArrival arrival;
    private final Requests requests;
    private final IcmpErrors icmpErrors;
    private final ConnectionLines lines;
    private final ControlLimits limits;
    private final ConnectionTransfer arriving;
    private final StateTransfer transfer;
    private final Teardown teardown;

    /**
     * Makes a control plane.
     *
     * @param host    what the data path offers
     * @param program the program that has the established flows
     * @param config  the options
     * @param plugged congestion control that others bring; may change at any time
     */
    public TcpControl(TransportHost host, TcpProgram<?> program, TcpConfig config, List<CongestionAlgorithm> plugged) {
        this.host = host;
        this.program = program;
        SipHash hash = new SipHash(host.secret());
        RateLimit challenges = new RateLimit(hash, CHALLENGES, config.challengeAcks());
        table = new ConnectionTable(host.capacity().flows());
        timeWait = new TimeWaitTable(config);
        SegmentWriter writer = new SegmentWriter(host, new RateLimit(hash, RESETS, config.resets()));
        teardown = new Teardown(host, program, table, active, timers, timeWait, writer);
        buffers = new Buffers(host, program);
        Lingering lingering = new Lingering(host, program, active, timers, teardown, counters);
        watch = new FlowWatch(host, program, config, active, timers, teardown, lingering, buffers,
            counters);
        lingering.watch(watch);
        SynCookies cookies = new SynCookies(hash);
        EphemeralPorts ports = new EphemeralPorts(hash, config);
        limits = new ControlLimits(config, host.capacity().flows());
        CongestionPolicies policies = new CongestionPolicies(config, plugged);
        Establishment establishment = new Establishment(host, program, config, policies, table, listeners, watch);
        handshake = new Handshake(host, config, policies, config.sack() && program.reportsSack(), table, listeners, timers,
                writer, new IsnGenerator(hash), cookies, challenges, limits, establishment);
        arrival = new SegmentArrival(host, program, table, listeners, timeWait, handshake, teardown, writer, challenges);
        requests = new Requests(host, program, config, table, listeners, timeWait, ports, limits, handshake, watch,
                lingering, teardown);
        icmpErrors = new IcmpErrors(host, program, table, handshake);
        lines = new ConnectionLines(program, table, listeners, timeWait);
        arriving = new ConnectionTransfer(host, program, config, policies, table, timers, active, watch);
        transfer = new StateTransfer(host, program, table, listeners, timeWait, timers, active, ports, cookies,
                counters, arriving);
    }

    @Override
    public void packet(ReceivedPacket packet, SegmentMeta meta, int reason, long nowNs) {
        arrival.segment(packet, reason, nowNs);
    }

    @Override
    public void digest(SegmentMeta meta, long nowNs) {
        int digests = meta.digest();
        if ((digests & ~TcpProgram.DIGEST_ACTIVE) == 0 && active.note(meta.flow())) {
            return;
        }
        TcpConnection c = table.byFlow(meta.flow());
        if (c != null) {
            if ((digests & TcpProgram.DIGEST_RECOVERY) != 0 && meta instanceof TcpMeta segment) {
                watch.sacked(c, segment, nowNs);
            }
            c.digests |= digests & URGENT_DIGESTS;
            if ((digests & TcpProgram.DIGEST_FIN_RECEIVED) != 0) {
                watch.finReceived(c);
            }
            active.wake(c, (digests & URGENT_DIGESTS) != 0, nowNs);
        }
    }

    @Override
    public void request(ContextRequest request, long nowNs) {
        requests.request(request, nowNs);
    }

    @Override
    public void ringConsumed(int context, int connection, int bytes, long nowNs) {
        TcpConnection c = table.byHandle(context, connection);
        if (c != null && c.flow != 0) {
            buffers.consumed(c, bytes, nowNs);
        }
    }

    @Override
    public void contextLeft(int context, long nowNs) {
        requests.contextLeft(context, nowNs);
    }

    @Override
    public void contextClosed(int context, long nowNs) {
        requests.contextClosed(context, nowNs);
    }

    @Override
    public void icmpError(IcmpError error, long nowNs) {
        icmpErrors.error(error, nowNs);
    }

    @Override
    public void unreachable(IntPredicate behind, long nowNs) {
        table.halfOpen(h -> h.state == TcpState.SYN_SENT && behind.test(h.ends.peerAddress()))
                .forEach(h -> handshake.fail(h, Status.UNREACHABLE));
    }

    @Override
    public long advance(long nowNs) {
        arriving.resume(nowNs);
        for (Timed due = timers.poll(nowNs); due != null; due = timers.poll(nowNs)) {
            if (due instanceof HalfOpen h) {
                handshake.expired(h, nowNs);
            } else {
                watch.expired((TcpConnection) due, nowNs);
            }
        }
        active.wakeNoted(table, nowNs);
        active.walk(watch, nowNs);
        timeWait.expire(nowNs);
        return Math.min(active.nextNs(), Math.min(timers.nextNs(), timeWait.nextNs()));
    }

    @Override
    public void reset(long nowNs) {
        teardown.resetAll(nowNs);
    }

    @Override
    public void exportState(Handover scope, DataOutput out, long nowNs) throws IOException {
        transfer.write(scope, out, nowNs);
    }

    @Override
    public void importState(DataInput in, long nowNs) throws IOException {
        transfer.read(in, nowNs);
    }

    @Override
    public void handedOver(Handover scope, long nowNs) {
        transfer.forget(scope);
    }

    @Override
    public List<ConnectionInfo> connections() {
        return lines.all();
    }

    @Override
    public ConnectionInfo connection(int context, int connection) {
        return lines.connection(context, connection);
    }

    @Override
    public ConnectionInfo listener(int context, int listener) {
        return lines.listener(context, listener);
    }

    @Override
    public Map<String, Integer> states() {
        return lines.states();
    }

    /** Asked every 100 ms of one that retires, however many connections are in TIME-WAIT. */
    @Override
    public boolean isHeld() {
        return !listeners.all().isEmpty() || !table.halfOpen().isEmpty() || !table.connections().isEmpty();
    }

    @Override
    public List<Limit> limits() {
        return limits.standings(Map.of(Kind.LISTENERS, listeners.most(), Kind.CONNECTING, table.mostConnecting(),
            Kind.CONTEXT_HALF_OPEN, table.mostOffered(), Kind.HALF_OPEN, table.offered()));
    }

    @Override
    public Map<String, Long> counters() {
        return counters.byName();
    }
}

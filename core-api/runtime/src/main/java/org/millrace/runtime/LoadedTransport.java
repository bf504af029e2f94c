package org.millrace.runtime;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.millrace.api.hardware.FitReport;
import org.millrace.api.hardware.Outlet;
import org.millrace.api.hardware.Pipeline;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.FlowScheduler;
import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.ViewCursor;
import org.millrace.api.pipeline.Workflow;
import org.millrace.api.transport.ControlPlane;
import org.millrace.api.transport.ReceivedPacket;
import org.millrace.api.transport.Transport;
import org.millrace.wire.Ipv4Header;

/**
 * A transport on a data path: its program loaded into the hardware, its control plane, and the outlet between them.
 *
 * <p>Owned by: the data-path thread.
 */
final class LoadedTransport<M extends SegmentMeta> implements Outlet<M> {
    private static final int MAX_ADVANCES = 4096;

    final int protocol;
    final RuntimeHost host;
    final ControlPlane control;
    final TransportCounters counters = new TransportCounters();
    private final DataPath path;
    private final HeaderCodec<M> codec;
    private final FlowScheduler scheduler;
    private final Pipeline<M> pipeline;
    private final M handedOver;
    private final int metaWords;
    private boolean controlDue = true;
    private long controlDeadlineNs = Long.MAX_VALUE;

    private LoadedTransport(DataPath path, RuntimeHost host, Program<M> program, ControlPlane control, int protocol) {
        this.path = path;
        this.host = host;
        this.protocol = protocol;
        this.control = control;
        codec = program.codec();
        handedOver = program.newMeta();
        metaWords = Layout.of(handedOver.getClass()).words();
        ViewCursor.move(handedOver, new int[metaWords], 0);
        FitReport report = path.hardware().admit(program, host.capacity());
        if (!report.fits()) {
            throw new IllegalArgumentException("program " + program.name() + " does not fit "
                + path.hardware().name() + ": " + reasons(report.refused()));
        }
        pipeline = path.hardware().load(program, host.capacity(), this);
        scheduler = program.scheduler();
        host.attach(this, pipeline);
    }

    static LoadedTransport<?> load(DataPath path, RuntimeHost host, Transport transport, int protocol) {
        return load(path, host, transport.program(), transport.control(), protocol);
    }

    private static <M extends SegmentMeta> LoadedTransport<M> load(DataPath path, RuntimeHost host,
            Program<M> program, ControlPlane control, int protocol) {
        return new LoadedTransport<>(path, host, program, control, protocol);
    }

    private static String reasons(List<FitReport.Reason> refused) {
        return refused.stream()
            .map(reason -> reason.stage() + (reason.method().isEmpty() ? "" : ", " + reason.method() + ":" + reason.line())
                + ": " + reason.detail() + " [" + reason.limit() + "]")
            .collect(Collectors.joining("; "));
    }

    /** Runs a received datagram through the program. */
    void receive(ReceivedPacket packet, int frame, long nowNs) {
        counters.items[Workflow.RX.ordinal()]++;
        M meta = pipeline.item(Workflow.RX);
        meta.frame(frame);
        meta.localAddress(packet.localAddress);
        meta.peerAddress(packet.peerAddress);
        meta.ecn(packet.ecn);
        meta.peerMacLow((int) packet.peerMac); // an answer goes back the way the segment came
        meta.peerMacHigh((int) (packet.peerMac >>> 32));
        long verdict = codec.parse(packet.frame, packet.frameOffset, packet.headerOffset, packet.length,
            packet.checksumValid, meta);
        if (verdict == Verdict.NEXT) {
            pipeline.submit(nowNs);
        } else if (Verdict.action(verdict) == Verdict.CONTROL) {
            ViewCursor.copy(meta, handedOver, metaWords); // the control plane may begin items of its own
            control(handedOver, Verdict.reason(verdict), nowNs);
        } else {
            drop(meta, Verdict.reason(verdict));
        }
    }

    void bump(int flow, AppContext context, int slot, int receiveBytes, int transmitBytes, int flags, long nowNs) {
        M meta = hostItem(flow, context, slot);
        meta.rxBump(receiveBytes);
        meta.txBump(transmitBytes);
        meta.hostFlags(flags);
        pipeline.submit(nowNs);
    }

    void message(int flow, AppContext context, int slot, int bytes, int peerAddress, int peerPort, long nowNs) {
        M meta = hostItem(flow, context, slot);
        meta.txBump(bytes);
        meta.peerAddress(peerAddress);
        meta.peerPort(peerPort);
        pipeline.submit(nowNs);
    }

    private M hostItem(int flow, AppContext context, int slot) {
        counters.items[Workflow.HC.ordinal()]++;
        M meta = pipeline.item(Workflow.HC);
        meta.flow(flow);
        meta.context(context.number);
        meta.connection(context.slots.id[slot]);
        return meta;
    }

    void hostControl(int flow, int operation, long nowNs) {
        counters.items[Workflow.HC.ordinal()]++;
        M meta = pipeline.item(Workflow.HC);
        meta.flow(flow);
        meta.operation(operation);
        pipeline.submit(nowNs);
    }

    /** Makes an item of each flow that is due, at most {@code budget}. Answers how many. */
    int transmit(int budget, long nowNs) {
        for (int i = 0; i < budget; i++) {
            int flow = pipeline.isPaused() ? 0 : scheduler.next(nowNs);
            if (flow == 0) {
                return i;
            }
            counters.items[Workflow.TX.ordinal()]++;
            pipeline.item(Workflow.TX).flow(flow);
            pipeline.submit(nowNs);
        }
        return budget;
    }

    /** Lets the machine run on as far as it can; the frames of the batch are needed no longer then. */
    void drain(long nowNs) {
        for (int i = 0; i < MAX_ADVANCES && pipeline.deadlineNs() <= nowNs; i++) {
            pipeline.advance(nowNs);
        }
    }

    /** Something has happened that the control plane will want to act on. */
    void wakeControl() {
        controlDue = true;
    }

    void advanceControl(long nowNs) {
        if (controlDue || nowNs >= controlDeadlineNs) {
            controlDue = false;
            controlDeadlineNs = control.advance(nowNs);
        }
    }

    long deadlineNs() {
        return controlDue ? Long.MIN_VALUE
            : Math.min(Math.min(controlDeadlineNs, pipeline.deadlineNs()),
                pipeline.isPaused() ? Long.MAX_VALUE : scheduler.deadlineNs());
    }

    /** {@return what control plane and machine count, by name} */
    Map<String, Long> named() {
        Map<String, Long> all = new LinkedHashMap<>(control.counters());
        all.putAll(pipeline.counters());
        return all;
    }

    @Override
    public void drop(M meta, int reason) {
        path.transfer().clear();
        path.counters().drop(reason);
        if (reason == DropReason.NO_FLOW.code() && protocol == Ipv4Header.UDP
            && meta.workflow() == Workflow.RX.ordinal()) {
            path.portUnreachable(meta.frame()); // RFC 1122 §4.1.3.1
        }
    }

    @Override
    public void control(M meta, int reason, long nowNs) {
        path.transfer().clear();
        ReceivedPacket packet = meta.workflow() == Workflow.RX.ordinal() ? path.frames().packet(meta.frame()) : null;
        if (packet == null) {
            path.counters().drop(DropReason.UNACCEPTABLE);
            return;
        }
        counters.controlPackets++;
        controlDue = true;
        control.packet(packet, meta, reason, nowNs);
    }

    @Override
    public void emit(M meta, long nowNs) {
        long mac = (long) meta.peerMacHigh() << 32 | meta.peerMacLow() & 0xffff_ffffL;
        if (mac == 0) { // a message's peer is nobody's flow: its neighbour is known to the network layer or nobody
            mac = path.resolve(meta.peerAddress(), nowNs);
        }
        if (mac < 0) {
            drop(meta, DropReason.UNREACHABLE.code());
            return;
        }
        discarded(meta);
        counters.emitted++;
        counters.sentPayloadBytes += path.egress().emit(codec, protocol, meta, mac, nowNs);
        path.transfer().clear();
    }

    @Override
    public void done(M meta) {
        discarded(meta);
        path.transfer().clear();
    }

    /** A segment that is answered or taken note of although its payload was not: that loss has its reason too. */
    private void discarded(M meta) {
        if (meta.discard() != 0) {
            path.counters().drop(meta.discard());
        }
    }

    @Override
    public void digest(M meta, long nowNs) {
        counters.digests++;
        controlDue = true;
        control.digest(meta, nowNs);
    }
}

package org.millrace.runtime.transport;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.hardware.Outlet;
import org.millrace.api.hardware.Pipeline;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.OpenState;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.api.transport.ControlPlane;
import org.millrace.api.transport.ReceivedPacket;
import org.millrace.api.transport.TransportFactory.Service;
import org.millrace.runtime.frame.RetainedFrames;
import org.millrace.net.IpLayer;
import org.millrace.runtime.tenant.AppContext;
import org.millrace.runtime.tenant.Deparser;
import org.millrace.runtime.tenant.Egress;
import org.millrace.runtime.tenant.FlowHeaders;
import org.millrace.runtime.tenant.OutgoingMessage;

/**
 * A transport on a data path: its program loaded into the hardware, its control plane, and the outlet between them.
 *
 * <p>Owned by: the data-path thread.
 */
public final class LoadedTransport<M extends SegmentMeta> implements Outlet<M>, FlowMap.Owner {
    private static final int MAX_ADVANCES = 4096;
    private static final int FAR_FLOWS = 512;
    private static final ValueLayout.OfInt PORTS = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    public final int protocol;
    public final RuntimeHost host;
    public final ControlPlane control;
    public final TransportCounters counters = new TransportCounters();
    /** What extensions have put into it. */
    public final AddedState added;
    private final PathParts parts;
    private final FlowHeaders headers;
    private final HeaderCodec<M> codec;
    private final Deparser<M> deparser;
    private final Pipeline<M> pipeline;
    private final MemorySegment waiting;
    private final boolean hasMessages;
    /** Of no meaning; see {@link Pipeline#touch}. */
    private int touched;
    private boolean controlDue = true;
    private long controlDeadlineNs = Long.MAX_VALUE;

    /** Loads a program that fits, beside whatever runs. */
    LoadedTransport(PathParts parts, RuntimeHost host, HardwareBackend hardware, Program<M> program,
                    ControlPlane control) {
        this.parts = parts;
        this.host = host;
        this.control = control;
        protocol = host.protocol();
        hasMessages = host.services().contains(Service.MESSAGES) || host.services().contains(Service.CALLS);
        headers = host.headers();
        codec = program.codec();
        deparser = new Deparser<>(codec, protocol, hardware.superFrames() ? codec.mostReplaced() : 0);
        waiting = Arena.ofAuto().allocate(host.port().mtuBytes());
        pipeline = hardware.load(program, host.capacity(), this);
        added = new AddedState(program, pipeline, host.capacity());
        host.attach(this);
    }

    /** {@return who has a flow: this, or an earlier transport in this place that has kept it} */
    public LoadedTransport<?> ofFlow(int flow) {
        return host.flows().keeper(flow) instanceof LoadedTransport<?> keeper ? keeper : this;
    }

    /** {@return whose a packet is: this one's, unless its flow is one that an earlier transport has kept} */
    private LoadedTransport<?> ofPacket(ReceivedPacket packet) {
        if (!host.flows().isShared() || packet.length < Integer.BYTES) {
            return this;
        }
        int ports = Integer.rotateRight(packet.frame.get(PORTS, packet.header()), Short.SIZE); // as received: peer's first
        int flow = host.flows().find(packet.localAddress, packet.peerAddress, ports);
        return ofFlow(flow != 0 ? flow : host.flows().findLocal(packet.localAddress, ports >>> Short.SIZE));
    }

    @Override
    public void released(int flow) {
        try (OpenState open = pipeline.open(flow)) {
            open.clear();
        }
        headers.release(flow);
    }

    /** {@return whether so many flows are there that what is kept for one is seldom near} */
    public boolean isFar() {
        return !host.flows().isShared() && host.flows().size() >= FAR_FLOWS;
    }

    /** {@return the flow of a datagram with these addresses and ports (the peer's first, as received), or 0} */
    public int flow(long addresses, int ports) {
        return host.flows().find((int) addresses, (int) (addresses >>> 32), Integer.rotateRight(ports, Short.SIZE));
    }

    /** Brings near what is kept for a flow. */
    public void touch(int flow) {
        touched += pipeline.touch(flow) + (int) headers.place(flow);
    }

    /** Brings near what is kept for a flow's connection, and the place of the next bytes that it receives. */
    public void touchConnection(int flow, boolean hasPayload) {
        long place = headers.place(flow);
        AppContext context = place == 0 ? null : parts.contexts().find((int) (place >>> 32) - 1);
        if (context != null) {
            touched += context.touchReceive((int) place, hasPayload);
        }
    }

    /** Takes a received datagram, by the number of its frame, to the program whose it is. */
    public void dispatch(ReceivedPacket packet, int frame, long nowNs) {
        ofPacket(packet).receive(packet, frame, nowNs);
    }

    /** Runs a received datagram through the program. */
    void receive(ReceivedPacket packet, int frame, long nowNs) {
        counters.items[Workflow.RX.ordinal()]++;
        M meta = pipeline.item(Workflow.RX);
        if (meta == null) {
            parts.counters().drop(DropReason.NO_ITEM);
            parts.frames().release(frame);
            return;
        }
        meta.frame(frame);
        meta.localAddress(packet.localAddress);
        meta.peerAddress(packet.peerAddress);
        meta.ecn(packet.ecn);
        long verdict = codec.parse(packet.frame, packet.frameOffset, packet.headerOffset, packet.length,
            packet.checksumValid, meta);
        if (verdict == Verdict.NEXT) {
            pipeline.submit(meta, nowNs);
        } else {
            pipeline.end(meta, verdict, nowNs);
        }
    }

    void bump(int flow, AppContext context, int slot, int receiveBytes, int transmitBytes, int flags, long nowNs) {
        M meta = hostItem(flow, context, slot, nowNs);
        if (meta != null) {
            meta.rxBump(receiveBytes);
            meta.txBump(transmitBytes);
            meta.hostFlags(flags);
            pipeline.submit(meta, nowNs);
        }
    }

    void message(int flow, AppContext context, int slot, OutgoingMessage message, long nowNs) {
        M meta = hostItem(flow, context, slot, nowNs);
        if (meta == null) {
            return;
        }
        meta.hostFlags(SegmentMeta.HOST_MESSAGE);
        meta.position(message.position);
        meta.length(message.bytes);
        meta.message(message.number);
        meta.operation(message.kind);
        meta.peerAddress(message.peerAddress);
        meta.peerPort(message.peerPort);
        pipeline.submit(meta, nowNs);
    }

    void cancel(int flow, AppContext context, int slot, int number, long nowNs) {
        M meta = hostItem(flow, context, slot, nowNs);
        if (meta == null) {
            return;
        }
        meta.hostFlags(SegmentMeta.HOST_CANCEL);
        meta.message(number);
        pipeline.submit(meta, nowNs);
    }

    private M hostItem(int flow, AppContext context, int slot, long nowNs) {
        M meta = hostItem(flow, nowNs);
        if (meta != null) {
            meta.context(context.number);
            meta.connection(context.slots.id(slot));
        }
        return meta;
    }

    /** Begins an HC item. Nobody would repeat it, so a machine that is full has to let others out for it. */
    private M hostItem(int flow, long nowNs) {
        counters.items[Workflow.HC.ordinal()]++;
        M meta = pipeline.item(Workflow.HC);
        if (meta == null) {
            pipeline.quiesce(nowNs);
            meta = pipeline.item(Workflow.HC);
        }
        if (meta == null) {
            parts.counters().drop(DropReason.NO_ITEM);
            return null;
        }
        meta.flow(flow);
        return meta;
    }

    void hostControl(int flow, int operation, long nowNs) {
        M meta = hostItem(flow, nowNs);
        if (meta != null) {
            meta.operation(operation);
            pipeline.submit(meta, nowNs);
        }
    }

    /** Lets the machine send for flows that are due, at most {@code budget}. Answers how many. */
    int transmit(int budget, long nowNs) {
        int count = pipeline.transmit(budget, nowNs);
        counters.items[Workflow.TX.ordinal()] += count;
        return count;
    }

    /** Control planes and applications are about to have their turn: what the machine does on other threads is done first. */
    void settle(long nowNs) {
        pipeline.settle(nowNs);
    }

    /** It is over with the machine. */
    public void close() {
        pipeline.close();
    }

    /** The batch is over: what waits in the machine keeps its frames. */
    void keep() {
        pipeline.keep();
    }

    /** Lets the machine run on as far as it can by now; the frames of the batch are needed no longer then. */
    void drain(long nowNs) {
        for (int i = 0; i < MAX_ADVANCES && pipeline.deadlineNs() <= nowNs; i++) {
            pipeline.advance(nowNs);
        }
    }

    /** Lets all come out that comes to an end, whatever the machine's time. Answers whether it is empty. */
    boolean quiesce(long nowNs) {
        for (int i = 0; i < MAX_ADVANCES && !pipeline.isIdle(); i++) {
            pipeline.quiesce(nowNs);
        }
        return pipeline.isIdle();
    }

    /** {@return whether nothing is inside the machine} */
    boolean isIdle() {
        return pipeline.isIdle();
    }

    /** Something has happened that the control plane will want to act on. */
    public void wakeControl() {
        controlDue = true;
    }

    void advanceControl(long nowNs) {
        if (controlDue || nowNs >= controlDeadlineNs) {
            controlDue = false;
            controlDeadlineNs = control.advance(nowNs);
        }
    }

    /** {@return whether no application holds a connection of it any more} */
    boolean isForgotten() {
        return !control.isHeld();
    }

    long deadlineNs() {
        return controlDue ? Long.MIN_VALUE
            : Math.min(Math.min(controlDeadlineNs, pipeline.deadlineNs()), pipeline.transmitNs());
    }

    /** {@return what control plane, machine and extensions count, by name} */
    public Map<String, Long> named() {
        Map<String, Long> all = own();
        added.count(all);
        return all;
    }

    /** {@return what control plane and machine count, by name} */
    Map<String, Long> own() {
        Map<String, Long> all = new LinkedHashMap<>(control.counters());
        all.putAll(pipeline.counters());
        all.put("segments replaced", counters.replaced);
        all.put("next hops looked up", headers.lookups());
        return all;
    }

    @Override
    public void drop(M meta, int reason) {
        parts.counters().drop(reason);
        if (reason == DropReason.NO_FLOW.code() && hasMessages && meta.workflow() == Workflow.RX.ordinal()) {
            parts.portUnreachable(meta.frame()); // RFC 1122 §4.1.3.1
        }
        parts.frames().release(meta);
    }

    @Override
    public void control(M meta, int reason, long nowNs) {
        ReceivedPacket packet = meta.workflow() == Workflow.RX.ordinal() ? parts.frames().packet(meta.frame()) : null;
        if (packet == null) {
            parts.counters().drop(DropReason.UNACCEPTABLE);
        } else {
            parts.frames().complete(meta.frame());
            counters.controlPackets++;
            controlDue = true;
            control.packet(packet, meta, reason, nowNs);
        }
        parts.frames().release(meta);
    }

    @Override
    public void emit(M meta, long nowNs) {
        if (meta.localAddress() == 0) { // a socket at any address
            meta.localAddress(parts.ip().sourceAddress(meta.peerAddress()));
        }
        int row = headers.row(meta, nowNs);
        if (row == IpLayer.UNRESOLVED && hasMessages) {
            await(meta, nowNs);
            return;
        }
        if (row < 0) {
            drop(meta, DropReason.UNREACHABLE.code());
            return;
        }
        if (meta.payload() == RetainedFrames.LOST) {
            drop(meta, DropReason.NO_MEMORY.code());
            return;
        }
        discarded(meta);
        if (headers.dscp(row) != 0) {
            meta.dscp(headers.dscp(row));
        }
        if (headers.areSet()) {
            parts.weights().sends(headers.classOf(meta.flow()), nowNs);
        }
        int payloadBytes = parts.egress().emit(deparser, meta, headers, row, nowNs);
        if (payloadBytes == Egress.IN_PLACE) {
            counters.replaced++;
        } else {
            counters.emitted++;
            counters.sentPayloadBytes += payloadBytes;
        }
        parts.frames().release(meta);
    }

    /** Nobody sends a message again: it waits in the network layer until its neighbour answers (RFC 1122 §2.3.2.2). */
    private void await(M meta, long nowNs) {
        int length = parts.egress().compose(deparser, meta, waiting);
        if (length == 0 || !parts.ip().send(meta.localAddress(), meta.peerAddress(), protocol, meta.dscp() << 2 | meta.ecn(),
            waiting, 0, length, nowNs)) {
            drop(meta, DropReason.UNREACHABLE.code());
            return;
        }
        counters.emitted++;
        done(meta);
    }

    @Override
    public boolean retain(M meta) {
        return parts.frames().retain(meta) & parts.spans().retain(meta);
    }

    @Override
    public void done(M meta) {
        discarded(meta);
        parts.frames().release(meta);
    }

    /** A segment that is answered or taken note of although its payload was not: that loss has its reason too. */
    private void discarded(M meta) {
        if (meta.discard() != 0) {
            parts.counters().drop(meta.discard());
        }
    }

    @Override
    public void digest(M meta, long nowNs) {
        counters.digests++;
        controlDue = true;
        control.digest(meta, nowNs);
    }
}

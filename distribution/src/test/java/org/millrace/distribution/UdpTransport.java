package org.millrace.distribution;

import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.context.ContextRequest;
import org.millrace.api.context.Status;
import org.millrace.api.pipeline.ContextQueue;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.FlowLookup;
import org.millrace.api.pipeline.FlowScheduler;
import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.PayloadDma;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.StateTables;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.api.transport.ConnectionInfo;
import org.millrace.api.transport.ControlPlane;
import org.millrace.api.transport.ReceivedPacket;
import org.millrace.api.transport.Transport;
import org.millrace.api.transport.TransportFactory;
import org.millrace.api.transport.TransportHost;
import org.millrace.wire.HeaderFault;
import org.millrace.wire.UdpHeader;

/** UDP (RFC 768) on the pipeline API: shows that connectionless messages need nothing but the API. */
final class UdpTransport implements TransportFactory, Transport, Program<SegmentMeta> {
    static final int PROTOCOL = 17;

    private final TransportHost host;
    private final Messages messages;
    private StateTables states;

    UdpTransport(TransportHost host) {
        this.host = host;
        messages = host == null ? null : new Messages(host.dma(), host.contextQueue());
    }

    /** What a bound socket is to the data path. Positions are bytes since it was bound. */
    static final class Socket extends State {
        int connection() { return i32(0); }
        void connection(int v) { i32(0, v); }
        int received() { return i32(4); }
        void received(int v) { i32(4, v); }
        int sent() { return i32(8); }
        void sent(int v) { i32(8, v); }
        int localAddress() { return i32(12); }
        void localAddress(int v) { i32(12, v); }
        int localPort() { return u16(16); }
        void localPort(int v) { u16(16, v); }
        int context() { return u16(18); }
        void context(int v) { u16(18, v); }
    }

    /** Finds the socket: the flow is bound to the local side alone. */
    private record Lookup(FlowLookup table) implements Stage<SegmentMeta, State.None> {
        @Override
        public StageSpec<State.None> spec() {
            return StageSpec.stateless("lookup", List.of(FlowLookup.class));
        }

        @Override
        public long process(SegmentMeta meta, State.None state, long nowNs) {
            int address = meta.peerAddress();
            int port = meta.peerPort();
            meta.peerAddress(0);
            meta.peerPort(0);
            meta.flow(table.lookup(meta));
            meta.peerAddress(address);
            meta.peerPort(port);
            return meta.flow() == 0 ? Verdict.drop(DropReason.NO_FLOW.code()) : Verdict.NEXT;
        }
    }

    /** RX: announces and writes a message. HC: sends one. */
    private record Messages(PayloadDma dma, ContextQueue queue) implements Stage<SegmentMeta, Socket> {
        @Override
        public StageSpec<Socket> spec() {
            return StageSpec.perFlow("messages", StageSpec.Concurrency.FLOW_ATOMIC, Socket::new,
                List.of(PayloadDma.class, ContextQueue.class));
        }

        @Override
        public long process(SegmentMeta meta, Socket socket, long nowNs) {
            meta.connection(socket.connection());
            meta.context(socket.context());
            return meta.workflow() == Workflow.RX.ordinal() ? receive(meta, socket) : send(meta, socket);
        }

        private long receive(SegmentMeta meta, Socket socket) {
            meta.position(socket.received());
            meta.length(meta.payloadLength());
            if (!queue.message(meta)) {
                return Verdict.drop(DropReason.CONTEXT_QUEUE_FULL.code());
            }
            dma.toHost(meta);
            socket.received(socket.received() + meta.length());
            return Verdict.DONE;
        }

        private long send(SegmentMeta meta, Socket socket) {
            if (meta.txBump() == 0) {
                return Verdict.DONE; // room in the receive buffer is the context queue's business
            }
            meta.localAddress(socket.localAddress());
            meta.localPort(socket.localPort());
            meta.position(socket.sent());
            meta.length(meta.txBump());
            meta.payloadLength(meta.txBump());
            dma.fromHost(meta);
            socket.sent(socket.sent() + meta.length());
            meta.rxBump(0);
            queue.notify(meta);
            return Verdict.EMIT;
        }
    }

    private static final class Codec implements HeaderCodec<SegmentMeta> {
        private final UdpHeader header = new UdpHeader();

        @Override
        public long parse(MemorySegment frame, long frameOffset, int headerOffset, int length, boolean checksumValid,
                          SegmentMeta meta) {
            header.wrap(frame, frameOffset + headerOffset);
            if (header.check(length) != HeaderFault.NONE) {
                return Verdict.drop(DropReason.BAD_TRANSPORT_HEADER.code());
            }
            if (!checksumValid && !header.checksumValid(meta.peerAddress(), meta.localAddress())) {
                return Verdict.drop(DropReason.BAD_CHECKSUM.code());
            }
            meta.peerPort(header.sourcePort());
            meta.localPort(header.destinationPort());
            meta.payloadOffset(headerOffset + UdpHeader.LENGTH);
            meta.payloadLength(header.length() - UdpHeader.LENGTH);
            return Verdict.NEXT;
        }

        @Override
        public int write(SegmentMeta meta, MemorySegment memory, long offset) {
            header.wrap(memory, offset).ports(meta.localPort(), meta.peerPort())
                .length(UdpHeader.LENGTH + meta.payloadLength()).checksum(0);
            return UdpHeader.LENGTH;
        }

        @Override
        public int checksumOffset() {
            return UdpHeader.CHECKSUM;
        }

        @Override
        public int segmentSize(SegmentMeta meta) {
            return 0;
        }
    }

    /** Binds and unbinds. */
    private final class Control implements ControlPlane {
        private final Map<Long, Integer> flows = new HashMap<>();

        @Override
        public void request(ContextRequest request, long nowNs) {
            switch (request.kind()) {
                case BIND -> bind(request);
                case CLOSE, ABORT -> unbind(request.context(), request.connection());
                default -> host.contexts().connected(request.context(), -1, request.opaque(), Status.UNSUPPORTED);
            }
        }

        private void bind(ContextRequest request) {
            int address = ByteBuffer.wrap(request.local().getAddress().getAddress()).getInt();
            int flow = host.flows().allocate();
            int connection = host.contexts().open(request.context(), flow, request.local(), null);
            host.flows().insert(flow, address, request.local().getPort(), 0, 0);
            Socket socket = states.seek(messages, new Socket(), flow);
            socket.connection(connection);
            socket.context(request.context());
            socket.localAddress(address);
            socket.localPort(request.local().getPort());
            flows.put((long) request.context() << 32 | connection, flow);
            host.contexts().connected(request.context(), connection, request.opaque(), Status.OK);
        }

        private void unbind(int context, int connection) {
            Integer flow = flows.remove((long) context << 32 | connection);
            if (flow != null) {
                host.flows().release(flow);
                host.contexts().release(context, connection);
            }
        }

        @Override
        public void contextClosed(int context, long nowNs) {
            List.copyOf(flows.keySet()).stream().filter(key -> key >>> 32 == context)
                .forEach(key -> unbind(context, key.intValue()));
        }

        @Override
        public void packet(ReceivedPacket packet, SegmentMeta meta, int reason, long nowNs) {
            throw new AssertionError("no stage hands over a packet");
        }

        @Override
        public void digest(SegmentMeta meta, long nowNs) {
            throw new AssertionError("no stage sends a digest");
        }

        @Override
        public void icmpError(IcmpError error, long nowNs) {
        }

        @Override
        public void neighbourChanged(int peerAddress, long macAddress, long nowNs) {
        }

        @Override
        public long advance(long nowNs) {
            return Long.MAX_VALUE;
        }

        @Override
        public List<ConnectionInfo> connections() {
            return List.of();
        }
    }

    @Override
    public String name() {
        return "udp";
    }

    @Override
    public int protocol() {
        return PROTOCOL;
    }

    @Override
    public Transport create(TransportHost on) {
        return new UdpTransport(on);
    }

    @Override
    public Program<?> program() {
        return this;
    }

    @Override
    public ControlPlane control() {
        return new Control();
    }

    @Override
    public SegmentMeta newMeta() {
        return new SegmentMeta();
    }

    @Override
    public List<Stage<? super SegmentMeta, ?>> stages(Workflow workflow) {
        return switch (workflow) {
            case RX -> List.of(new Lookup(host.lookup()), messages);
            case HC -> List.of(messages);
            case TX, MIRROR -> List.of();
        };
    }

    @Override
    public HeaderCodec<SegmentMeta> codec() {
        return new Codec();
    }

    @Override
    public FlowScheduler scheduler() {
        return FlowScheduler.NONE;
    }

    @Override
    public void loaded(StateTables tables) {
        states = tables;
    }
}

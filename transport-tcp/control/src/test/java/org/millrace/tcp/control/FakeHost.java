package org.millrace.tcp.control;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.context.ContextRequest;
import org.millrace.api.context.Contexts;
import org.millrace.api.context.Status;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.pipeline.ContextQueue;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Externs;
import org.millrace.api.pipeline.FlowLookup;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.PayloadDma;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.ViewCursor;
import org.millrace.api.port.PortInfo;
import org.millrace.api.transport.ControlPlane;
import org.millrace.api.transport.ReceivedPacket;
import org.millrace.api.transport.TransportHost;
import org.millrace.tcp.control.congestion.CongestionAlgorithm;
import org.millrace.tcp.control.program.TcpConfig;
import org.millrace.tcp.control.program.TcpConnectionState;
import org.millrace.tcp.control.program.TcpMeta;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.control.wire.Endpoints;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.TcpHeader;

/** A data path with a control plane under test in it, on virtual time. */
public final class FakeHost implements TransportHost, Contexts, TransportHost.FlowTable {
    public static final int LOCAL = Ipv4Address.parse("10.0.0.1").bits();
    public static final int PEER = Ipv4Address.parse("10.0.0.2").bits();
    public static final long PEER_MAC = 0x02_00_00_00_00_02L;
    public static final long MS = 1_000_000;
    public static final long SECOND = 1_000 * MS;

    public FakeProgram program = new FakeProgram();
    public TcpControl control;
    public final List<String> sent = new ArrayList<>();
    public final List<String> events = new ArrayList<>();
    final List<String> drops = new ArrayList<>();
    public final Map<String, String> routeOptions = new HashMap<>();
    final Map<Endpoints, Integer> flowOf = new HashMap<>();
    public final List<Integer> flows = new ArrayList<>();
    final List<Integer> connections = new ArrayList<>();
    final ReceivedPacket packet = new ReceivedPacket();
    private final Map<String, String> options;
    private final TcpMeta meta = new TcpMeta();
    public long now = 10 * SECOND;
    int mtu = 1500;
    int receiveBytes = 256 << 10;
    /** Connections that contexts have. */
    final Map<Integer, Integer> loads = new HashMap<>();
    /** What the connection asked about last uses, or may use, of its rings. */
    int receiveRing;
    int transmitRing;
    public int maxConnections = 1_000;
    public int maxFlows = 1_000;
    boolean routed = true;
    /** Type of service of the segment sent last. */
    public int tos;
    /** How flows are marked. */
    public final Map<Integer, Integer> dscpOf = new HashMap<>();
    private int lastFlow;
    private int lastConnection;
    private int resubmitted;
    /** How often it was asked whether two contexts are one application's. */
    int comparisons;
    /** How often a flow was looked up. */
    int lookups;

    public FakeHost(Map<String, String> options) {
        this(options, List.of());
    }

    public FakeHost(Map<String, String> options, List<CongestionAlgorithm> plugged) {
        this.options = options;
        ViewCursor.move(meta, new int[Layout.of(TcpMeta.class).words()], 0);
        control = new TcpControl(this, program, TcpConfig.parse(options), plugged);
    }

    public FakeHost() {
        this(Map.of());
    }

    // a swap

    /** Replaces program and control plane by new ones that know what the old ones have handed over. */
    public void swap() {
        swap(ControlPlane.Handover.ALL, new FakeProgram(), options);
    }

    /** Replaces program and control plane; answers the old control plane. */
    public TcpControl swap(ControlPlane.Handover scope, FakeProgram next, Map<String, String> nextOptions) {
        return swap(exported(scope), scope, next, nextOptions);
    }

    /** The same, with a state that something else has exported. */
    public TcpControl swap(byte[] exported, ControlPlane.Handover scope, FakeProgram next, Map<String, String> nextOptions) {
        TcpControl old = control;
        TcpControl fresh = new TcpControl(this, next, TcpConfig.parse(nextOptions), List.of());
        try {
            fresh.importState(new DataInputStream(new ByteArrayInputStream(exported)), now);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        old.handedOver(scope, now);
        program = next;
        control = fresh;
        control.advance(now);
        return old;
    }

    public byte[] exported(ControlPlane.Handover scope) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            control.exportState(scope, new DataOutputStream(bytes), now);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return bytes.toByteArray();
    }

    // the wire

    public static TestSegment from(int peerPort, int localPort) {
        return new TestSegment(peerPort, localPort);
    }

    public void deliver(TestSegment segment) {
        deliver(segment.bytes(PEER, LOCAL), PEER);
    }

    public void deliver(byte[] bytes, int source) {
        packet.frame = MemorySegment.ofArray(bytes);
        packet.length = bytes.length;
        packet.localAddress = LOCAL;
        packet.peerAddress = source;
        packet.checksumValid = false;
        resubmitted = 0;
        run();
    }

    private void run() {
        ViewCursor.clear(meta, Layout.of(TcpMeta.class).words());
        meta.localAddress(packet.localAddress);
        meta.peerAddress(packet.peerAddress);
        long verdict = program.codec.parse(packet.frame, 0, 0, packet.length, packet.checksumValid, meta);
        if (Verdict.action(verdict) == Verdict.DROP) {
            drop(Verdict.reason(verdict));
            return;
        }
        int flow = flowOf.getOrDefault(new Endpoints(meta.localAddress(), meta.localPort(), meta.peerAddress(),
                meta.peerPort()), 0);
        meta.flow(flow);
        int reason = TcpProgram.NO_FLOW;
        if (flow != 0) {
            int kind = TcpHeader.SYN | TcpHeader.RST | TcpHeader.ACK | TcpHeader.URG;
            reason = (meta.flags() & kind) == TcpHeader.ACK ? program.receive(flow, meta) : TcpProgram.NOT_DATA_PATH;
        }
        if (reason != 0) {
            control.packet(packet, meta, reason, now);
        } else {
            digest(flow);
        }
    }

    private void digest(int flow) {
        if (program.digest() != 0) {
            meta.flow(flow);
            meta.digest(program.digest());
            control.digest(meta, now);
        }
    }

    @Override
    public void resubmit(ReceivedPacket again, long nowNs) {
        if (++resubmitted > 1) {
            throw new AssertionError("a packet is resubmitted at most once");
        }
        run();
    }

    @Override
    public boolean send(int localAddress, int peerAddress, int typeOfService, MemorySegment segment, long offset, int length,
                        long nowNs) {
        byte[] bytes = segment.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
        sent.add(TestSegment.print(bytes, localAddress, peerAddress));
        tos = typeOfService;
        return true;
    }

    @Override
    public void dscp(int flow, int dscp) {
        dscpOf.put(flow, dscp);
    }

    /** {@return what was sent since the last call} */
    public List<String> takeSent() {
        List<String> taken = List.copyOf(sent);
        sent.clear();
        return taken;
    }

    public List<String> takeEvents() {
        List<String> taken = List.copyOf(events);
        events.clear();
        return taken;
    }

    public List<String> takeCalls() {
        List<String> taken = List.copyOf(program.calls);
        program.calls.clear();
        return taken;
    }

    public List<String> takeDrops() {
        List<String> taken = List.copyOf(drops);
        drops.clear();
        return taken;
    }

    // time

    /** Lets time pass, calling the control plane when it wants to be called. */
    public void pass(long ns) {
        long end = now + ns;
        long next = control.advance(now);
        while (next <= end) {
            now = Math.max(next, now + 1);
            next = control.advance(now);
        }
        now = end;
        control.advance(now);
    }

    // the application

    public void request(ContextRequest.Kind kind, int context, int connection, long opaque, InetSocketAddress local,
                 InetSocketAddress peer, int backlog) {
        control.request(new ContextRequest(kind, context, connection, opaque, local, peer, backlog), now);
    }

    public void listen(int port) {
        request(ContextRequest.Kind.LISTEN, 0, -1, 77, address("10.0.0.1", port), null, 128);
        assertEvent("listening ctx=0 opaque=77 OK 10.0.0.1:" + port);
    }

    private void assertEvent(String event) {
        if (!events.removeLast().startsWith(event.substring(0, event.indexOf(" OK") + 3))) {
            throw new AssertionError(events);
        }
    }

    public void connect(int localPort, int peerPort) {
        request(ContextRequest.Kind.CONNECT, 0, -1, 88, address("0.0.0.0", localPort), address("10.0.0.2", peerPort), 0);
    }

    public void close(int connection) {
        request(ContextRequest.Kind.CLOSE, 0, connection, 0, null, null, 0);
    }

    public void abort(int connection) {
        request(ContextRequest.Kind.ABORT, 0, connection, 0, null, null, 0);
    }

    public void append(int flow, int bytes) {
        program.append(flow, bytes);
        digest(flow);
    }

    public void shutdown(int flow) {
        program.endStream(flow);
        digest(flow);
    }

    public static InetSocketAddress address(String host, int port) {
        return new InetSocketAddress(Ipv4Address.parse(host).toInetAddress(), port);
    }

    /** A passive connection on port 80 from 4000, no options; peer's next sequence number is 101. Returns our next. */
    public int accept() {
        listen(80);
        return accept(4000);
    }

    public int accept(int peerPort) {
        deliver(from(peerPort, 80).flags(TcpHeader.SYN).seq(100).mss(1460));
        int iss = field(sent.getLast(), "seq");
        sent.clear();
        deliver(from(peerPort, 80).seq(101).ack(iss + 1));
        events.clear();
        return iss + 1;
    }

    public static int field(String line, String name) {
        for (String word : line.split(" ")) {
            if (word.startsWith(name + "=")) {
                return Integer.parseInt(word.substring(name.length() + 1));
            }
        }
        throw new AssertionError(name + " not in " + line);
    }

    public String state() {
        return control.connections().stream().filter(c -> c.peer() != null).map(c -> c.state())
                .reduce((a, b) -> a + " " + b).orElse("");
    }

    // TransportHost

    @Override
    public Map<String, String> options() {
        return options;
    }

    @Override
    public Capacity capacity() {
        return new Capacity(1_000, 4);
    }

    @Override
    public PortInfo port() {
        return new PortInfo("fake", 0x02_00_00_00_00_01L, mtu, 1514, false, false, false);
    }

    @Override
    public Externs externs() {
        throw new UnsupportedOperationException("no program runs here");
    }

    @Override
    public FlowLookup lookup() {
        return new FlowLookup() {
            @Override
            public int lookup(SegmentMeta m) {
                lookups++;
                return flowOf.getOrDefault(
                        new Endpoints(m.localAddress(), m.localPort(), m.peerAddress(), m.peerPort()), 0);
            }

            @Override
            public int lookupLocal(SegmentMeta m) {
                throw new AssertionError("TCP has no flows without a peer");
            }
        };
    }

    @Override
    public PayloadDma dma() {
        throw new UnsupportedOperationException();
    }

    @Override
    public ContextQueue contextQueue() {
        throw new UnsupportedOperationException();
    }

    /** Contexts below 100 are one application's, the others one each. */
    @Override
    public boolean isOneApplications(int context, int other) {
        comparisons++;
        return context == other || context < 100 && other < 100;
    }

    @Override
    public FlowTable flows() {
        return this;
    }

    @Override
    public Contexts contexts() {
        return this;
    }

    @Override
    public byte[] secret() {
        return "0123456789abcdef".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }

    @Override
    public void hostControl(int flow, int operation, long nowNs) {
        if (!flows.contains(flow)) {
            throw new AssertionError("host control of flow " + flow + ", which is not allocated");
        }
        program.operation(flow, operation);
        digest(flow);
    }

    @Override
    public void drop(int reason) {
        drops.add(DropReason.values()[reason].name());
    }

    @Override
    public void lowerPathMtu(int peerAddress, int mtuBytes, long nowNs) {
        mtu = Math.min(mtu, mtuBytes);
    }

    @Override
    public Path path(int peerAddress) {
        return routed ? new Path(LOCAL, mtu, routeOptions) : null;
    }

    @Override
    public boolean isLocal(int address) {
        return address == LOCAL || address == 0;
    }

    // FlowTable

    @Override
    public int allocate() {
        if (flows.size() >= maxFlows) {
            return 0;
        }
        flows.add(++lastFlow);
        return lastFlow;
    }

    @Override
    public boolean insert(int flow, int localAddress, int localPort, int peerAddress, int peerPort) {
        return flowOf.putIfAbsent(new Endpoints(localAddress, localPort, peerAddress, peerPort), flow) == null;
    }

    @Override
    public void release(int flow) {
        if (!flows.remove((Integer) flow)) {
            throw new AssertionError("flow " + flow + " released twice");
        }
        flowOf.values().remove(flow);
        program.states.remove(flow);
    }

    @Override
    public int size() {
        return flows.size();
    }

    // Contexts

    @Override
    public int open(int context, int flow, InetSocketAddress local, InetSocketAddress peer) {
        if (connections.size() >= maxConnections) {
            return NONE;
        }
        connections.add(++lastConnection);
        return lastConnection;
    }

    @Override
    public int openMessages(int context, int flow, InetSocketAddress local) {
        throw new AssertionError("TCP has no message sockets");
    }

    @Override
    public int connections(int context) {
        return loads.getOrDefault(context, 0);
    }

    @Override
    public int receiveBytes(int context) {
        return receiveBytes;
    }

    @Override
    public int transmitBytes(int context) {
        return 256 << 10;
    }

    @Override
    public int receiveRing(int context, int connection, int bytes) {
        receiveRing = bytes == 0 ? receiveRing : Math.min(bytes, receiveBytes);
        return receiveRing;
    }

    @Override
    public void transmitRing(int context, int connection, int bytes) {
        transmitRing = bytes;
    }

    @Override
    public int unacknowledged(int context, int connection) {
        for (TcpConnectionState s : program.states.values()) {
            if (s.connection == connection) {
                return s.sndReady + s.sndNxt - s.sndUna - (s.finSent && s.sndUna != s.sndMax ? 1 : 0);
            }
        }
        return 0;
    }

    @Override
    public int unread(int context, int connection) {
        return program.states.values().stream().filter(s -> s.connection == connection).mapToInt(s -> s.rcvBuffer - s.rcvFree).sum();
    }

    @Override
    public void listening(int context, long opaque, Status status, int listener, InetSocketAddress local) {
        events.add("listening ctx=" + context + " opaque=" + opaque + " " + status + " " + listener + " "
                + local.getPort());
    }

    @Override
    public void connected(int context, int connection, long opaque, Status status) {
        events.add("connected ctx=" + context + " conn=" + connection + " opaque=" + opaque + " " + status);
    }

    @Override
    public void accepted(int context, int connection, long opaque) {
        events.add("accepted ctx=" + context + " conn=" + connection + " opaque=" + opaque);
    }

    @Override
    public void notAccepted(int context, long opaque, Status status) {
        events.add("not accepted ctx=" + context + " opaque=" + opaque + " " + status);
    }

    @Override
    public int move(int context, int connection, int target, InetSocketAddress local, InetSocketAddress peer) {
        int moved = open(target, 0, local, peer);
        if (moved != NONE) {
            connections.remove((Integer) connection);
        }
        return moved;
    }

    @Override
    public void failed(int context, int connection, Status status) {
        events.add("failed ctx=" + context + " conn=" + connection + " " + status);
    }

    @Override
    public void release(int context, int connection) {
        if (!connections.remove((Integer) connection)) {
            throw new AssertionError("connection " + connection + " released twice");
        }
        events.add("released ctx=" + context + " conn=" + connection);
    }
}

package org.millrace.runtime.transport;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.millrace.api.context.Contexts;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.hardware.HostServices;
import org.millrace.api.pipeline.Externs;
import org.millrace.api.port.PortInfo;
import org.millrace.api.transport.ReceivedPacket;
import org.millrace.api.transport.TransportFactory.Service;
import org.millrace.api.transport.TransportHost;
import org.millrace.net.IpLayer;
import org.millrace.net.Route;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;
import org.millrace.runtime.tenant.FlowHeaders;

/** What one transport gets of the data parts. Owned by: the data-path thread. */
public final class RuntimeHost implements TransportHost {
    private final PathParts parts;
    private final TransportChoice choice;
    private final PortInfo port;
    private final int protocol;
    private final FlowMap flows;
    private final TransportContexts contexts;
    private final FlowHeaders headers;
    private final byte[] secret;
    private Externs externs;
    private LoadedTransport<?> transport;

    public RuntimeHost(PathParts parts, TransportChoice choice, PortInfo port, FlowMap flows, FlowHeaders headers,
                       TransportContexts contexts, byte[] secret) {
        this.parts = parts;
        this.choice = choice;
        this.port = port;
        protocol = choice.factory().protocol();
        this.flows = flows;
        this.headers = headers;
        this.contexts = contexts;
        this.secret = secret;
    }

    /** {@return the host of another transport in the same place: same flows, headers of frames, contexts, secret} */
    public RuntimeHost successor(TransportChoice other, PortInfo otherPort) {
        return new RuntimeHost(parts, other, otherPort, flows, headers, contexts, secret);
    }

    /** Completes the host once the program is loaded. */
    void attach(LoadedTransport<?> loaded) {
        transport = loaded;
    }

    public String name() {
        return choice.factory().name();
    }

    FlowHeaders headers() {
        return headers;
    }

    public TransportChoice choice() {
        return choice;
    }

    int protocol() {
        return protocol;
    }

    Set<Service> services() {
        return choice.factory().services();
    }

    /** {@return its number as applications know it, from 0} */
    int position() {
        return contexts.transport();
    }

    @Override
    public Map<String, String> options() {
        return choice.options();
    }

    @Override
    public Capacity capacity() {
        return parts.capacity();
    }

    @Override
    public PortInfo port() {
        return port;
    }

    /** Offers the services of the hardware that the transport is to run on; before it is made. */
    void offer(HardwareBackend hardware) {
        externs = hardware.externs(new HostServices(flows, parts.transfer(), parts.transfer(), parts.contexts(),
            ByteBuffer.wrap(secret).getLong(), headers), parts.capacity());
    }

    @Override
    public Externs externs() {
        return externs;
    }

    @Override
    public FlowMap flows() {
        return flows;
    }

    @Override
    public Contexts contexts() {
        return contexts;
    }

    @Override
    public byte[] secret() {
        return secret.clone();
    }

    @Override
    public boolean send(int localAddress, int peerAddress, int tos, MemorySegment segment, long offset, int length,
                        long nowNs) {
        transport.counters.controlSegmentsSent++;
        return parts.ip().send(localAddress, peerAddress, protocol, tos, segment, offset, length, nowNs);
    }

    @Override
    public void dscp(int flow, int dscp) {
        headers.dscp(flow, dscp);
    }

    @Override
    public void hostControl(int flow, int operation, long nowNs) {
        transport.hostControl(flow, operation, nowNs);
    }

    @Override
    public void resubmit(ReceivedPacket packet, long nowNs) {
        int frame = parts.frames().share(packet);
        if (frame != 0) {
            transport.receive(packet, frame, nowNs);
        }
    }

    @Override
    public void drop(int reason) {
        parts.counters().drop(reason);
    }

    @Override
    public void lowerPathMtu(int peerAddress, int mtuBytes, long nowNs) {
        parts.ip().lowerPathMtu(peerAddress, mtuBytes, nowNs);
        parts.place().others().lowerPathMtu(peerAddress, mtuBytes);
    }

    @Override
    public Path path(int peerAddress) {
        IpLayer ip = parts.ip();
        if (ip.isBroadcast(peerAddress)) {
            return null; // RFC 9293 MUST-46, MUST-57: a peer is one host
        }
        Optional<Route> route = ip.route(peerAddress);
        return route.map(r -> new Path(ip.sourceAddress(peerAddress), ip.mtu(peerAddress), r.options())).orElse(null);
    }

    @Override
    public boolean isHome(int peerAddress, int peerPort, int localAddress, int localPort) {
        return parts.place().isHome(peerAddress, peerPort, localAddress, localPort);
    }

    @Override
    public boolean isLocal(int address) {
        return address == 0 || parts.ip().isLocal(address);
    }
}

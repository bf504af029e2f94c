package org.millrace.udp;

import java.util.List;
import org.millrace.api.pipeline.FlowScheduler;
import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.OpenState;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StateHandle;
import org.millrace.api.pipeline.StateTables;
import org.millrace.api.pipeline.Workflow;
import org.millrace.api.transport.TransportHost;
import org.millrace.wire.Ipv4Header;
import org.millrace.wire.UdpHeader;

/** Two stages on the way in, one on the way out, no scheduler: a message goes out when it is asked for. */
final class UdpProgram implements Program<SegmentMeta> {
    private final Lookup lookup;
    private final Socket socket;
    private final UdpCodec codec = new UdpCodec();
    private StateTables states;
    private StateHandle<SocketState> socketState;

    UdpProgram(TransportHost host) {
        lookup = new Lookup(host.lookup());
        socket = new Socket(host.contextQueue(), host.dma(),
            host.port().mtuBytes() - Ipv4Header.MIN_LENGTH - UdpHeader.LENGTH);
    }

    /** Makes a flow a socket. */
    void bind(int flow, BoundSocket bound) {
        try (OpenState open = states.open(flow)) {
            SocketState state = open.state(socketState);
            state.context(bound.context());
            state.connection(bound.connection());
            state.localAddress(bound.address());
            state.localPort(bound.port());
        }
    }

    @Override
    public String name() {
        return "udp";
    }

    @Override
    public SegmentMeta newMeta() {
        return new SegmentMeta();
    }

    @Override
    public List<Stage<? super SegmentMeta, ?>> stages(Workflow workflow) {
        return switch (workflow) {
            case RX -> List.of(lookup, socket);
            case HC -> List.of(socket);
            case TX, MIRROR -> List.of();
        };
    }

    @Override
    public HeaderCodec<SegmentMeta> codec() {
        return codec;
    }

    @Override
    public FlowScheduler scheduler() {
        return FlowScheduler.NONE;
    }

    @Override
    public void loaded(StateTables tables) {
        states = tables;
        socketState = tables.handle(socket);
    }
}

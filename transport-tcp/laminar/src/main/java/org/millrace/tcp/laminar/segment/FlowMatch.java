package org.millrace.tcp.laminar.segment;

import java.util.List;
import org.millrace.api.pipeline.FlowLookup;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.wire.TcpHeader;

/** First of RX (§5.2, ingress): what is a data-path segment, and whose. */
public final class FlowMatch implements Stage<LaminarMeta, State.None> {
    private static final StageSpec<State.None> SPEC = StageSpec.stateless("flow", List.of(FlowLookup.class));

    private final FlowLookup lookup;

    public FlowMatch(FlowLookup lookup) {
        this.lookup = lookup;
    }

    @Override
    public StageSpec<State.None> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, State.None state, long nowNs) {
        int flow = lookup.lookup(meta);
        if (flow == 0) {
            return Verdict.control(TcpProgram.NO_FLOW);
        }
        meta.flow(flow);
        int flags = meta.flags();
        if ((flags & (TcpHeader.SYN | TcpHeader.RST | TcpHeader.ACK)) != TcpHeader.ACK) {
            return Verdict.control(TcpProgram.NOT_DATA_PATH);
        }
        int fin = flags & TcpHeader.FIN;
        meta.fin(fin);
        meta.end(meta.seq() + meta.payloadLength() + fin);
        meta.eceReceived((flags & TcpHeader.ECE) >>> 6);
        return Verdict.NEXT;
    }
}

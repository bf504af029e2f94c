package org.millrace.tcp.flextoe;

import static org.millrace.wire.TcpHeader.ACK;
import static org.millrace.wire.TcpHeader.RST;
import static org.millrace.wire.TcpHeader.SYN;

import java.util.List;
import org.millrace.api.pipeline.FlowLookup;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.control.program.TcpProgram;

/** RX pre-processing (§4.3.1.3): filters what is not a data-path segment (Val), finds the flow (Id). */
final class ReceivePreprocess implements Stage<FlexMeta, State.None> {
    private static final StageSpec<State.None> SPEC = StageSpec.stateless("receive-pre", List.of(FlowLookup.class));

    private final FlowLookup lookup;

    ReceivePreprocess(FlowLookup lookup) {
        this.lookup = lookup;
    }

    @Override
    public StageSpec<State.None> spec() {
        return SPEC;
    }

    @Override
    public long process(FlexMeta meta, State.None state, long nowNs) {
        int flow = lookup.lookup(meta);
        if (flow == 0) {
            return Verdict.control(TcpProgram.NO_FLOW);
        }
        meta.flow(flow);
        if ((meta.flags() & (SYN | RST | ACK)) != ACK) {
            return Verdict.control(TcpProgram.NOT_DATA_PATH);
        }
        return Verdict.NEXT;
    }
}

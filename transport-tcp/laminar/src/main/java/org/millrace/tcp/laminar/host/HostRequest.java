package org.millrace.tcp.laminar.host;

import java.util.List;
import org.millrace.api.pipeline.HostPart;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.tcp.laminar.transmit.TransmitHeads;

/** SYNC towards the transmit head (§5.3.2.1): bytes appended, the end of the stream, going back, and new credits. */
public final class HostRequest implements Stage<LaminarMeta, State.None> {
    private static final StageSpec<State.None> SPEC = StageSpec.perFlow("sync", StageSpec.Concurrency.FLOW_ATOMIC,
        State.None::new, List.of(HostPart.class));

    private final TransmitHeads heads;

    public HostRequest(TransmitHeads heads) {
        this.heads = heads;
    }

    @Override
    public StageSpec<State.None> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, State.None state, long nowNs) {
        int flow = meta.flow();
        int operation = meta.operation();
        if (operation == TcpProgram.RETRANSMIT) {
            heads.goBack(flow);
        } else if (operation == TcpProgram.OVERRIDE) {
            heads.override(flow);
        } else {
            heads.append(flow, meta.txBump(), operation == TcpProgram.CLOSE || operation == TcpProgram.FINISH
                || (meta.hostFlags() & SegmentMeta.HOST_FIN) != 0);
        }
        boolean sending = heads.schedule(flow, nowNs);
        if (!sending && meta.max() == meta.una() && heads.ready(flow) != 0) {
            meta.digest(TcpProgram.DIGEST_ACTIVE);                              // zero window: the persist timer
            return Verdict.NEXT | Verdict.DIGEST;
        }
        return Verdict.NEXT;
    }
}

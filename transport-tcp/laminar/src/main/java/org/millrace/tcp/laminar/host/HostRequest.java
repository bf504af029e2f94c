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
        int operation = meta.operation();
        int last = operation == TcpProgram.CLOSE || operation == TcpProgram.FINISH
            || (meta.hostFlags() & SegmentMeta.HOST_FIN) != 0 ? 1 : 0;
        heads.request(meta.flow(), operation, meta.txBump(), last, nowNs);
        if (meta.max() == meta.una() && (last | meta.txBump()) != 0) {
            meta.digest(TcpProgram.DIGEST_ACTIVE);                              // the persist timer, should the window be zero
            return Verdict.NEXT | Verdict.DIGEST;
        }
        return Verdict.NEXT;
    }
}

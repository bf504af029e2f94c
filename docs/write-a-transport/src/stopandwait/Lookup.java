package stopandwait;

import java.util.List;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.FlowLookup;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;

/** RX: finds the socket that a segment is for. Its number is the flow, the key of the next stage's state. */
final class Lookup implements Stage<SegmentMeta, State.None> {
    private static final StageSpec<State.None> SPEC = StageSpec.stateless("lookup", List.of(FlowLookup.class));

    private final FlowLookup table;

    Lookup(FlowLookup table) {
        this.table = table;
    }

    @Override
    public StageSpec<State.None> spec() {
        return SPEC;
    }

    @Override
    public long process(SegmentMeta meta, State.None state, long nowNs) {
        meta.flow(table.lookupLocal(meta));
        return meta.flow() == 0 ? Verdict.drop(DropReason.NO_FLOW.code()) : Verdict.NEXT;
    }
}

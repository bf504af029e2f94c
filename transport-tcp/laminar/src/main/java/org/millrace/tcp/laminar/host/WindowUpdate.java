package org.millrace.tcp.laminar.host;

import java.util.List;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.laminar.segment.LaminarMeta;

/** HC: what is asked, and how much gain of window is worth a segment: a quarter of what can be offered, or two segments
 * when the peer has less than that left; none if the window field cannot say more than it did. */
public final class WindowUpdate implements Stage<LaminarMeta, State.None> {
    private static final int NEVER = 1 << 30; // more than a window can be

    private static final StageSpec<State.None> SPEC = StageSpec.stateless("rx-update", List.of());

    @Override
    public StageSpec<State.None> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, State.None state, long nowNs) {
        int operation = meta.operation();
        if (operation == TcpProgram.ACK || operation == TcpProgram.PROBE) {
            meta.answer(1);
        }
        int left = meta.edge() - meta.rxBump() - meta.next();
        if (left - meta.windowStep() < 0) {
            meta.updateAt(meta.edge() - meta.windowStep());
        } else if (left - meta.windowMost() < 0) {
            meta.updateAt(meta.edge() - meta.windowQuarter());
        } else {
            meta.updateAt(meta.edge() - NEVER);
        }
        return Verdict.NEXT;
    }
}

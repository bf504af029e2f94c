package org.millrace.tcp.laminar.segment;

import java.util.List;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Timestamps;
import org.millrace.api.pipeline.Verdict;

/** Reads the clocks that timestamps and round trips count in. */
public final class ClockRead implements Stage<LaminarMeta, State.None> {
    private static final StageSpec<State.None> SPEC = StageSpec.stateless("clock", List.of(Timestamps.class));

    private final Timestamps clock;

    public ClockRead(Timestamps clock) {
        this.clock = clock;
    }

    @Override
    public StageSpec<State.None> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, State.None state, long nowNs) {
        meta.nowMs(clock.milliseconds(nowNs));
        meta.nowUs(clock.microseconds(nowNs) | 1);
        return Verdict.NEXT;
    }
}

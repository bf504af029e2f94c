package org.millrace.tofino;

import java.util.ArrayList;
import java.util.List;
import org.millrace.api.pipeline.FlowScheduler;
import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.MirrorSession;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.StateTables;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;

/** A program with a stage more: it counts what is received of each flow. */
record WithCounter<M extends SegmentMeta>(Program<M> program) implements Program<M> {
    private static final PacketCounter COUNTER = new PacketCounter();

    /** Counts items. */
    static final class PacketCounter implements Stage<SegmentMeta, PacketCounter.Count> {
        private static final StageSpec<Count> SPEC =
            StageSpec.perFlow("packet-counter", StageSpec.Concurrency.COMMUTATIVE, Count::new, List.of());

        /** Items of the flow. */
        static final class Count extends State {
            int items() {
                return i32(0);
            }

            void one() {
                add(0, 1);
            }
        }

        @Override
        public StageSpec<Count> spec() {
            return SPEC;
        }

        @Override
        public long process(SegmentMeta meta, Count state, long nowNs) {
            state.one();
            return Verdict.NEXT;
        }
    }

    @Override
    public String name() {
        return program.name();
    }

    @Override
    public M newMeta() {
        return program.newMeta();
    }

    @Override
    public List<Stage<? super M, ?>> stages(Workflow workflow) {
        List<Stage<? super M, ?>> stages = new ArrayList<>(program.stages(workflow));
        if (workflow == Workflow.RX) {
            stages.add(2, COUNTER);
        }
        return stages;
    }

    @Override
    public HeaderCodec<M> codec() {
        return program.codec();
    }

    @Override
    public FlowScheduler scheduler() {
        return program.scheduler();
    }

    @Override
    public List<MirrorSession> mirrors() {
        return program.mirrors();
    }

    @Override
    public void loaded(StateTables states) {
        program.loaded(states);
    }
}

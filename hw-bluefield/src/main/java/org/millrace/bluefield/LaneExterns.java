package org.millrace.bluefield;

import java.util.List;
import java.util.function.Function;
import org.millrace.api.hardware.HostServices;
import org.millrace.api.hardware.PayloadMove;
import org.millrace.api.pipeline.ContextQueue;
import org.millrace.api.pipeline.Externs;
import org.millrace.api.pipeline.FlowLookup;
import org.millrace.api.pipeline.FlowQueue;
import org.millrace.api.pipeline.HostPart;
import org.millrace.api.pipeline.KeyTable;
import org.millrace.api.pipeline.PayloadDma;
import org.millrace.api.pipeline.PriorityQueue;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.Recorder;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.Timestamps;
import org.millrace.api.pipeline.Workflow;
import org.millrace.code.ForeignExterns;
import org.millrace.execution.HandedOut;
import org.millrace.execution.staged.LaneDriver;
import org.millrace.execution.staged.LaneWork;

/** The services of one load of a program, beside lanes. Owned by: the thread that prepares the load. */
final class LaneExterns implements Externs {
    private final HandedOut out;
    private final Externs plain;
    private final HostServices runtime;
    /** Null: nothing is moved by lanes. */
    private final DmaLanes dma;
    private final boolean hasStages;

    LaneExterns(HandedOut out, Externs plain, HostServices runtime, LanePlan plan,
                Function<List<? extends LaneWork>, LaneDriver> drivers) {
        this.out = out;
        this.plain = plain;
        this.runtime = runtime;
        hasStages = plan.hasStages();
        int lanes = plan.lanes(LanePlan.Kind.DMA);
        dma = lanes == 0 || runtime.moves() == null ? null : new DmaLanes(lanes, drivers);
    }

    /** {@return the lanes that move a program's payload, or null} */
    static DmaLanes dmaOf(Program<?> program) {
        DmaLanes[] found = new DmaLanes[1];
        for (Workflow workflow : Workflow.values()) {
            for (Stage<?, ?> stage : program.stages(workflow)) {
                ForeignExterns.of(stage, extern -> {
                    found[0] = extern instanceof LaneDma dma ? dma.lanes() : found[0];
                    return true;
                }, BluefieldBackend.NAME);
            }
        }
        return found[0];
    }

    @Override
    public PayloadDma dma() {
        return dma == null ? plain.dma() : out.add(new LaneDma(runtime.dma(), runtime.moves(), dma, new PayloadMove()));
    }

    @Override
    public ContextQueue contextQueue() {
        return dma == null ? plain.contextQueue() : out.add(new LaneNotices(runtime.contextQueue(), dma));
    }

    @Override
    public FlowLookup lookup() {
        return plain.lookup();
    }

    @Override
    public Timestamps timestamps() {
        return plain.timestamps();
    }

    @Override
    public FlowQueue flowQueue() {
        return hasStages ? out.add(new LaneQueue(plain.flowQueue())) : plain.flowQueue();
    }

    @Override
    public PriorityQueue priorityQueue() {
        return plain.priorityQueue();
    }

    @Override
    public KeyTable keyTable(int keys) {
        return plain.keyTable(keys);
    }

    @Override
    public Recorder recorder(Recorder recorder) {
        return plain.recorder(recorder);
    }

    @Override
    public <H extends HostPart> H host(H part) {
        return plain.host(part);
    }
}

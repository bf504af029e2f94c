package org.millrace.agilio;

import java.util.IdentityHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.agilio.machine.Machine;
import org.millrace.agilio.model.Charge;
import org.millrace.agilio.model.CostTable;
import org.millrace.agilio.model.Memory;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.Recorder;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.code.count.CountedStage;
import org.millrace.execution.Step;

/**
 * What stages cost: by the table's rows if they are FlexTOE's, in proportion to what they execute; any other by what it executes
 * alone, with the codec's work beside it. Owned by: the thread that runs the machine.
 */
final class Costing {
    private static final String TABLED = "tcp-flextoe";
    private static final Workflow[] WORKFLOWS = Workflow.values();
    private static final CostTable TABLE = new CostTable();

    private final Machine machine;
    private final boolean isTabled;
    private final Map<Stage<?, ?>, CountedStage> counted = new IdentityHashMap<>();
    /** By stage, workflow and kind: how often, and operations of all together. */
    private final Map<String, long[]> executed = new TreeMap<>();

    Costing(Machine machine, Program<?> program) {
        this.machine = machine;
        isTabled = program.name().equals(TABLED);
        for (Workflow workflow : WORKFLOWS) {
            program.stages(workflow).forEach(stage -> counted.computeIfAbsent(stage, CountedStage::of));
        }
    }

    private static boolean hasPayload(SegmentMeta item) {
        return item.payloadLength() != 0;
    }

    private String key(Stage<?, ?> stage, SegmentMeta item) {
        return CostTable.key(stage.spec().name(), WORKFLOWS[item.workflow()], hasPayload(item));
    }

    /** {@return mean operations of an execution, by stage, workflow and kind, as the cost table's keys are} */
    Map<String, Double> operations() {
        Map<String, Double> means = new TreeMap<>();
        executed.forEach((key, sums) -> means.put(key, (double) sums[1] / sums[0]));
        return means;
    }

    /** Executes a stage, and charges for it. */
    long execute(Step<?, ?> step, SegmentMeta item, Charge charge, long nowNs) {
        if (!step.table().move(item, step.view())) {
            return step.run(item, nowNs);
        }
        String key = key(step.stage(), item);
        CostTable.Row row = isTabled ? TABLE.row(key) : null;
        CountedStage stage = counted.get(step.stage());
        long verdict;
        try {
            verdict = stage.process(item, step.view(), nowNs);
        } catch (RuntimeException | Error thrown) {
            verdict = step.failed(thrown);
        }
        int operations = stage.operations();
        long[] sums = executed.computeIfAbsent(key, k -> new long[2]);
        sums[0]++;
        sums[1] += operations;
        if (row == null) {
            charge.instructions(operations * TABLE.perOperation());
        } else {
            charge.instructions((double) row.instructions() * operations / row.operations());
            for (int i = 0; i < row.waits().size(); i++) {
                charge.access(row.waits().get(i));
            }
        }
        if (step.stage().spec().externs().contains(Recorder.class)) {
            int bytes = SegmentMeta.BYTES + machine.record().bytes();
            charge.instructions(machine.record().instructions() + (double) bytes / Integer.BYTES);
            charge.transfer(Memory.PCIE_WRITE, bytes);
        }
        if (!isTabled && Verdict.action(verdict) == Verdict.EMIT) {
            header(true, charge);
        }
        return verdict;
    }

    /** An item enters: its header is parsed. */
    void enters(SegmentMeta item, Charge charge) {
        if (!isTabled && item.workflow() == Workflow.RX.ordinal()) {
            header(false, charge);
        }
    }

    private static void header(boolean isWrite, Charge charge) {
        CostTable.Row row = TABLE.header(isWrite);
        charge.instructions(row.instructions());
        for (Memory wait : row.waits()) {
            charge.access(wait);
        }
    }
}

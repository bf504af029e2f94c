package org.millrace.code.check;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.hardware.FitReport;
import org.millrace.api.pipeline.FlowScheduler;
import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StateTables;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;

/** A program of given stages. Its parser sets ports and payload. */
record CheckedProgram(Map<Workflow, List<Stage<? super SegmentMeta, ?>>> workflows) implements Program<SegmentMeta> {
    private static final class Ports implements HeaderCodec<SegmentMeta> {
        @Override
        public long parse(MemorySegment frame, long frameOffset, int headerOffset, int length, boolean checksumValid,
                          SegmentMeta meta) {
            if (length < 8) {
                return Verdict.drop(1);
            }
            meta.peerPort(frame.get(ValueLayout.JAVA_BYTE, frameOffset));
            meta.localPort(2);
            meta.payloadOffset(headerOffset + 8);
            meta.payloadLength(length - 8);
            return Verdict.NEXT;
        }

        @Override
        public int write(SegmentMeta meta, MemorySegment header, long offset) {
            return 8;
        }

        @Override
        public int checksumOffset() {
            return 6;
        }

        @Override
        public int segmentSize(SegmentMeta meta) {
            return 1000;
        }
    }

    @SafeVarargs
    static List<String> faults(Stage<? super SegmentMeta, ?>... receive) {
        return faults(Workflow.RX, List.of(), receive);
    }

    @SafeVarargs
    static List<String> faults(Workflow workflow, List<Stage<?, ?>> added, Stage<? super SegmentMeta, ?>... stages) {
        Map<Workflow, List<Stage<? super SegmentMeta, ?>>> all = new EnumMap<>(Workflow.class);
        List<Stage<? super SegmentMeta, ?>> list = new ArrayList<>();
        for (Stage<? super SegmentMeta, ?> stage : stages) {
            list.add(stage);
        }
        all.put(workflow, list);
        return ProgramChecker.check(new CheckedProgram(all), added).stream().map(FitReport.Reason::toString).toList();
    }

    @Override
    public String name() {
        return "checked";
    }

    @Override
    public SegmentMeta newMeta() {
        return new SegmentMeta();
    }

    @Override
    public List<Stage<? super SegmentMeta, ?>> stages(Workflow workflow) {
        return workflows.getOrDefault(workflow, List.of());
    }

    @Override
    public HeaderCodec<SegmentMeta> codec() {
        return new Ports();
    }

    @Override
    public FlowScheduler scheduler() {
        return null;
    }

    @Override
    public void loaded(StateTables states) {
    }
}

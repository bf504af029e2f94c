package org.millrace.testkit;

import java.util.List;
import org.millrace.api.pipeline.MirrorSession;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec.Key;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.View;

/** One call of a stage, held to the rules that every stage is under. */
final class StageRun {
    private StageRun() {
    }

    /** Runs a stage; null state memory: it is unkeyed, its view is unplaced. */
    static <M extends SegmentMeta, S extends State> long run(Stage<? super M, S> stage, M meta, ViewMemory metaMemory,
            S state, ViewMemory stateMemory, List<MirrorSession> mirrors, long nowNs) {
        metaMemory.remember();
        if (stateMemory != null) {
            stateMemory.remember();
        }
        long verdict = process(stage, meta, state, nowNs);
        List<String> metaStrays = metaMemory.strayWrites();
        if (!metaStrays.isEmpty()) {
            fail(stage, "writes outside its metadata's fields: " + metaStrays);
        }
        if (stateMemory != null && !stateMemory.strayWrites().isEmpty()) {
            fail(stage, "writes outside its state's fields: " + stateMemory.strayWrites());
        }
        String fault = VerdictText.fault(verdict, mirrors);
        if (fault != null) {
            fail(stage, fault);
        }
        return verdict;
    }

    private static <M extends SegmentMeta, S extends State> long process(Stage<? super M, S> stage, M meta, S state,
                                                                         long nowNs) {
        try {
            return stage.process(meta, state, nowNs);
        } catch (RuntimeException e) {
            StackTraceElement[] trace = e.getStackTrace();
            boolean inView = trace.length > 0 && trace[0].getClassName().equals(View.class.getName());
            boolean unkeyed = stage.spec().key() == Key.NONE;
            throw new AssertionError(name(stage) + (e instanceof NullPointerException && inView && unkeyed
                ? "has no key and touches state" : "throws " + e), e);
        }
    }

    static int key(Stage<?, ?> stage, SegmentMeta meta) {
        return switch (stage.spec().key()) {
            case NONE -> 0;
            case FLOW, MESSAGE -> meta.flow();
            case CONTEXT -> meta.context();
        };
    }

    static void fail(Stage<?, ?> stage, String what) {
        throw new AssertionError(name(stage) + what);
    }

    private static String name(Stage<?, ?> stage) {
        return "stage " + stage.spec().name() + " ";
    }
}

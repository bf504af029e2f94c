package org.millrace.runtime.trace;

import org.millrace.api.pipeline.Recorder;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;

/**
 * A stage at a trace point: does what the stage does, and records what it has made of the item.
 *
 * @param stage    the stage
 * @param spec     the stage's, with the recorder among its externs
 * @param recorder where to
 * @param point    the point's number
 * @param <M>      the program's metadata
 * @param <S>      the stage's state
 */
record TracedStage<M extends SegmentMeta, S extends State>(Stage<? super M, S> stage, StageSpec<S> spec,
                                                           Recorder recorder, int point) implements Stage<M, S> {
    @Override
    public long process(M meta, S state, long nowNs) {
        long verdict = stage.process(meta, state, nowNs);
        recorder.record(meta, point, verdict, nowNs);
        return verdict;
    }
}

package org.millrace.runtime.trace;

import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.ProgramExtension;
import org.millrace.api.pipeline.SegmentMeta;

/**
 * Trace points as what a program goes through before it is admitted; off is not there.
 *
 * @param request which
 */
public record TracePoints(TraceRequest request) implements ProgramExtension {
    @Override
    public String name() {
        return "trace";
    }

    @Override
    public <M extends SegmentMeta> Program<M> extend(Program<M> program) {
        return request.isOn() ? new TracedProgram<>(program, request) : program;
    }
}

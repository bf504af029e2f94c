package org.millrace.runtime.swap;

import java.util.ArrayList;
import java.util.List;
import org.millrace.api.pipeline.ProgramExtension;
import org.millrace.api.pipeline.StageExtension;
import org.millrace.runtime.config.Running;
import org.millrace.runtime.extension.StageExtensions;
import org.millrace.runtime.trace.TracePoints;
import org.millrace.runtime.trace.TraceRequest;

/**
 * What an instance adds to whatever programs it runs, now and after any swap.
 *
 * @param stages stage extensions
 * @param trace  trace points; outermost, so that they see the extensions' stages too
 */
public record Additions(List<StageExtension> stages, TraceRequest trace) {
    public static final Additions NONE = new Additions(List.of(), TraceRequest.OFF);

    public Additions with(StageExtension extension) {
        List<StageExtension> more = new ArrayList<>(stages);
        more.add(extension);
        return new Additions(List.copyOf(more), trace);
    }

    public Additions without(StageExtension extension) {
        return new Additions(stages.stream().filter(other -> other != extension).toList(), trace);
    }

    public Additions with(TraceRequest points) {
        return new Additions(stages, points);
    }

    private List<ProgramExtension> toPrograms() {
        List<ProgramExtension> all = new ArrayList<>();
        if (!stages.isEmpty()) {
            all.add(new StageExtensions(stages));
        }
        if (trace.isOn()) {
            all.add(new TracePoints(trace));
        }
        return all;
    }

    /** {@return a request whose transports have these additions} */
    public SwapRequest onto(SwapRequest request) {
        SwapRequest result = request;
        for (int position : request.transports().keySet()) {
            result = result.transport(position, request.transports().get(position).with(toPrograms()));
        }
        return result;
    }

    /** {@return the request for all transports of a side as they are, with these additions} */
    public SwapRequest reload(Running side) {
        SwapRequest request = SwapRequest.KEEP;
        for (int position = 0; position < side.transports().size(); position++) {
            request = request.transport(position, side.transports().get(position));
        }
        return onto(request);
    }
}

package org.millrace.runtime;

import java.util.ArrayList;
import java.util.List;
import org.millrace.api.pipeline.ProgramExtension;
import org.millrace.api.pipeline.StageExtension;

/**
 * What an instance adds to whatever programs it runs, now and after any swap.
 *
 * @param stages stage extensions
 * @param trace  trace points; outermost, so that they see the extensions' stages too
 */
record Additions(List<StageExtension> stages, TraceRequest trace) {
    static final Additions NONE = new Additions(List.of(), TraceRequest.OFF);

    Additions with(StageExtension extension) {
        List<StageExtension> more = new ArrayList<>(stages);
        more.add(extension);
        return new Additions(List.copyOf(more), trace);
    }

    Additions without(StageExtension extension) {
        return new Additions(stages.stream().filter(other -> other != extension).toList(), trace);
    }

    Additions with(TraceRequest points) {
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
    SwapRequest onto(SwapRequest request) {
        SwapRequest result = request;
        for (int position : request.transports().keySet()) {
            result = result.transport(position, request.transports().get(position).with(toPrograms()));
        }
        return result;
    }

    /** {@return the request for all transports of a side as they are, with these additions} */
    SwapRequest reload(DataPath.Side side) {
        SwapRequest request = SwapRequest.KEEP;
        for (int position = 0; position < side.transports().size(); position++) {
            request = request.transport(position, side.transports().get(position));
        }
        return onto(request);
    }
}

package org.millrace.runtime.swap;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.millrace.api.pipeline.ProgramExtension;
import org.millrace.api.pipeline.StageExtension;
import org.millrace.runtime.config.Running;
import org.millrace.runtime.extension.StageExtensions;
import org.millrace.runtime.trace.TracePoints;
import org.millrace.runtime.trace.TraceRequest;

/**
 * What an instance adds to whatever programs it runs, now and after any swap.
 *
 * @param stages   stage extensions
 * @param trace    trace points; outermost, so that they see the extensions' stages too
 * @param fallible told of an extension whose stage has thrown
 */
public record Additions(List<StageExtension> stages, TraceRequest trace, BiConsumer<StageExtension, Throwable> fallible) {
    /** {@return these with other stage extensions} */
    public Additions with(List<StageExtension> others) {
        return new Additions(List.copyOf(others), trace, fallible);
    }

    public Additions with(TraceRequest points) {
        return new Additions(stages, points, fallible);
    }

    private List<ProgramExtension> toPrograms() {
        List<ProgramExtension> all = new ArrayList<>();
        if (!stages.isEmpty()) {
            all.add(new StageExtensions(stages, fallible));
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

    /** {@return the request for a side as it is, its additions too} */
    public static SwapRequest exactly(Running side) {
        return all(SwapRequest.KEEP.hardware(side.hardware()), side);
    }

    /** {@return the request for all transports of a side as they are, with these additions} */
    public SwapRequest reload(Running side) {
        return onto(all(SwapRequest.KEEP, side));
    }

    private static SwapRequest all(SwapRequest begun, Running side) {
        SwapRequest request = begun;
        for (int position = 0; position < side.transports().size(); position++) {
            request = request.transport(position, side.transports().get(position));
        }
        return request;
    }
}

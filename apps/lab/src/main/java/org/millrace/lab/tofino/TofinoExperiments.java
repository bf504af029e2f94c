package org.millrace.lab.tofino;

import java.util.List;
import org.millrace.lab.experiment.Experiment;

/** The experiments of this room. */
public final class TofinoExperiments {
    private TofinoExperiments() {
    }

    /** {@return them, in the order in which they are listed} */
    public static List<Experiment> all() {
        return List.of(new UnloadedLatency(), new LoadLatency(), new PipeScalability(), new SegmentSizes(), new Drops(), new ShapedIncast(), new Isolation());
    }
}

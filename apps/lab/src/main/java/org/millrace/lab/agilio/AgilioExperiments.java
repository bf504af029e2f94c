package org.millrace.lab.agilio;

import java.util.List;
import org.millrace.lab.experiment.Experiment;

/** The experiments of this room. */
public final class AgilioExperiments {
    private AgilioExperiments() {
    }

    /** {@return them, in the order in which they are listed} */
    public static List<Experiment> all() {
        return List.of(new Flexibility(), new Parallelism(), new Congestion(), new SaturatedServer(), new Latency(), new LargeCalls(), new Scalability(),
            new Losses(), new Shares(), new Bottleneck());
    }
}

package org.millrace.lab.fabric;

import java.util.List;
import org.millrace.lab.experiment.Experiment;

/** The experiments of this room. */
public final class FabricExperiments {
    private FabricExperiments() {
    }

    /** {@return them, in the order in which they are listed} */
    public static List<Experiment> all() {
        return List.of(new QueueExperiment(), new HomaExperiment(1), new HomaExperiment(2), new HomaExperiment(3), new HomaExperiment(4),
            new HomaExperiment(5), new IncastExperiment(), new BulkExperiment(), new ReassemblyExperiment());
    }
}

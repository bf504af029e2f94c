package org.millrace.lab.live;

import java.util.List;
import org.millrace.lab.experiment.Experiment;

/** The experiments of this room. */
public final class LiveExperiments {
    private LiveExperiments() {
    }

    /** {@return them, in the order in which they are listed} */
    public static List<Experiment> all() {
        return List.of(new LossSweep(), new Fairness());
    }
}

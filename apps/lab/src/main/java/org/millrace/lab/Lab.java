package org.millrace.lab;

import java.util.List;
import java.util.stream.Stream;
import org.millrace.lab.agilio.AgilioExperiments;
import org.millrace.lab.cores.CoresExperiment;
import org.millrace.lab.experiment.Experiment;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.fabric.FabricExperiments;
import org.millrace.lab.live.LiveExperiments;
import org.millrace.lab.tofino.TofinoExperiments;

/** All experiments. */
public final class Lab {
    private Lab() {
    }

    /** {@return them, in the order in which they are listed; names are unique} */
    public static List<Experiment> experiments() {
        return Stream.of(FabricExperiments.all(), AgilioExperiments.all(), TofinoExperiments.all(), List.<Experiment>of(new CoresExperiment()),
            LiveExperiments.all()).flatMap(List::stream).toList();
    }

    /**
     * {@return an experiment}
     *
     * @param name its name
     * @throws LabException if there is none of that name
     */
    public static Experiment experiment(String name) throws LabException {
        return experiments().stream().filter(experiment -> experiment.name().equals(name)).findFirst()
            .orElseThrow(() -> new LabException("no experiment is named " + name + "; there are "
                + String.join(", ", experiments().stream().map(Experiment::name).toList())));
    }
}

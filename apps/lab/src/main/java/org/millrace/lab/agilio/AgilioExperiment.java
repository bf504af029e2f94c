package org.millrace.lab.agilio;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.millrace.agilio.machine.Machine;
import org.millrace.agilio.machine.Mapping;
import org.millrace.execution.machine.MachineFileException;
import org.millrace.lab.experiment.Experiment;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Parameter;
import org.millrace.lab.experiment.Run;

/** What experiments on the modelled machine have in common: its figures and its mapping may be set. */
abstract class AgilioExperiment implements Experiment {
    static final String FITTED = "one factor, fpc.factor-percent, on Table 4.4's row \"+ Intra-FPC parallelism\"; nothing here";
    /** The testbed's link; with a client whose own delays are in the link's. */
    static final Wire.Shape LINK = new Wire.Shape(40_000, 3_000, 1 << 20, 1 << 18, 0);
    /** The same between two modelled hosts: link and switch alone. What waits at a sender is in its CTM, 64 buffers on each of 4 islands. */
    static final Wire.Shape BETWEEN = new Wire.Shape(40_000, 1_000, Long.MAX_VALUE, Long.MAX_VALUE, 0, 256);
    /** The rate of payload on a full link: 1,448 of 1,538 bytes. */
    static final double LINE_GBIT = 40.0 * 1_448 / 1_538;
    /** From a call's arrival at a server's application to its answer. */
    static final long HOST_NS = 1_500;

    private final String name;
    private final String reproduces;
    private final int calls;

    AgilioExperiment(String name, String reproduces, int calls) {
        this.name = name;
        this.reproduces = reproduces;
        this.calls = calls;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final String reproduces() {
        return reproduces;
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>(List.of(
            Parameter.group("machine.", "a number of the machine file, hw-agilio's nfp4000.machine"),
            Parameter.group("mapping.", "a value of the mapping file, hw-agilio's fig-4.8.mapping")));
        if (calls > 0) {
            all.add(Parameter.whole("calls", calls, 100, 100_000_000, "calls that are counted in each run"));
        }
        return all;
    }

    @Override
    public final boolean takesMachine() {
        return true;
    }

    @Override
    public final boolean takesMapping() {
        return true;
    }

    @Override
    public final Set<String> parts() {
        return Set.of("islands", "replication", "threads", "pipelining", "sequencing");
    }

    static int calls(Run run) {
        return (int) run.whole("calls");
    }

    /** {@return the machine that is asked for} */
    static Machine machine(Run run) throws LabException {
        Map<String, String> set = run.under("machine.");
        try {
            return Machine.parse(run.machine().orElseGet(Machine::shipped), set);
        } catch (MachineFileException e) {
            throw new LabException(e.getMessage());
        }
    }

    /** {@return the mapping that is asked for; a file of the user's is as it is}
     * @param stated what the text states for this experiment */
    static Mapping mapping(Run run, Map<String, String> stated) throws LabException {
        Map<String, String> set = new HashMap<>(run.mapping().isPresent() ? Map.of() : stated);
        set.putAll(run.under("mapping."));
        try {
            Mapping mapping = Mapping.parse(run.mapping().orElseGet(Mapping::shipped), set);
            for (String part : List.of("islands", "replication", "threads", "pipelining", "sequencing")) {
                mapping = run.isWithout(part) ? mapping.without(part) : mapping;
            }
            return mapping;
        } catch (MachineFileException e) {
            throw new LabException(e.getMessage());
        }
    }

    static EchoWorld world(Machine machine, Mapping mapping, EchoWorld.Load load, Wire.Shape shape, long seed) throws LabException {
        return world(machine, mapping, load, shape, seed, EchoWorld.Software.PUBLISHED);
    }

    static EchoWorld world(Machine machine, Mapping mapping, EchoWorld.Load load, Wire.Shape shape, long seed, EchoWorld.Software software)
            throws LabException {
        try {
            return new EchoWorld(machine, mapping, load, shape, seed, software);
        } catch (IllegalArgumentException e) {
            throw new LabException(e.getMessage()); // the program does not fit: the reason
        }
    }
}

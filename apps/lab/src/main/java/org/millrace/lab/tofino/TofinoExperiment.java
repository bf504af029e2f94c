package org.millrace.lab.tofino;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.millrace.execution.machine.MachineFileException;
import org.millrace.lab.experiment.Experiment;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Parameter;
import org.millrace.lab.experiment.Run;
import org.millrace.tofino.machine.Machine;

/** What experiments on the modelled pipe have in common: the testbed (§5.4, §5.5), whose figures may be set. */
abstract class TofinoExperiment implements Experiment {
    /** §5.5.1.3: 1.2 packets a nanosecond; a mirrored packet is back after what §5.4 says of a recirculated one, 750 ns. */
    private static final Map<String, String> STATED = Map.of("pipe.packet-clock-mhz", "1200", "mirror.reentry-cycles", "900");
    static final long HOST_MBIT = 100_000; // §5.5
    /** Nothing is published of timeouts. */
    private static final String LEAST_RTO_MS = "1";
    private static final Map<String, String> LAMINAR = Map.of("congestion", "dctcp", "rto-min-ms", LEAST_RTO_MS);
    private static final Map<String, String> LIKE_TAS = Map.of("profile", "dissertation", "rto-min-ms", LEAST_RTO_MS);
    static final String SOFTWARE = "software hosts: FlexTOE as published (go-back-N, an acknowledgement a segment, one interval) in the place of TAS, whose data path "
        + "takes no time but host-ns each way";

    private final String name;
    private final String reproduces;

    TofinoExperiment(String name, String reproduces) {
        this.name = name;
        this.reproduces = reproduces;
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
    public final boolean takesMachine() {
        return true;
    }

    @Override
    public final List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>(own());
        all.addAll(List.of(Parameter.group("machine.", "a number of the machine file, hw-tofino's tofino2.machine; the testbed's are pipe.packet-clock-mhz=1200, "
                + "mirror.reentry-cycles=900, but with --machine, whose file is as it is"),
            Parameter.whole("recirculation-ports", 3, 1, 64, "of 100 Gbit/s each (5.4)"),
            Parameter.whole("recirculation-ns", 750, 0, 1_000_000, "of a recirculated pass (5.4)"),
            Parameter.whole("host-ns", 1_000, 0, 1_000_000, "each way between the switch and an application: NIC, PCIe, polling; not published, a guess"),
            Parameter.whole("message-ps", 25_000, 0, 1_000_000, "of the NIC for each message each way: 40 million calls a second (Fig. 5.9)")));
        return all;
    }

    /** {@return what can be set for this one} */
    abstract List<Parameter> own();

    static Rack rack(Run run) throws LabException {
        try {
            return new Rack(new Rack.Plan(machine(run), Link.Shape.of((int) run.whole("recirculation-ports"), HOST_MBIT,
                run.whole("recirculation-ns") * 1_000), run.seed()));
        } catch (MachineFileException e) {
            throw new LabException(e.getMessage());
        }
    }

    /** The testbed's, or that of the user's file, which is as it is. */
    private static Machine machine(Run run) {
        Map<String, String> set = new HashMap<>(run.machine().isPresent() ? Map.of() : STATED);
        set.putAll(run.under("machine."));
        return Machine.parse(run.machine().orElseGet(Machine::shipped), set);
    }

    static RackHost.Nic nic(Run run) {
        return new RackHost.Nic(run.whole("message-ps"), run.whole("host-ns") * 1_000, link(run), link(run));
    }

    /** {@return a software host's link, with its NIC and its stack behind} */
    static Link.Shape link(Run run) {
        return Link.Shape.of(1, HOST_MBIT, run.whole("host-ns") * 1_000);
    }

    static RackHost.Size laminar(int contexts, int connections, int bufferBytes) {
        return new RackHost.Size(contexts, connections, bufferBytes, 1_500, LAMINAR);
    }

    static RackHost.Size likeTas(int contexts, int connections, int bufferBytes) {
        return new RackHost.Size(contexts, connections, bufferBytes, 1_500, LIKE_TAS);
    }
}

package org.millrace.agilio;

import java.util.Map;
import java.util.function.Consumer;
import org.millrace.agilio.machine.Machine;
import org.millrace.agilio.machine.Mapping;
import org.millrace.agilio.model.ChargedExterns;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.FitReport;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.hardware.HostServices;
import org.millrace.api.hardware.Outlet;
import org.millrace.api.hardware.Pipeline;
import org.millrace.api.pipeline.Externs;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.execution.HandedOut;

/** An Agilio CX, as a model of its NFP-4000: runs a program's own stages on modelled cores. Any thread. */
public class AgilioBackend implements HardwareBackend {
    /** Its name in configurations. */
    public static final String NAME = "hw-agilio";

    private static final HandedOut EXTERNS = new HandedOut();

    private final Machine machine;
    private final Mapping mapping;
    private final boolean isOnCallersClock;
    private final Consumer<MachineView> loaded;

    /** Makes one with the shipped machine and mappings, for live traffic. */
    public AgilioBackend() {
        this(Machine.nfp4000(), null, false, view -> { });
    }

    private AgilioBackend(Machine machine, Mapping mapping, boolean isOnCallersClock, Consumer<MachineView> loaded) {
        this.machine = machine;
        this.mapping = mapping;
        this.isOnCallersClock = isOnCallersClock;
        this.loaded = loaded;
    }

    /**
     * {@return one whose machine's cycles are those of the time it is told, for experiments on a virtual clock}
     *
     * @param machine its figures
     * @param mapping where stages run; null: the shipped one that fits the program
     * @param loaded  is shown each machine that a program is loaded into
     */
    public static AgilioBackend onCallersClock(Machine machine, Mapping mapping, Consumer<MachineView> loaded) {
        return new AgilioBackend(machine, mapping, true, loaded);
    }

    /**
     * {@return one with a machine and a mapping of one's own}
     *
     * @param machine its figures
     * @param mapping where stages run; null: the shipped one that fits the program
     */
    public static AgilioBackend of(Machine machine, Mapping mapping) {
        return new AgilioBackend(machine, mapping, false, view -> { });
    }

    /**
     * {@return how long a control plane on the host takes to read what congestion control needs of connections, nanoseconds}
     *
     * @param machine     its figures
     * @param connections how many
     */
    public static long statisticsNs(Machine machine, int connections) {
        return connections * (long) machine.pcie().statisticsReads() * machine.pcie().mmioReadCycles() * 1_000 / machine.fpc().clockMhz();
    }

    @Override
    public String name() {
        return NAME;
    }

    /** {@inheritDoc} The MAC knows frames of the wire, and a segment lies in one buffer. */
    @Override
    public boolean superFrames() {
        return false;
    }

    @Override
    public Externs externs(HostServices runtime, Capacity capacity) {
        return new ChargedExterns(machine, EXTERNS.plain(runtime, capacity), EXTERNS, capacity.flows());
    }

    @Override
    public FitReport admit(Program<?> program, Capacity capacity) {
        return report(program, capacity).fit();
    }

    /**
     * Says all about a program on the machine; {@link #admit} is the decision alone.
     *
     * @param program  the program
     * @param capacity for how many keys
     * @return the report
     */
    public AgilioReport report(Program<?> program, Capacity capacity) {
        return report(mapping(program, capacity), program, capacity);
    }

    /** The user's; or else a shipped one: for a program whose state no cache of an FPC holds, one that leaves it in EMEM. */
    private Mapping mapping(Program<?> program, Capacity capacity) {
        if (mapping != null) {
            return mapping;
        }
        Mapping shipped = Planner.shipped(program);
        Mapping uncached = Mapping.byKind(Map.of("protocol.cache", "none"));
        return report(shipped, program, capacity).fit().fits() || !report(uncached, program, capacity).fit().fits() ? shipped : uncached;
    }

    private AgilioReport report(Mapping chosen, Program<?> program, Capacity capacity) {
        return new Fitter(machine, chosen, program, capacity, EXTERNS::contains).report();
    }

    @Override
    public <M extends SegmentMeta> Pipeline<M> load(Program<M> program, Capacity capacity, Outlet<M> runtime) {
        FitReport fit = admit(program, capacity);
        if (!fit.fits()) {
            throw new IllegalArgumentException(program.name() + " does not fit " + NAME + ": " + fit.refused().getFirst()
                + (fit.refused().size() == 1 ? "" : " and " + (fit.refused().size() - 1) + " more"));
        }
        Mapping used = mapping(program, capacity);
        AgilioPipeline<M> pipeline = new AgilioPipeline<>(machine, used, Planner.plan(used, program), isOnCallersClock, program,
            capacity, runtime);
        program.loaded(pipeline);
        loaded.accept(new MachineView(pipeline));
        return pipeline;
    }
}

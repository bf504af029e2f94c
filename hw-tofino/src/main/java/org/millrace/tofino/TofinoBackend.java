package org.millrace.tofino;

import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Consumer;
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
import org.millrace.execution.RankClasses;
import org.millrace.tofino.machine.Machine;

/**
 * A Tofino2 pipe, as a model: loads what fits, by what the program's compiled classes do. Whoever loads a program has
 * asked whether it fits just before: the answer is kept as long as the program is, so that it is analysed once. Any
 * thread.
 */
public class TofinoBackend implements HardwareBackend {
    /** Its name in configurations. */
    public static final String NAME = "hw-tofino";

    private static final HandedOut EXTERNS = new HandedOut();

    private final Machine machine;
    private final boolean isOnCallersClock;
    private final Consumer<TofinoReport> placed;
    private final Map<Program<?>, TofinoReport> reports = new WeakHashMap<>();

    /** Makes one. */
    public TofinoBackend() {
        this(Machine.tofino2(), false, report -> { });
    }

    private TofinoBackend(Machine machine, boolean isOnCallersClock, Consumer<TofinoReport> placed) {
        this.machine = machine;
        this.placed = placed;
        this.isOnCallersClock = isOnCallersClock;
    }

    /**
     * {@return one whose machine's cycles are those of the time it is told, for experiments on a virtual clock; live it
     * would find its queues always empty, because executing a pass takes longer than the machine does}
     */
    public static TofinoBackend onCallersClock() {
        return onCallersClock(Machine.tofino2(), report -> { });
    }

    /**
     * {@return the same on a machine with some numbers of one's own}
     *
     * @param machine the pipe
     * @param placed  is told of each program that is loaded, on the loading thread
     */
    public static TofinoBackend onCallersClock(Machine machine, Consumer<TofinoReport> placed) {
        return new TofinoBackend(machine, true, placed);
    }

    /**
     * {@return one with a machine of one's own}
     *
     * @param machine its figures
     */
    public static TofinoBackend of(Machine machine) {
        return new TofinoBackend(machine, false, report -> { });
    }

    @Override
    public String name() {
        return NAME;
    }

    /** {@inheritDoc} The pipe counts bytes and windows a frame of the wire at a time (§5.4). */
    @Override
    public boolean superFrames() {
        return false;
    }

    @Override
    public Externs externs(HostServices runtime, Capacity capacity) {
        return EXTERNS.plain(runtime, capacity, flows -> new RankClasses(flows, machine.trafficManager().priorities()));
    }

    @Override
    public FitReport admit(Program<?> program, Capacity capacity) {
        return report(program, capacity).fit();
    }

    /**
     * Says all about a program in the pipe; {@link #admit} is the decision alone.
     *
     * @param program  the program
     * @param capacity for how many keys
     * @return the report
     */
    public synchronized TofinoReport report(Program<?> program, Capacity capacity) {
        TofinoReport known = reports.get(program);
        if (known == null || !known.capacity().equals(capacity)) {
            known = new Fitter(machine, program, capacity, EXTERNS).report();
            reports.put(program, known);
        }
        return known;
    }

    @Override
    public <M extends SegmentMeta> Pipeline<M> load(Program<M> program, Capacity capacity, Outlet<M> runtime) {
        FitReport fit = admit(program, capacity);
        if (!fit.fits()) {
            throw new IllegalArgumentException(program.name() + " does not fit " + NAME + ": " + fit.refused().getFirst()
                + (fit.refused().size() == 1 ? "" : " and " + (fit.refused().size() - 1) + " more"));
        }
        TofinoReport report = report(program, capacity);
        TofinoPipeline<M> pipeline = new TofinoPipeline<>(machine, report.placement().latencyCycles(), isOnCallersClock, program, capacity, runtime);
        placed.accept(report);
        program.loaded(pipeline);
        return pipeline;
    }
}

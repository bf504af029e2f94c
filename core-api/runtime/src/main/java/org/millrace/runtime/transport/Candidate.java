package org.millrace.runtime.transport;

import java.util.ArrayList;
import java.util.List;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.FitReport;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.ProgramExtension;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.transport.ControlPlane;
import org.millrace.api.transport.Transport;
import org.millrace.code.check.ProgramChecker;
import org.millrace.runtime.extension.ExtendedProgram;
import org.millrace.runtime.trace.TracedProgram;

/** A transport that may come to run: made, not admitted yet. Owned by: the thread that prepares it. */
public final class Candidate {
    private final PathParts parts;
    private final LoadedTransport<?> replaces;
    private final RuntimeHost host;
    private final HardwareBackend hardware;
    private final Program<?> program;
    private final ControlPlane control;
    /** With stages of users; null if there are none. */
    private ExtendedProgram<?> users;

    /**
     * Makes the transport that the host is for.
     *
     * @param replaces whose place it is to take, or null
     * @throws IllegalArgumentException if an option is wrong or an extension does not suit
     */
    public Candidate(PathParts parts, LoadedTransport<?> replaces, RuntimeHost host, HardwareBackend hardware) {
        this.parts = parts;
        this.replaces = replaces;
        this.host = host;
        this.hardware = hardware;
        host.offer(hardware);
        Transport transport = host.choice().factory().create(host);
        control = transport.control();
        Program<?> extended = transport.program();
        for (ProgramExtension extension : host.choice().extensions()) {
            extended = extension.extend(extended);
            users = extended instanceof ExtendedProgram<?> withStages ? withStages : users;
        }
        program = extended;
        if (users != null) {
            users.extensions().forEach(extension -> extension.recorder().ifPresent(host.externs()::recorder));
        }
        if (extended instanceof TracedProgram<?> traced) {
            host.externs().recorder(traced.ring());
        }
    }

    public LoadedTransport<?> replaces() {
        return replaces;
    }

    public String name() {
        return host.name();
    }

    /** {@return whether it may be loaded: stages of users do what they say and no more, and the hardware takes it} */
    public FitReport admit() {
        return admit(host.capacity());
    }

    private FitReport admit(Capacity capacity) {
        List<FitReport.Reason> faults = users == null ? List.of() : ProgramChecker.check(users, users.added());
        return faults.isEmpty() ? hardware.admit(program, capacity) : new FitReport(List.of(), faults);
    }

    /** Loads it beside whatever runs; it may be thrown away. */
    public LoadedTransport<?> load() {
        return load(program);
    }

    private <M extends SegmentMeta> LoadedTransport<M> load(Program<M> typed) {
        return new LoadedTransport<>(parts, host, hardware, typed, control);
    }

    /** {@return the sentence about a program that does not fit, with every reason} */
    public String refusal(FitReport fit) {
        return "program " + program.name() + " does not fit " + hardware.name() + ": " + String.join("; ", reasons(fit));
    }

    /** {@return every violation, and with how many flows there would be none, if they are too many} */
    public List<String> reasons(FitReport fit) {
        List<String> reasons = new ArrayList<>(fit.refused().stream().map(FitReport.Reason::toString).toList());
        int flows = host.capacity().flows();
        if (flows > 1 && fits(1)) {
            int fewer = Integer.highestOneBit(flows - 1);
            while (!fits(fewer)) {
                fewer /= 2;
            }
            reasons.add("flows is " + flows + ", with flows = " + fewer + " it fits");
        }
        return reasons;
    }

    private boolean fits(int flows) {
        return admit(new Capacity(flows, host.capacity().contexts())).fits();
    }
}

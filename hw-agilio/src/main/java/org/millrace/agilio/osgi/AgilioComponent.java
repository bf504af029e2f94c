package org.millrace.agilio.osgi;

import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.FitReport;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.hardware.HostServices;
import org.millrace.api.hardware.Outlet;
import org.millrace.api.hardware.Pipeline;
import org.millrace.api.pipeline.Externs;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.agilio.AgilioBackend;
import org.osgi.service.component.annotations.Component;

/** The backend as a service. */
@Component(service = HardwareBackend.class, property = "name=" + AgilioBackend.NAME)
public final class AgilioComponent implements HardwareBackend {
    private final HardwareBackend backend = new AgilioBackend();

    /** Made by Declarative Services. */
    public AgilioComponent() {
    }

    @Override
    public String name() {
        return backend.name();
    }

    @Override
    public boolean superFrames() {
        return backend.superFrames();
    }

    @Override
    public Externs externs(HostServices runtime, Capacity capacity) {
        return backend.externs(runtime, capacity);
    }

    @Override
    public FitReport admit(Program<?> program, Capacity capacity) {
        return backend.admit(program, capacity);
    }

    @Override
    public <M extends SegmentMeta> Pipeline<M> load(Program<M> program, Capacity capacity, Outlet<M> runtime) {
        return backend.load(program, capacity, runtime);
    }
}

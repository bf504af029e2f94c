package org.millrace.tofino.osgi;

import org.millrace.api.hardware.HardwareBackend;
import org.millrace.tofino.TofinoBackend;
import org.osgi.service.component.annotations.Component;

/** The backend as a service. */
@Component(service = HardwareBackend.class, property = "name=" + TofinoBackend.NAME)
public final class TofinoComponent extends TofinoBackend {
    /** Made by Declarative Services. */
    public TofinoComponent() {
    }
}

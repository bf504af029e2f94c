package org.millrace.agilio.osgi;

import org.millrace.api.hardware.HardwareBackend;
import org.millrace.agilio.AgilioBackend;
import org.osgi.service.component.annotations.Component;

/** The backend as a service. */
@Component(service = HardwareBackend.class, property = "name=" + AgilioBackend.NAME)
public final class AgilioComponent extends AgilioBackend {
    /** Made by Declarative Services. */
    public AgilioComponent() {
    }
}

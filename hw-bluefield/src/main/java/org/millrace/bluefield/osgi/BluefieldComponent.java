package org.millrace.bluefield.osgi;

import org.millrace.api.hardware.HardwareBackend;
import org.millrace.bluefield.BluefieldBackend;
import org.osgi.service.component.annotations.Component;

/** The backend as a service. */
@Component(service = HardwareBackend.class, property = "name=" + BluefieldBackend.NAME)
public final class BluefieldComponent extends BluefieldBackend {
    /** Made by Declarative Services. */
    public BluefieldComponent() {
    }
}

package org.millrace.ports.osgi;

import org.millrace.api.port.PortFactory;
import org.millrace.ports.MemoryPortFactory;
import org.osgi.service.component.annotations.Component;

/** The memory port as a service. */
@Component(service = PortFactory.class)
public final class MemoryPortComponent extends MemoryPortFactory {
    /** Made by Declarative Services. */
    public MemoryPortComponent() {
    }
}

package org.millrace.ports.osgi;

import org.millrace.api.port.PortFactory;
import org.millrace.ports.PacketPortFactory;
import org.osgi.service.component.annotations.Component;

/** The packet port as a service. */
@Component(service = PortFactory.class)
public final class PacketPortComponent extends PacketPortFactory {
    /** Made by Declarative Services. */
    public PacketPortComponent() {
    }
}

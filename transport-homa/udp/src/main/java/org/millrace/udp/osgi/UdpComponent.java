package org.millrace.udp.osgi;

import org.millrace.api.transport.TransportFactory;
import org.millrace.udp.UdpFactory;
import org.osgi.service.component.annotations.Component;

/** UDP as a service. */
@Component(service = TransportFactory.class)
public final class UdpComponent extends UdpFactory {
    /** Made by Declarative Services. */
    public UdpComponent() {
    }
}

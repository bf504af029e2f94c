package org.millrace.tcp.laminar.osgi;

import org.millrace.api.transport.TransportFactory;
import org.millrace.tcp.laminar.LaminarFactory;
import org.osgi.service.component.annotations.Component;

/** Laminar's TCP as a service. */
@Component(service = TransportFactory.class)
public final class LaminarComponent extends LaminarFactory {
    /** Made by Declarative Services. */
    public LaminarComponent() {
    }
}

package org.millrace.homa.osgi;

import org.millrace.api.transport.TransportFactory;
import org.millrace.homa.HomaFactory;
import org.osgi.service.component.annotations.Component;

/** Homa as a service. */
@Component(service = TransportFactory.class)
public final class HomaComponent extends HomaFactory {
    /** Made by Declarative Services. */
    public HomaComponent() {
    }
}

package org.millrace.tcp.flextoe.osgi;

import org.millrace.api.transport.TransportFactory;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.osgi.service.component.annotations.Component;

/** FlexTOE's TCP as a service. */
@Component(service = TransportFactory.class)
public final class FlexToeComponent extends FlexToeFactory {
    /** Made by Declarative Services. */
    public FlexToeComponent() {
    }
}

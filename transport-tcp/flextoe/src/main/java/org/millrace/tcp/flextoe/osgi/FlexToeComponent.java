package org.millrace.tcp.flextoe.osgi;

import org.millrace.api.transport.TransportFactory;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.control.congestion.CongestionAlgorithm;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** FlexTOE's TCP as a service. */
@Component(service = TransportFactory.class)
public final class FlexToeComponent extends FlexToeFactory {
    /** Made by Declarative Services. */
    public FlexToeComponent() {
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC, unbind = "gone")
    void come(CongestionAlgorithm algorithm) {
        plug(algorithm);
    }

    void gone(CongestionAlgorithm algorithm) {
        unplug(algorithm);
    }
}

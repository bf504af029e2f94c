package org.millrace.tcp.bbr.osgi;

import org.millrace.tcp.bbr.BbrAlgorithm;
import org.millrace.tcp.control.congestion.CongestionAlgorithm;
import org.osgi.service.component.annotations.Component;

/** BBR as a service. */
@Component(service = CongestionAlgorithm.class)
public final class BbrComponent extends BbrAlgorithm {
    /** Made by Declarative Services. */
    public BbrComponent() {
    }
}

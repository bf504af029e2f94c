package org.millrace.tcp.swift.osgi;

import org.millrace.tcp.control.congestion.CongestionAlgorithm;
import org.millrace.tcp.swift.SwiftAlgorithm;
import org.osgi.service.component.annotations.Component;

/** Swift as a service. */
@Component(service = CongestionAlgorithm.class)
public final class SwiftComponent extends SwiftAlgorithm {
    /** Made by Declarative Services. */
    public SwiftComponent() {
    }
}

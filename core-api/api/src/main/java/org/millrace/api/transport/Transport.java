package org.millrace.api.transport;

import org.millrace.api.pipeline.Program;

/** A transport on one data path. */
public interface Transport {
    /** {@return its data-path program} */
    Program<?> program();

    /** {@return its control plane} */
    ControlPlane control();
}

package org.millrace.fuzz;

import java.util.List;
import org.millrace.api.transport.TransportFactory;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;

/** The programs of TCP. */
final class Programs {
    static final List<TransportFactory> ALL = List.of(new FlexToeFactory(), new LaminarFactory());

    private Programs() {
    }

    /** {@return the one that a run's next byte says} */
    static TransportFactory of(Input input) {
        return ALL.get(input.below(ALL.size()));
    }
}

package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.millrace.agilio.AgilioBackend;
import org.millrace.api.port.Port;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.ports.MemoryPort;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;
import org.millrace.runtime.swap.SwapReport;
import org.millrace.runtime.swap.SwapRequest;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;
import org.millrace.tofino.TofinoBackend;

/** Swaps on the real clock, under a thousand streams both ways between threads. */
class LiveSwapTest {
    private static final int STREAMS = 1000;

    @Test
    void thousandStreamsSurviveSwapsOfTransportAndHardware() {
        Port[] wire = MemoryPort.pair(Map.of());
        try (NumberStreams swapped = new NumberStreams(wire[1], true, STREAMS);
             NumberStreams other = new NumberStreams(wire[0], false, STREAMS)) {
            exchange(swapped, other);
            for (SwapRequest request : List.of(
                SwapRequest.KEEP.transport(0, new TransportChoice(new LaminarFactory(), Map.of())),
                SwapRequest.KEEP.hardware(new TofinoBackend()),
                SwapRequest.KEEP.hardware(new AgilioBackend()),
                SwapRequest.KEEP.hardware(new BluefieldBackend()),
                SwapRequest.KEEP.transport(0, new TransportChoice(new FlexToeFactory(), Map.of())))) {
                SwapReport report = swapped.swap(request.warmUp(0));
                System.out.println(report.after() + ": " + report.connections() + " connections, pause "
                    + report.pauseNs() / 1000 + " us");
                assertThat(report.connections()).isEqualTo(STREAMS);
                exchange(swapped, other);
            }
        }
    }

    /** Every stream goes on, both ways; none has broken, and none has carried a wrong number. */
    private static void exchange(NumberStreams swapped, NumberStreams other) {
        swapped.exchange();
        other.exchange();
    }
}

package org.millrace.bluefield;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.FitReport;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.hardware.HostServices;
import org.millrace.api.pipeline.FlowShares;
import org.millrace.api.pipeline.Program;
import org.millrace.api.port.PortInfo;
import org.millrace.api.transport.TransportFactory;
import org.millrace.api.transport.TransportHost;
import org.millrace.homa.HomaFactory;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;
import org.millrace.testkit.MapFlowLookup;
import org.millrace.testkit.RecordingContextQueue;
import org.millrace.testkit.RecordingDma;
import org.millrace.udp.UdpFactory;

/** Which programs may have which lanes: what is refused, and what a fit report says where stages go. */
class LanePlacesTest {
    private static final Capacity CAPACITY = new Capacity(64, 2);

    private static FitReport admit(TransportFactory transport, String lanes) {
        HardwareBackend hardware = new BluefieldBackend().pipelined(lanes);
        Program<?> program = transport.create(host(hardware)).program();
        return hardware.admit(program, CAPACITY);
    }

    private static TransportHost host(HardwareBackend hardware) {
        HostServices services = new HostServices(new MapFlowLookup(), new RecordingDma(), (meta, move) -> false, new RecordingContextQueue(), 0,
            FlowShares.ALIKE);
        return (TransportHost) Proxy.newProxyInstance(LanePlacesTest.class.getClassLoader(), new Class<?>[] {TransportHost.class},
            (proxy, method, arguments) -> switch (method.getName()) {
                case "externs" -> hardware.externs(services, CAPACITY);
                case "options" -> Map.of();
                case "capacity" -> CAPACITY;
                case "port" -> new PortInfo("test", 2, 1500, 1514, false, false, false);
                case "secret" -> new byte[16];
                default -> method.getReturnType() == int.class ? 1 : method.getReturnType() == boolean.class ? true : null;
            });
    }

    private static List<String> refused(TransportFactory transport, String lanes) {
        return admit(transport, lanes).refused().stream().map(FitReport.Reason::toString).toList();
    }

    @Test
    void theFiveStagesOfFlexToeGoToTheirLanes() {
        FitReport fit = admit(new FlexToeFactory(), "pre*2/protocol*3/post/dma*2");
        assertThat(fit.refused()).isEmpty();
        assertThat(fit.placed().stream().filter(placed -> placed.workflow().equals("RX")).map(placed -> placed.stage() + ": " + placed.place()))
            .containsExactly("receive-pre: pre, 2 lanes", "protocol: protocol, 3 lanes", "post: post, one lane", "dma: core 0, order 3",
                "context: core 0, order 4");
        assertThat(fit.notes()).containsExactly("payload that is received is moved by 2 lanes and by the data path's thread when it would wait for them");
    }

    @Test
    void everyProgramMayHaveItsPayloadMoved() {
        for (TransportFactory transport : List.of(new FlexToeFactory(), new LaminarFactory(), new UdpFactory(), new HomaFactory())) {
            FitReport fit = admit(transport, "dma");
            assertThat(fit.refused()).as(transport.name()).isEmpty();
            assertThat(fit.placed().getFirst().place()).isEqualTo("core 0, fused order 0");
        }
    }

    @Test
    void whatMirrorsHasNoLanesForStages() {
        assertThat(refused(new LaminarFactory(), "pre")).containsExactly(
            "tcp-laminar mirrors, which a lane cannot [pipeline is 'pre', for this program it can be dma]");
    }

    @Test
    void whatCallsWhatOneThreadMayStaysThere() {
        assertThat(refused(new UdpFactory(), "protocol")).isNotEmpty().allSatisfy(reason -> assertThat(reason)
            .endsWith("which the data path's thread alone may [pipeline is 'protocol', dma is possible for every program]"));
    }
}

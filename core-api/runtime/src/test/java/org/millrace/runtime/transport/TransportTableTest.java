package org.millrace.runtime.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.context.ContextRequest;
import org.millrace.api.context.ContextRequest.Kind;
import org.millrace.api.context.ContextSize;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.ports.MemoryPort;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;
import org.millrace.runtime.datagram.DatagramTransport;
import org.millrace.runtime.path.TestHost;
import org.millrace.runtime.status.DataPathStatus;
import org.millrace.runtime.tenant.AppContext;

/** One place with a message socket at port 5000, and what a swap does to both. */
class TransportTableTest {
    private static final long RETIRE_NS = 100_000_000;

    private final TestHost host = new TestHost(MemoryPort.pair(Map.of())[0], "10.0.0.1");
    private final TransportTable table = host.path.transports();
    private final Dispatcher dispatcher = new Dispatcher(table, host.path.contexts(), host.path.counters());
    private final LoadedTransport<?> first = table.at(0);
    private AppContext context;

    @BeforeEach
    void bind() {
        context = host.path.open(new ContextSize(4, 4096, 4096, 64));
        bind(5000);
    }

    private void bind(int port) {
        dispatcher.request(context, 0, new ContextRequest(Kind.BIND, context.number, 0, 1,
            new InetSocketAddress("10.0.0.1", port), null, 0), 0);
    }

    private void close(int slot) {
        dispatcher.request(context, 1,
            new ContextRequest(Kind.CLOSE, context.number, context.slots.id(slot), 0, null, null, 0), 0);
    }

    private LoadedTransport<?> another() {
        RuntimeHost successor = first.host.successor(new TransportChoice(new DatagramTransport(), Map.of()),
            host.path.portInfo());
        return new Candidate(host.path.parts(), first, successor, new BluefieldBackend()).load();
    }

    private List<String> statusNames() {
        return host.path.status().transports().stream().map(DataPathStatus.TransportStatus::name).toList();
    }

    @Test
    void replacedTransportIsGone() {
        LoadedTransport<?> second = another();
        table.replace(first, second, false);
        assertThat(table.all()).containsExactlyElementsOf(List.of(second));
        assertThat(table.retiring()).isEmpty();
        assertThat(second.ofFlow(context.slots.flow(0))).isSameAs(second);
    }

    @Test
    void retiringTransportKeepsItsFlowsAndNewOnesAreTheOthers() {
        LoadedTransport<?> second = another();
        table.replace(first, second, true);
        bind(5001);
        assertThat(table.placed()).containsExactlyElementsOf(List.of(second));
        assertThat(table.retiring()).containsExactlyElementsOf(List.of(first));
        assertThat(table.names()).containsExactly("datagram");
        assertThat(statusNames()).containsExactly("datagram", "datagram retiring");
        assertThat(table.at(0).ofFlow(context.slots.flow(0))).isSameAs(first);
        assertThat(table.at(0).ofFlow(context.slots.flow(1))).isSameAs(second);
    }

    @Test
    void retiringTransportGoesWithItsLastConnection() {
        LoadedTransport<?> second = another();
        table.replace(first, second, true);
        host.path.poll(0);
        assertThat(table.retiring()).isNotEmpty();
        assertThat(table.deadlineNs()).isEqualTo(RETIRE_NS);
        close(0);
        host.path.poll(RETIRE_NS - 1);
        assertThat(table.retiring()).isNotEmpty();
        host.path.poll(RETIRE_NS);
        assertThat(table.all()).containsExactlyElementsOf(List.of(second));
        assertThat(second.host.flows().isShared()).isFalse();
        assertThat(host.path.poll(RETIRE_NS)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void secondOneThatRetiresHasItsOwnConnections() {
        LoadedTransport<?> second = another();
        LoadedTransport<?> third = another();
        table.replace(first, second, true);
        bind(5001);
        table.replace(second, third, true);
        assertThat(statusNames()).containsExactly("datagram", "datagram retiring", "datagram retiring 1");
        assertThat(third.ofFlow(context.slots.flow(0))).isSameAs(first);
        assertThat(third.ofFlow(context.slots.flow(1))).isSameAs(second);
        close(1);
        host.path.poll(RETIRE_NS);
        assertThat(table.all()).containsExactlyElementsOf(List.of(third, first));
        assertThat(third.host.flows().isShared()).isTrue();
    }

    @Test
    void whoReplacesARetiringTransportHasItsConnections() {
        LoadedTransport<?> second = another();
        LoadedTransport<?> third = another();
        table.replace(first, second, true);
        table.replace(first, third, false);
        assertThat(table.all()).containsExactlyElementsOf(List.of(second, third));
        assertThat(second.ofFlow(context.slots.flow(0))).isSameAs(third);
    }
}

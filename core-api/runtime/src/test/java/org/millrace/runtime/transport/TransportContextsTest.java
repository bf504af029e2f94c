package org.millrace.runtime.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.context.Contexts;
import org.millrace.api.context.ContextSize;
import org.millrace.memory.ContextLayout;
import org.millrace.memory.MappedRegion;
import org.millrace.runtime.tenant.AppContext;
import org.millrace.runtime.tenant.ConnectionSlots;
import org.millrace.runtime.tenant.ContextHome;
import org.millrace.runtime.tenant.ContextTable;
import org.millrace.runtime.tenant.Counters;
import org.millrace.runtime.tenant.FlowHeaders;
import org.millrace.runtime.tenant.Weights;
import org.millrace.wire.Ipv4Header;

/** Beside a flow's headers stands where its connection is, from when it is opened and wherever it goes. */
class TransportContextsTest {
    private static final ContextSize SIZE = new ContextSize(2, 4096, 4096, 64);
    private static final InetSocketAddress LOCAL = new InetSocketAddress("10.0.0.1", 80);
    private static final InetSocketAddress PEER = new InetSocketAddress("10.0.0.2", 4000);

    private final ContextTable table = new ContextTable(2, new Counters(), ContextHome.PRIVATE.journals());
    private final MappedRegion[] memory = {region(), region()};
    private final AppContext first = open(memory[0]);
    private final AppContext second = open(memory[1]);
    private final FlowHeaders headers = new FlowHeaders(null, new Weights(Map.of(), 1), 0, Ipv4Header.TCP, 8);
    private final TransportContexts contexts = new TransportContexts(table, 0, headers);

    private static MappedRegion region() {
        return MappedRegion.create("test", ContextLayout.bytes(SIZE));
    }

    private AppContext open(MappedRegion region) {
        return table.open(SIZE, new ConnectionSlots(SIZE.connections()), region, this, 0);
    }

    @AfterEach
    void close() {
        memory[0].close();
        memory[1].close();
    }

    @Test
    void aConnectionIsFoundByItsFlow() {
        int stream = contexts.open(second.number, 3, LOCAL, PEER);
        int messages = contexts.openMessages(second.number, 4, LOCAL);
        assertThat(headers.place(3)).isEqualTo(place(second, stream));
        assertThat(headers.place(4)).isEqualTo(place(second, messages)).isNotEqualTo(headers.place(3));
        assertThat(headers.place(5)).isZero();
    }

    @Test
    void whereItGoesItIsFound() {
        contexts.open(second.number, 2, LOCAL, PEER);
        int moved = contexts.move(first.number, contexts.open(first.number, 3, LOCAL, PEER), second.number, LOCAL, PEER);
        assertThat(moved).isNotEqualTo(Contexts.NONE);
        assertThat(headers.place(3)).isEqualTo(place(second, moved));
    }

    @Test
    void whereItCannotGoItStays() {
        contexts.open(second.number, 1, LOCAL, PEER);
        contexts.open(second.number, 2, LOCAL, PEER);
        int stays = contexts.open(first.number, 3, LOCAL, PEER);
        assertThat(contexts.move(first.number, stays, second.number, LOCAL, PEER)).isEqualTo(Contexts.NONE);
        assertThat(headers.place(3)).isEqualTo(place(first, stays));
    }

    private static long place(AppContext context, int connection) {
        return context.number + 1L << Integer.SIZE | ContextLayout.slot(connection);
    }
}

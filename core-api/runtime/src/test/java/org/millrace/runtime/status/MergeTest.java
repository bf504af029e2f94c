package org.millrace.runtime.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.millrace.api.context.Limit;
import org.millrace.api.port.PortCounters;
import org.millrace.api.transport.ConnectionInfo;
import org.millrace.runtime.status.DataPathStatus.TransportStatus;

/** What several shards say, as one. */
class MergeTest {
    private static TransportStatus transport(String name, int from) {
        return new TransportStatus(name, from, from + 1, from + 2, from + 3, from + 4, from + 5, from + 6, from + 7, from + 8,
            Map.of("retransmitted bytes", (long) from));
    }

    private static DataPathStatus status(String hardware, int from, List<TransportStatus> transports) {
        ConnectionInfo line = new ConnectionInfo("tcp", "ESTABLISHED", null, null, from, 1, 0, 0, "");
        return new DataPathStatus("main", hardware, "eth0", new PortCounters(from, from + 1, from + 2, from + 3, from + 4, from + 5),
            Map.of("no flow", (long) from, "only " + from, 1L), Map.of("arp requests", 1L), transports, List.of(), List.of(line), 3, 10,
            from, 1, 1, 1, from, 1, 1, from, from, 1, 1, from, List.of(new Limit("tcp.half-open", 100, from, from)));
    }

    @Test
    void oneShardAnswersItself() {
        DataPathStatus status = status("hw", 1, List.of());
        assertThat(DataPathStatus.merged(List.of(status))).isSameAs(status);
        Vitals vitals = vitals(1);
        assertThat(Vitals.merged(List.of(vitals))).isSameAs(vitals);
        ConnectionBytes bytes = new ConnectionBytes(1, List.of());
        assertThat(ConnectionBytes.merged(List.of(bytes))).isSameAs(bytes);
    }

    @Test
    void countersAreSummedUp() {
        DataPathStatus merged = DataPathStatus.merged(List.of(status("hw", 10, List.of(transport("tcp", 10), transport("udp", 1))),
            status("hw", 200, List.of(transport("tcp", 200)))));
        assertThat(merged.hardware()).isEqualTo("hw");
        assertThat(merged.portCounters()).isEqualTo(new PortCounters(210, 212, 214, 216, 218, 220));
        assertThat(merged.drops()).isEqualTo(Map.of("no flow", 210L, "only 10", 1L, "only 200", 1L));
        assertThat(merged.network()).isEqualTo(Map.of("arp requests", 2L));
        assertThat(merged.transports()).containsExactly(new TransportStatus("tcp", 210, 212, 214, 216, 218, 220, 222, 224, 226,
            Map.of("retransmitted bytes", 210L)), transport("udp", 1));
        assertThat(merged.connections()).extracting(ConnectionInfo::context).containsExactly(10, 200);
        assertThat(merged.contexts()).as("an application has one in each").isEqualTo(3);
        assertThat(merged.contextConnections()).isEqualTo(20);
        assertThat(merged.requests()).isEqualTo(210);
        assertThat(merged.limits()).containsExactly(new Limit("tcp.half-open", 100, 200, 210));
        assertThat(merged.counters()).containsEntry("tcp.received segments", 210L).containsEntry("port.received frames", 210L);
    }

    @Test
    void whatRunsOnSomeOnlyIsSaid() {
        DataPathStatus merged = DataPathStatus.merged(List.of(status("hw-a", 1, List.of(transport("tcp-a", 1))),
            status("hw-b", 1, List.of(transport("tcp-b", 1))), status("hw-a", 1, List.of(transport("tcp-a", 1)))));
        assertThat(merged.hardware()).isEqualTo("hw-a, hw-b");
        assertThat(merged.transports()).extracting(TransportStatus::name).containsExactly("tcp-a", "tcp-b");
    }

    private static Vitals vitals(int from) {
        return new Vitals(from, from != 2, from, Map.of("no buffer", (long) from), 3, 10, from, Map.of("tcp", from),
            Map.of("tcp", Map.of("ESTABLISHED", from, "LISTEN", 1)), 100, from, from, from, from, from != 2, from, from, List.of());
    }

    @Test
    void vitalsAreThoseOfAll() {
        assertThat(Vitals.merged(List.of(vitals(1), vitals(5)))).isEqualTo(new Vitals(5, true, 6, Map.of("no buffer", 6L), 3, 10, 6,
            Map.of("tcp", 6), Map.of("tcp", Map.of("ESTABLISHED", 6, "LISTEN", 2)), 200, 6, 6, 6, 6, true, 6, 6, List.of()));
        Vitals ill = Vitals.merged(List.of(vitals(1), vitals(2)));
        assertThat(ill.portUp()).isFalse();
        assertThat(ill.registryKept()).isFalse();
    }

    @Test
    void busiestConnectionsAreThoseOfAllShards() {
        ConnectionBytes before = ConnectionBytes.merged(List.of(bytes(100, 0, 1000), bytes(101, 1, 5000)));
        ConnectionBytes after = ConnectionBytes.merged(List.of(bytes(200, 0, 1700), bytes(201, 1, 5900)));
        assertThat(after.nowNs()).isEqualTo(201);
        assertThat(after.busiest(before, 5)).containsExactly(new ConnectionBytes.Traffic(1, 7, 900, 0),
            new ConnectionBytes.Traffic(0, 7, 700, 0));
    }

    private static ConnectionBytes bytes(long nowNs, int context, long received) {
        return new ConnectionBytes(nowNs, List.of(new ConnectionBytes.OfContext(context, new int[] {7}, new long[] {received}, new long[1])));
    }
}

package org.millrace.sim.fabric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.sim.workload.Sizes;

class TopologyTest {
    @Test
    void homasFabricHasFourWaysBetweenRacks() {
        Topology homa = Topology.homa144();
        assertThat(homa.hosts()).isEqualTo(144);
        int[][][] ways = new Ways(homa).ports();
        assertThat(ways[0][3]).hasSize(1);
        assertThat(ways[0][20]).hasSize(4);
        assertThat(ways[9][20]).as("from a spine").hasSize(1);
        assertThat(new Ways(homa).links(0, 143)).extracting(Topology.Way::bitsPerSecond)
            .containsExactly(10_000_000_000L, 40_000_000_000L, 40_000_000_000L, 10_000_000_000L);
    }

    @Test
    void aFatTreeOf16HasAThousandHostsAndSixtyFourWays() {
        Topology tree = Topology.fatTree(16, 10_000_000_000L, 1);
        assertThat(tree.hosts()).isEqualTo(1_024);
        assertThat(tree.switches()).isEqualTo(320);
        assertThat(tree.links()).hasSize(3 * 1_024);
        int[][][] ways = new Ways(tree).ports();
        assertThat(ways[0][1_023]).hasSize(8);
        assertThat(ways[128][1_023]).hasSize(8);
        assertThat(ways[0][8]).as("in its pod").hasSize(8);
        assertThat(new Ways(tree).links(0, 1_023)).hasSize(6);
        assertThatThrownBy(() -> Topology.fatTree(3, 1, 0)).hasMessageContaining("it takes an even number");
    }

    @Test
    void theFileOf96HostsIsRead() throws IOException {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
            Sizes.class.getResourceAsStream("leafspine_topology96.txt"), StandardCharsets.US_ASCII))) {
            Topology topology = Topology.read(reader);
            assertThat(topology.hosts()).isEqualTo(96);
            assertThat(topology.switches()).isEqualTo(16);
            assertThat(topology.links()).hasSize(144).allMatch(link -> link.toA().equals(new Topology.Way(40_000_000_000L, 10_000_000, 0)) && link.toB().equals(link.toA()));
            assertThat(new Ways(topology).links(0, 95)).hasSize(4);
            assertThat(new Ways(topology).links(0, 7)).as("8 hosts a leaf").hasSize(2);
        }
    }

    @Test
    void aBadFileIsRefusedWithItsLine() {
        assertThatThrownBy(() -> read("3 1 2\n0\n0 1 10Gbps 1us 0\n")).isInstanceOf(IOException.class)
            .hasMessage("line 4: the file ends, and something is missing");
        assertThatThrownBy(() -> read("3 1 1\n0\n0 1 10Gbit 1us 0\n")).hasMessage("line 3: 10Gbit has no unit of Gbps, Kbps, Mbps, bps");
        assertThatThrownBy(() -> read("3 1 1\n0\n0 7 10Gbps 1us 0\n")).hasMessage("line 3: there is no node 7");
        assertThatThrownBy(() -> read("3 1\n")).hasMessage("line 1: 2 words, there should be 3");
    }

    private static Topology read(String text) throws IOException {
        return Topology.read(new BufferedReader(new StringReader(text)));
    }

    @Test
    void linksJoinNodesThatThereAre() {
        assertThatThrownBy(() -> new Topology(2, 1, List.of(new Topology.Link(0, 3, 1, 0)))).hasMessageContaining("among 3 nodes");
    }
}

package org.millrace.sim.fabric;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Who is joined to whom. Nodes are numbers, hosts first.
 *
 * @param hosts    how many, numbered from 0
 * @param switches how many, numbered from {@code hosts}
 * @param links    both ways each
 */
public record Topology(int hosts, int switches, List<Link> links) {
    private static final int MOST_HOSTS = 1 << 16;

    /**
     * A cable.
     *
     * @param a   a node
     * @param b   another
     * @param toB from a to b
     * @param toA from b to a
     */
    public record Link(int a, int b, Way toB, Way toA) {
        /**
         * As much each way.
         *
         * @param a             a node
         * @param b             another
         * @param bitsPerSecond its rate
         * @param delayPs       from the last bit's leaving to its arrival, picoseconds
         * @param loss          part of the packets that are lost on it, 0 to 1
         */
        public Link(int a, int b, long bitsPerSecond, long delayPs, double loss) {
            this(a, b, new Way(bitsPerSecond, delayPs, loss), new Way(bitsPerSecond, delayPs, loss));
        }

        /** A link that loses nothing. */
        public Link(int a, int b, long bitsPerSecond, long delayPs) {
            this(a, b, bitsPerSecond, delayPs, 0);
        }

        Way from(int node) {
            return node == a ? toB : toA;
        }
    }

    /**
     * One direction of a cable.
     *
     * @param bitsPerSecond its rate; 0: sending takes no time
     * @param delayPs       from the last bit's leaving to its arrival, picoseconds
     * @param loss          part of the packets that are lost on it, 0 to 1
     */
    public record Way(long bitsPerSecond, long delayPs, double loss) {
        /** Checks. */
        public Way {
            if (bitsPerSecond < 0 || delayPs < 0 || !(loss >= 0 && loss <= 1)) {
                throw new IllegalArgumentException("a link of " + bitsPerSecond + " bit/s, " + delayPs + " ps, loss " + loss);
            }
        }
    }

    /** Checks. */
    public Topology {
        links = List.copyOf(links);
        if (hosts < 1 || hosts > MOST_HOSTS) {
            throw new IllegalArgumentException(hosts + " hosts; allowed is 1 to " + MOST_HOSTS);
        }
        int nodes = hosts + switches;
        for (Link link : links) {
            if (link.a < 0 || link.b < 0 || link.a >= nodes || link.b >= nodes || link.a == link.b) {
                throw new IllegalArgumentException(link + " among " + nodes + " nodes");
            }
        }
    }

    /**
     * {@return hosts at one switch}
     *
     * @param hosts         how many
     * @param bitsPerSecond of every link
     * @param delayPs       of every link
     */
    public static Topology star(int hosts, long bitsPerSecond, long delayPs) {
        List<Link> links = new ArrayList<>();
        for (int host = 0; host < hosts; host++) {
            links.add(new Link(host, hosts, bitsPerSecond, delayPs));
        }
        return new Topology(hosts, 1, links);
    }

    /**
     * {@return racks of hosts, each switch of a rack joined to each spine; hosts of a rack are neighbours}
     *
     * @param racks    how many
     * @param hosts    of a rack
     * @param spines   how many
     * @param hostBits rate of a host's link, bits per second
     * @param coreBits rate of a spine's link, bits per second
     * @param delayPs  of every link
     */
    public static Topology leafSpine(int racks, int hosts, int spines, long hostBits, long coreBits, long delayPs) {
        int all = racks * hosts;
        List<Link> links = new ArrayList<>();
        for (int host = 0; host < all; host++) {
            links.add(new Link(host, all + host / hosts, hostBits, delayPs));
        }
        for (int rack = 0; rack < racks; rack++) {
            for (int spine = 0; spine < spines; spine++) {
                links.add(new Link(all + rack, all + racks + spine, coreBits, delayPs));
            }
        }
        return new Topology(all, racks + spines, links);
    }

    /** {@return Homa's (SIGCOMM 2018, §5.2): 9 racks of 16 hosts, 4 spines, 10 and 40 Gbit/s, no delay of wires} */
    public static Topology homa144() {
        return leafSpine(9, 16, 4, 10_000_000_000L, 40_000_000_000L, 0);
    }

    /**
     * {@return a fat tree (Al-Fares, 2008): k pods of k/2 switches above k/2 switches with k/2 hosts each; k = 16 has 1,024 hosts}
     *
     * @param k             ports of a switch, even
     * @param bitsPerSecond of every link
     * @param delayPs       of every link
     */
    public static Topology fatTree(int k, long bitsPerSecond, long delayPs) {
        if (k < 2 || k % 2 != 0) {
            throw new IllegalArgumentException("a fat tree of switches with " + k + " ports; it takes an even number");
        }
        int half = k / 2;
        int hosts = k * half * half;
        int edges = hosts;
        int middles = edges + k * half;
        int cores = middles + k * half;
        List<Link> links = new ArrayList<>();
        for (int host = 0; host < hosts; host++) {
            links.add(new Link(host, edges + host / half, bitsPerSecond, delayPs));
        }
        for (int i = 0; i < k * half * half; i++) {
            int edge = i / half;
            links.add(new Link(edges + edge, middles + edge / half * half + i % half, bitsPerSecond, delayPs));
            int middle = i / half;
            links.add(new Link(middles + middle, cores + middle % half * half + i % half, bitsPerSecond, delayPs));
        }
        return new Topology(hosts, 2 * k * half + half * half, links);
    }

    /**
     * {@return what a file in ns-3's form describes} First line: nodes, switches, links; second: the switches; then a link a line: two
     * nodes, rate ({@code 40Gbps}), delay ({@code 0.01ms}), loss. Hosts and switches are numbered anew, each in their order.
     *
     * @param reader the file, closed by the caller
     * @throws IOException if it cannot be read, or is not of that form: line, and what is wrong
     */
    public static Topology read(BufferedReader reader) throws IOException {
        return new TopologyFile(reader).topology();
    }
}

package org.millrace.runtime.transport;

import org.millrace.net.IpLayer;

/**
 * Where each flow's frames go on the link, and how they are marked. The network layer is asked at a flow's first frame, and again at the first one
 * after something has changed there: so a change costs nothing until somebody sends, whatever the number of flows. A flow
 * whose next hop is not known any more goes on the way it knows (RFC 1122 §3.3.1.4).
 *
 * <p>Owned by: the data-path thread.
 */
final class NextHops {
    private static final int DSCP_SHIFT = 48;
    private static final long MAC_MASK = (1L << DSCP_SHIFT) - 1;

    private final IpLayer ip;
    /** Two words a flow: the MAC address, above it the code point; the peer that it leads to, and the state of the link that it is from. */
    private final long[] rows;
    private long lookups;

    NextHops(IpLayer ip, int flows) {
        this.ip = ip;
        rows = new long[2 * (flows + 1)];
    }

    /** Marks a flow's frames. */
    void dscp(int flow, int dscp) {
        int row = 2 * flow;
        rows[row] = rows[row] & MAC_MASK | (long) dscp << DSCP_SHIFT;
    }

    /** {@return the MAC address in what {@link #hop} answers} */
    static long mac(long hop) {
        return hop & MAC_MASK;
    }

    /** {@return the code point in what {@link #hop} answers} */
    static int dscp(long hop) {
        return (int) (hop >>> DSCP_SHIFT);
    }

    /**
     * {@return the MAC address that a frame goes to and its flow's code point, or a negative number: it is not known}
     *
     * @param flow the flow, or 0: nobody's
     * @param peer the peer's address
     */
    long hop(int flow, int peer, long nowNs) {
        int row = 2 * flow;
        long key = (long) peer << 32 | ip.changes() & 0xffff_ffffL;
        return rows[row + 1] == key && mac(rows[row]) != 0 ? rows[row] : lookUp(row, key, nowNs);
    }

    private long lookUp(int row, long key, long nowNs) {
        lookups++;
        int peer = (int) (key >>> 32);
        long mac = ip.resolvedMac(peer, nowNs);
        if (mac < 0 && mac(rows[row]) != 0 && (int) (rows[row + 1] >>> 32) == peer) {
            mac = mac(rows[row]);
        }
        if (mac < 0) {
            return mac;
        }
        rows[row] = rows[row] & ~MAC_MASK | mac;
        rows[row + 1] = key;
        return rows[row];
    }

    /** {@return how often the network layer has been asked} */
    long lookups() {
        return lookups;
    }
}

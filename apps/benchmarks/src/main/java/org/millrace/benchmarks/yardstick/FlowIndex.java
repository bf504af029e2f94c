package org.millrace.benchmarks.yardstick;

/** Flows by address and ports: a keyed hash with open addressing. */
final class FlowIndex {
    private static final long LOW = 0xffff_ffffL;

    private FlowIndex() {
    }

    /** {@return vacant slots of four words for so many flows: own address, peer's, ports, the flow; 0: vacant} */
    static int[] of(int flows) {
        return new int[(Integer.highestOneBit(Math.max(4, 2 * flows - 1)) << 1) * 4];
    }

    static void add(int[] keys, int mask, long seed, int local, int peer, int ports, int flow) {
        int slot = home(local, peer, ports, seed) & mask;
        while (keys[slot * 4 + 3] != 0) {
            slot = slot + 1 & mask;
        }
        keys[slot * 4] = local;
        keys[slot * 4 + 1] = peer;
        keys[slot * 4 + 2] = ports;
        keys[slot * 4 + 3] = flow;
    }

    /** {@return the flow; 0: none} */
    static int find(int[] keys, int mask, long seed, int local, int peer, int ports) {
        for (int slot = home(local, peer, ports, seed) & mask;; slot = slot + 1 & mask) {
            int at = slot * 4;
            int flow = keys[at + 3];
            if (flow == 0 || keys[at] == local && keys[at + 1] == peer && keys[at + 2] == ports) {
                return flow;
            }
        }
    }

    private static int home(int local, int peer, int ports, long seed) {
        long a = ((long) local << 32 | peer & LOW) ^ seed;
        long b = (ports & LOW) ^ Long.rotateLeft(seed, 29);
        long mixed = a * b ^ Math.multiplyHigh(a, b);
        return (int) (mixed ^ mixed >>> 32);
    }
}

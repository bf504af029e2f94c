package org.millrace.runtime;

import java.util.Arrays;
import org.millrace.api.pipeline.FlowLookup;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.StateTables;
import org.millrace.api.transport.TransportHost;

/**
 * Flow indices and the exact match from addresses and ports to them: open addressing with linear probing and backward
 * shift, at most half full, 16 bytes an entry. The hash is keyed anew at each start, so that nobody outside can choose
 * ports that collide. A flow has one key at a time: inserting another moves it.
 *
 * <p>Owned by: the data-path thread.
 */
final class FlowMap implements TransportHost.FlowTable, FlowLookup {
    private static final int ENTRY_WORDS = 4;
    private static final int FLOW = 3;

    private final int mask;
    private final int[] entries;
    private final int[] keys;
    private final boolean[] allocated;
    private final boolean[] inserted;
    private final int[] free;
    private final long seed0;
    private final long seed1;
    private StateTables states;
    private int freeHead;
    private int size;

    FlowMap(int flows, long seed0, long seed1) {
        this.seed0 = seed0;
        this.seed1 = seed1;
        int slots = Integer.highestOneBit(Math.max(4, 2 * flows - 1)) << 1;
        mask = slots - 1;
        entries = new int[Math.multiplyExact(slots, ENTRY_WORDS)];
        keys = new int[(flows + 1) * FLOW];
        allocated = new boolean[flows + 1];
        inserted = new boolean[flows + 1];
        free = new int[flows];
        Arrays.setAll(free, i -> i + 1);
    }

    /** Names the state that a released flow's is zeroed in. */
    void attach(StateTables tables) {
        states = tables;
    }

    @Override
    public int lookup(SegmentMeta meta) {
        return find(meta.localAddress(), meta.peerAddress(), meta.localPort() << 16 | meta.peerPort());
    }

    private int find(int local, int peer, int ports) {
        for (int slot = home(local, peer, ports);; slot = slot + 1 & mask) {
            int at = slot * ENTRY_WORDS;
            int flow = entries[at + FLOW];
            if (flow == 0 || entries[at] == local && entries[at + 1] == peer && entries[at + 2] == ports) {
                return flow;
            }
        }
    }

    private int home(int local, int peer, int ports) {
        long a = ((long) local << 32 | peer & 0xffff_ffffL) ^ seed0;
        long b = (ports & 0xffff_ffffL) ^ seed1;
        long mixed = a * b ^ Math.multiplyHigh(a, b);
        return (int) (mixed ^ mixed >>> 32) & mask;
    }

    @Override
    public int allocate() {
        if (size == free.length) {
            return 0;
        }
        int flow = free[freeHead]; // oldest first: an index rests as long as can be before its next use
        freeHead = freeHead + 1 == free.length ? 0 : freeHead + 1;
        size++;
        allocated[flow] = true;
        return flow;
    }

    @Override
    public boolean insert(int flow, int localAddress, int localPort, int peerAddress, int peerPort) {
        requireAllocated(flow);
        int ports = localPort << 16 | peerPort & 0xffff;
        int present = find(localAddress, peerAddress, ports);
        if (present != 0) {
            return present == flow;
        }
        remove(flow);
        int slot = home(localAddress, peerAddress, ports);
        while (entries[slot * ENTRY_WORDS + FLOW] != 0) {
            slot = slot + 1 & mask;
        }
        int at = slot * ENTRY_WORDS;
        entries[at] = localAddress;
        entries[at + 1] = peerAddress;
        entries[at + 2] = ports;
        entries[at + FLOW] = flow;
        System.arraycopy(entries, at, keys, flow * FLOW, FLOW);
        inserted[flow] = true;
        return true;
    }

    @Override
    public void release(int flow) {
        requireAllocated(flow);
        remove(flow);
        states.clear(flow);
        allocated[flow] = false;
        int tail = freeHead - size;
        free[tail < 0 ? tail + free.length : tail] = flow;
        size--;
    }

    @Override
    public int size() {
        return size;
    }

    private void requireAllocated(int flow) {
        if (flow <= 0 || flow >= allocated.length || !allocated[flow]) {
            throw new IllegalArgumentException("flow " + flow + " is not allocated");
        }
    }

    private void remove(int flow) {
        if (!inserted[flow]) {
            return;
        }
        inserted[flow] = false;
        int key = flow * FLOW;
        int slot = home(keys[key], keys[key + 1], keys[key + 2]);
        while (entries[slot * ENTRY_WORDS + FLOW] != flow) {
            slot = slot + 1 & mask;
        }
        closeGap(slot);
    }

    /** Moves back every later entry of the cluster that would no longer be found behind the gap. */
    private void closeGap(int removed) {
        int gap = removed;
        for (int slot = gap + 1 & mask; entries[slot * ENTRY_WORDS + FLOW] != 0; slot = slot + 1 & mask) {
            int at = slot * ENTRY_WORDS;
            int home = home(entries[at], entries[at + 1], entries[at + 2]);
            if ((slot - home & mask) >= (slot - gap & mask)) {
                System.arraycopy(entries, at, entries, gap * ENTRY_WORDS, ENTRY_WORDS);
                gap = slot;
            }
        }
        entries[gap * ENTRY_WORDS + FLOW] = 0;
    }
}

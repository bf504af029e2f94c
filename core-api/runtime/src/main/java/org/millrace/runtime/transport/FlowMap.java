package org.millrace.runtime.transport;

import java.util.Arrays;
import org.millrace.api.pipeline.FlowLookup;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.transport.TransportHost;

/**
 * Flow indices and the exact match from addresses and ports to them: open addressing with linear probing and backward
 * shift, at most half full, 16 bytes an entry. The hash is keyed anew at each start, so that nobody outside can choose
 * ports that collide. A flow has one key at a time: inserting another moves it.
 *
 * <p>All flows are those of one owner, the program that runs, unless earlier ones have kept some.
 *
 * <p>Owned by: the data-path thread.
 */
public final class FlowMap implements TransportHost.FlowTable, FlowLookup {
    private static final int ENTRY_WORDS = 4;
    private static final int FLOW = 3;

    private final int mask;
    private final int[] entries;
    private final int[] keys;
    private final boolean[] allocated;
    private final boolean[] inserted;
    private int[] free;
    private final long seed0;
    private final long seed1;
    private Owner current;
    /** By flow: an earlier owner that has kept it, or null. Null: nobody has kept any. */
    private Owner[] kept;
    private int freeHead;
    private int size;

    /** Whose flows are. */
    interface Owner {
        /** Zeroes the state of a flow that is released. */
        void released(int flow);
    }

    public FlowMap(int flows, long seed0, long seed1) {
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

    /** From now on flows are this owner's, but those that others have kept. */
    void attach(Owner owner) {
        current = owner;
    }

    /** The owner keeps all flows that are its own when another is attached. */
    void keep() {
        if (kept == null) {
            kept = new Owner[allocated.length];
        }
        for (int flow = 1; flow < allocated.length; flow++) {
            if (allocated[flow] && kept[flow] == null) {
                kept[flow] = current;
            }
        }
    }

    /** Passes what an owner has kept on to another. */
    void replace(Owner old, Owner fresh) {
        for (int flow = 1; kept != null && flow < kept.length; flow++) {
            if (kept[flow] == old) {
                kept[flow] = fresh;
            }
        }
    }

    /** Nobody has kept any flow any more. */
    void keepNone() {
        kept = null;
    }

    /** {@return whether somebody has kept flows} */
    boolean isShared() {
        return kept != null;
    }

    /** {@return who has kept a flow, or null: nobody, or there is no such flow} */
    Owner keeper(int flow) {
        return kept == null || flow <= 0 || flow >= kept.length ? null : kept[flow];
    }

    /** {@return number of flows of an owner} */
    public int count(Owner owner) {
        if (kept == null) {
            return owner == current ? size : 0;
        }
        int count = 0;
        for (int flow = 1; flow < kept.length; flow++) {
            if (allocated[flow] && (kept[flow] == null ? current : kept[flow]) == owner) {
                count++;
            }
        }
        return count;
    }

    @Override
    public int lookup(SegmentMeta meta) {
        return find(meta.localAddress(), meta.peerAddress(), meta.localPort() << 16 | meta.peerPort());
    }

    @Override
    public int lookupLocal(SegmentMeta meta) {
        return findLocal(meta.localAddress(), meta.localPort());
    }

    /** {@return the flow without a peer at an address and port, or at the port of all addresses, or 0} */
    int findLocal(int local, int port) {
        int flow = find(local, 0, port << Short.SIZE);
        return flow != 0 ? flow : find(0, 0, port << Short.SIZE);
    }

    /** {@return the flow that has these addresses and ports, or 0; ports: the local one in the high half} */
    int find(int local, int peer, int ports) {
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
    public void reserve(int count) {
        int left = allocated.length - 1 - count;
        if (left == free.length) {
            return;
        }
        if (size != 0 || free.length != allocated.length - 1 || left < 1) {
            throw new IllegalStateException("of " + (allocated.length - 1) + " flows " + free.length
                + " are for connections and " + size + " taken, too late to reserve " + count);
        }
        free = new int[left];
        Arrays.setAll(free, i -> i + 1);
        freeHead = 0;
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
        if (kept == null || kept[flow] == null) {
            current.released(flow);
        } else {
            kept[flow].released(flow);
            kept[flow] = null;
        }
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

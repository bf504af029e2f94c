package org.millrace.testkit;

import java.util.HashMap;
import java.util.Map;
import org.millrace.api.pipeline.FlowLookup;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.transport.TransportHost;

/** Flow lookup in a map; also the flow table through which a control plane fills it. */
public final class MapFlowLookup implements FlowLookup, TransportHost.FlowTable {
    private final Map<Tuple, Integer> flows = new HashMap<>();
    private final Map<Integer, Tuple> allocated = new HashMap<>();
    private final int capacity;
    private int lookups;

    private record Tuple(int localAddress, int localPort, int peerAddress, int peerPort) {
    }

    /** A table of 1024 flows. */
    public MapFlowLookup() {
        this(1024);
    }

    /**
     * An empty table.
     *
     * @param capacity most flows; indices are 1 to {@code capacity}
     */
    public MapFlowLookup(int capacity) {
        this.capacity = capacity;
    }

    @Override
    public int lookup(SegmentMeta meta) {
        lookups++;
        return flows.getOrDefault(
            new Tuple(meta.localAddress(), meta.localPort(), meta.peerAddress(), meta.peerPort()), 0);
    }

    @Override
    public int lookupLocal(SegmentMeta meta) {
        lookups++;
        int flow = flows.getOrDefault(new Tuple(meta.localAddress(), meta.localPort(), 0, 0), 0);
        return flow != 0 ? flow : flows.getOrDefault(new Tuple(0, meta.localPort(), 0, 0), 0);
    }

    /** {@return how often {@link #lookup} and {@link #lookupLocal} were called} */
    public int lookups() {
        return lookups;
    }

    @Override
    public int allocate() {
        for (int flow = 1; flow <= capacity; flow++) {
            if (!allocated.containsKey(flow)) {
                allocated.put(flow, null);
                return flow;
            }
        }
        return 0;
    }

    @Override
    public boolean insert(int flow, int localAddress, int localPort, int peerAddress, int peerPort) {
        Tuple tuple = new Tuple(localAddress, localPort, peerAddress, peerPort);
        if (flows.putIfAbsent(tuple, flow) != null) {
            return false;
        }
        allocated.put(flow, tuple);
        return true;
    }

    @Override
    public void release(int flow) {
        Tuple tuple = allocated.remove(flow);
        if (tuple != null) {
            flows.remove(tuple);
        }
    }

    @Override
    public int size() {
        return allocated.size();
    }
}

package org.millrace.tcp.control.established;

import java.util.Arrays;
import org.millrace.net.timer.Timed;
import org.millrace.tcp.control.connection.ConnectionTable;
import org.millrace.tcp.control.connection.TcpConnection;

/**
 * The flows that need watching. An idle flow is not among them and costs nothing. A walk over the list is made no more often than pays: the more flows, the rarer.
 */
public final class ActiveFlows {
    /** Any other flow at which something happens is looked at this often. */
    static final long GAP_NS = 1_000_000;
    /** A flow at which nothing happens is looked at this often, or when its timer is due. */
    static final long QUIET_GAP_NS = 10_000_000;
    private static final long WALK_NS_PER_FLOW = 2_000;
    private static final int NOTED = 256;

    /** Flows at which something has happened since they were last taken note of. */
    private final int[] noted = new int[NOTED];
    private int notedCount;
    private final TcpConnection[] due = new TcpConnection[FlowWatch.AHEAD];
    /** In no order; a walk over them has no connection in its way whose time has not come. */
    private TcpConnection[] flows = new TcpConnection[FlowWatch.AHEAD];
    /** When each is to be looked at. */
    private long[] pollNs = new long[FlowWatch.AHEAD];
    private int size;
    private long lastWalkNs = Long.MIN_VALUE / 2;
    private long nextNs = Timed.NEVER;

    /**
     * Something has happened at a flow, which {@link #wakeNoted} will tell: the middle of the data path does not touch its
     * connection, which with many flows is in no cache.
     *
     * @param flow the flow
     * @return whether there was room to take note of it
     */
    public boolean note(int flow) {
        if (notedCount == NOTED) {
            return false;
        }
        noted[notedCount++] = flow;
        return true;
    }

    /** Wakes those noted, all in one go, so that their connections come from memory side by side. */
    public void wakeNoted(ConnectionTable table, long nowNs) {
        for (int i = 0; i < notedCount; i++) {
            TcpConnection c = table.byFlow(noted[i]);
            if (c != null) {
                wake(c, false, nowNs);
            }
        }
        notedCount = 0;
    }

    /**
     * Has a flow looked at.
     *
     * @param c      the flow's connection
     * @param urgent whether at once, else at the flow's own pace
     */
    public void wake(TcpConnection c, boolean urgent, long nowNs) {
        if (!c.active) {
            link(c);
            c.pollNs = nowNs + c.pollGapNs;
        } else if (c.quiet) {
            c.pollNs = Math.min(c.pollNs, nowNs + c.pollGapNs);
        }
        c.quiet = false;
        if (urgent) {
            c.pollNs = Math.min(c.pollNs, nowNs);
        }
        pollNs[c.place] = c.pollNs;
        nextNs = Math.min(nextNs, c.pollNs);
    }

    /** A flow has been given another time to be looked at. */
    void paced(TcpConnection c) {
        if (c.active) {
            pollNs[c.place] = c.pollNs;
        }
    }

    private void link(TcpConnection c) {
        if (size == flows.length) {
            flows = Arrays.copyOf(flows, 2 * size);
            pollNs = Arrays.copyOf(pollNs, 2 * size);
        }
        c.active = true;
        c.place = size;
        flows[size++] = c;
    }

    public void remove(TcpConnection c) {
        if (!c.active) {
            return;
        }
        size--;
        flows[c.place] = flows[size];
        pollNs[c.place] = pollNs[size];
        flows[c.place].place = c.place;
        flows[size] = null;
        c.active = false;
        if (size == 0) {
            nextNs = Timed.NEVER;
        }
    }

    /** Looks at every flow whose time has come: some at a time are brought near, then looked at. */
    public void walk(FlowWatch watch, long nowNs) {
        if (nextNs() > nowNs) {
            return;
        }
        lastWalkNs = nowNs;
        nextNs = Timed.NEVER;
        for (int i = size - 1; i >= 0;) { // looking at a flow may take it out, but no other; then the last one, which was looked at, is there
            int count = 0;
            for (; i >= 0 && count < FlowWatch.AHEAD; i--) {
                if (pollNs[i] <= nowNs) {
                    due[count++] = flows[i];
                } else {
                    nextNs = Math.min(nextNs, pollNs[i]);
                }
            }
            watch.approach(due, count);
            for (int j = 0; j < count; j++) {
                look(watch, j, nowNs);
            }
        }
    }

    private void look(FlowWatch watch, int index, long nowNs) {
        TcpConnection c = due[index];
        due[index] = null;
        watch.look(c, index, nowNs);
        if (c.active) {
            nextNs = Math.min(nextNs, c.pollNs);
        }
    }

    public long nextNs() {
        return nextNs == Timed.NEVER ? nextNs : Math.max(nextNs, lastWalkNs + size * WALK_NS_PER_FLOW);
    }

    int size() {
        return size;
    }
}

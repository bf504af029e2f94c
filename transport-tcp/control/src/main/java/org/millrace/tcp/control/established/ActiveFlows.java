package org.millrace.tcp.control.established;

import org.millrace.net.timer.Timed;
import org.millrace.tcp.control.connection.ConnectionTable;
import org.millrace.tcp.control.connection.TcpConnection;

/**
 * The flows that need watching, in a list that runs through the connections themselves. An idle flow is not in it and
 * costs nothing. A walk over the list is made no more often than pays: the more flows, the rarer.
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
    private TcpConnection head;
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
        nextNs = Math.min(nextNs, c.pollNs);
    }

    private void link(TcpConnection c) {
        c.active = true;
        c.previous = null;
        c.next = head;
        if (head != null) {
            head.previous = c;
        }
        head = c;
        size++;
    }

    public void remove(TcpConnection c) {
        if (!c.active) {
            return;
        }
        if (c.previous == null) {
            head = c.next;
        } else {
            c.previous.next = c.next;
        }
        if (c.next != null) {
            c.next.previous = c.previous;
        }
        c.previous = null;
        c.next = null;
        c.active = false;
        size--;
        if (size == 0) {
            nextNs = Timed.NEVER;
        }
    }

    /** Looks at every flow whose time has come. */
    public void walk(FlowWatch watch, long nowNs) {
        if (nextNs() > nowNs) {
            return;
        }
        lastWalkNs = nowNs;
        nextNs = Timed.NEVER;
        TcpConnection c = head;
        while (c != null) {
            TcpConnection following = c.next; // looking at a flow may take it out, but no other
            if (c.pollNs <= nowNs) {
                watch.look(c, nowNs);
            }
            if (c.active) {
                nextNs = Math.min(nextNs, c.pollNs);
            }
            c = following;
        }
    }

    public long nextNs() {
        return nextNs == Timed.NEVER ? nextNs : Math.max(nextNs, lastWalkNs + size * WALK_NS_PER_FLOW);
    }

    int size() {
        return size;
    }
}

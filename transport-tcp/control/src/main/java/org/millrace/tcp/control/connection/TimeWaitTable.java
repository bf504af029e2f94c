package org.millrace.tcp.control.connection;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.millrace.net.timer.Timed;
import org.millrace.tcp.control.program.TcpConfig;
import org.millrace.tcp.control.program.TcpConnectionState;
import org.millrace.tcp.control.wire.Endpoints;

/** Connections in TIME-WAIT, oldest first: they all wait equally long. Bounded: one too many ends the oldest. */
public final class TimeWaitTable {
    private final Map<Endpoints, TimeWait> entries = new LinkedHashMap<>();
    private final long durationNs;
    private final int limit;

    public TimeWaitTable(TcpConfig config) {
        durationNs = config.timeWaitMs() * 1_000_000L;
        limit = config.timeWaitMax();
    }

    public void add(Endpoints ends, TcpConnectionState state, int dscp, long nowNs) {
        if (durationNs == 0) {
            return;
        }
        put(new TimeWait(ends, state.sndMax, state.rcvNxt, state.timestamps, state.tsRecent, dscp,
            nowNs + durationNs));
        if (entries.size() > limit) {
            removeFirst();
        }
    }

    /** Takes over one that another control plane has put here, in the order of deadlines. */
    public void takeOver(TimeWait entry, long nowNs) {
        put(entry.until(Math.min(entry.deadlineNs(), nowNs + durationNs)));
        if (entries.size() > limit) {
            removeFirst();
        }
    }

    public void clear() {
        entries.clear();
    }

    /** Begins the 2 MSL anew: the peer's FIN has come again (RFC 9293 §3.10.7.4, eighth). */
    public void restart(TimeWait entry, long nowNs) {
        put(entry.until(nowNs + durationNs));
    }

    private void put(TimeWait entry) {
        entries.remove(entry.ends());
        entries.put(entry.ends(), entry);
    }

    private void removeFirst() {
        Iterator<TimeWait> oldest = entries.values().iterator();
        oldest.next();
        oldest.remove();
    }

    public TimeWait get(Endpoints ends) {
        return entries.get(ends);
    }

    public void remove(Endpoints ends) {
        entries.remove(ends);
    }

    public void expire(long nowNs) {
        while (nextNs() <= nowNs) {
            removeFirst();
        }
    }

    public long nextNs() {
        return entries.isEmpty() ? Timed.NEVER : entries.values().iterator().next().deadlineNs();
    }

    public int size() {
        return entries.size();
    }

    public Collection<TimeWait> all() {
        return List.copyOf(new ArrayList<>(entries.values()));
    }
}

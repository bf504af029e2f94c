package org.millrace.tcp.control;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Connections in TIME-WAIT, oldest first: they all wait equally long. Bounded: one too many ends the oldest. */
final class TimeWaitTable {
    private final Map<Endpoints, TimeWait> entries = new LinkedHashMap<>();
    private final long durationNs;
    private final int limit;

    TimeWaitTable(TcpConfig config) {
        durationNs = config.timeWaitMs() * 1_000_000L;
        limit = config.timeWaitMax();
    }

    void add(Endpoints ends, TcpConnectionState state, long nowNs) {
        if (durationNs == 0) {
            return;
        }
        put(new TimeWait(ends, state.sndMax, state.rcvNxt, state.timestamps, state.tsRecent, nowNs + durationNs));
        if (entries.size() > limit) {
            removeFirst();
        }
    }

    /** Takes over one that another control plane has put here, in the order of deadlines. */
    void takeOver(TimeWait entry, long nowNs) {
        put(entry.until(Math.min(entry.deadlineNs(), nowNs + durationNs)));
        if (entries.size() > limit) {
            removeFirst();
        }
    }

    void clear() {
        entries.clear();
    }

    /** Begins the 2 MSL anew: the peer's FIN has come again (RFC 9293 §3.10.7.4, eighth). */
    void restart(TimeWait entry, long nowNs) {
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

    TimeWait get(Endpoints ends) {
        return entries.get(ends);
    }

    void remove(Endpoints ends) {
        entries.remove(ends);
    }

    void expire(long nowNs) {
        while (nextNs() <= nowNs) {
            removeFirst();
        }
    }

    long nextNs() {
        return entries.isEmpty() ? Timed.NEVER : entries.values().iterator().next().deadlineNs();
    }

    int size() {
        return entries.size();
    }

    Collection<TimeWait> all() {
        return List.copyOf(new ArrayList<>(entries.values()));
    }
}

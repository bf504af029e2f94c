package org.millrace.runtime.path;

import java.util.ArrayList;
import java.util.List;
import org.millrace.runtime.tenant.AppContext;
import org.millrace.runtime.tenant.Counters;
import org.millrace.runtime.transport.TransportTable;

/**
 * Contexts whose applications are gone: what they had asked for is still done, and what they had written is still sent
 * out of their memory, which stays until their last connection is over. How long that may take is the transports'
 * affair; how much it may hold is bounded here: the oldest ends, with a reset of what is left, when all of them hold
 * more than {@value #MAX_BYTES} bytes that no peer has acknowledged, or when a new context finds no number.
 *
 * <p>Owned by: the data-path thread.
 */
public final class LeftContexts {
    /** Most bytes written by applications that are gone. */
    static final long MAX_BYTES = 256L << 20;

    private static final class Entry {
        final AppContext context;
        /** What it held when its last request had been read; -1: that is still to come. */
        long bytes = -1;

        Entry(AppContext context) {
            this.context = context;
        }
    }

    private final TransportTable transports;
    private final DataPath path;
    private final Counters counters;
    /** The oldest first. */
    private final List<Entry> left = new ArrayList<>();
    private long bytes;

    LeftContexts(TransportTable transports, DataPath path, Counters counters) {
        this.transports = transports;
        this.path = path;
        this.counters = counters;
    }

    public int size() {
        return left.size();
    }

    void add(AppContext context) {
        context.leave();
        left.add(new Entry(context));
    }

    /** It has ended. */
    void remove(AppContext context) {
        for (int i = 0; context.hasLeft() && i < left.size(); i++) {
            if (left.get(i).context == context) {
                bytes -= Math.max(left.remove(i).bytes, 0);
            }
        }
    }

    /** Goes on with each of them, and ends those that have no connection any more. */
    void advance(long nowNs) {
        for (int i = left.size() - 1; i >= 0; i--) {
            Entry entry = left.get(i);
            if (entry.bytes < 0 && entry.context.requests() <= 0) {
                entry.bytes = entry.context.unacknowledged();
                bytes += entry.bytes;
                transports.contextLeft(entry.context.number, nowNs);
            }
            if (entry.bytes >= 0 && entry.context.slots.live() == 0) {
                path.close(entry.context, nowNs);
            }
        }
        while (bytes > MAX_BYTES) {
            makeRoom(nowNs);
        }
    }

    /** Ends the oldest, if there is one. */
    void makeRoom(long nowNs) {
        if (!left.isEmpty()) {
            counters.lingeringContextsEnded++;
            path.close(left.getFirst().context, nowNs);
        }
    }
}

package org.millrace.runtime.tenant;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.millrace.api.context.ContextSize;
import org.millrace.api.pipeline.ContextQueue;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.memory.BlockPool;
import org.millrace.memory.SharedMemory;

/** The open contexts by number, and the context-queue extern. Owned by: the data-path thread. */
public final class ContextTable implements ContextQueue {
    private static final Executor ELSEWHERE = task -> Thread.ofVirtual().name("millrace-free").start(task);

    private final AppContext[] contexts;
    private final List<AppContext> open = new ArrayList<>();
    public final ChangedLines changed = new ChangedLines();
    private final Counters counters;
    private final ContextHome.Journals journals;
    private int nextNumber;

    public ContextTable(int capacity, Counters counters, ContextHome.Journals journals) {
        contexts = new AppContext[capacity];
        this.counters = counters;
        this.journals = journals;
    }

    /** {@return a new context in fresh memory, which it does not close, or null if every number is taken} */
    public AppContext open(ContextSize size, ConnectionSlots slots, SharedMemory memory, Object owner, long nowNs) {
        for (int i = 0; i < contexts.length; i++) {
            int number = (nextNumber + i) % contexts.length;
            if (contexts[number] == null) {
                nextNumber = number + 1;
                AppContext context = new AppContext(number, size, slots, memory, owner, journals.open(number, nowNs),
                    counters, changed);
                contexts[number] = context;
                open.add(context);
                counters.contextsOpened++;
                changed.context(context);
                return context;
            }
        }
        return null;
    }

    /** Forgets a context whose connections have been released. */
    public void remove(AppContext context) {
        contexts[context.number] = null;
        open.remove(context);
        changed.gone(context);
        if (context.journal != null) {
            context.journal.close();
        }
        context.letGo(ELSEWHERE);
    }

    public boolean isFull() {
        return open.size() == contexts.length;
    }

    /** {@return how many numbers there are, from 0} */
    public int numbers() {
        return contexts.length;
    }

    /** {@return the open context of a number, or null} */
    public AppContext find(int number) {
        return number >= 0 && number < contexts.length ? contexts[number] : null;
    }

    /** {@return the open contexts} */
    public List<AppContext> all() {
        return open;
    }

    /** Notes that no line of the registry about a connection says what is so. */
    public void changedAll() {
        for (AppContext context : open) {
            for (int slot = 0; slot < context.slots.count(); slot++) {
                if (context.slots.id(slot) != 0) {
                    context.changed(slot);
                }
            }
        }
    }

    /** Makes every connection pull-paced: programs have changed, and one that pushes grants anew. */
    public void pullAll() {
        for (AppContext context : open) {
            for (int slot = 0; slot < context.slots.count(); slot++) {
                context.pull(slot);
            }
        }
    }

    /** A peer's stream has been given to an application. */
    public void countAccepted() {
        counters.streamsAccepted++;
    }

    public int connections() {
        int sum = 0;
        for (AppContext context : open) {
            sum += context.slots.live();
        }
        return sum;
    }

    @Override
    public void notify(SegmentMeta meta) {
        AppContext context = find(meta.context());
        if (context != null) {
            context.notify(meta.connection(), meta.rxBump(), meta.txBump(), meta.hostFlags());
        }
    }

    @Override
    public void grant(int context, int connection, int position) {
        AppContext found = find(context);
        if (found != null) {
            found.grant(connection, position);
        }
    }

    @Override
    public int reserve(SegmentMeta meta) {
        AppContext context = find(meta.context());
        if (context == null) {
            return DropReason.NO_FLOW.code();
        }
        if (!context.events.hasRoom()) {
            return DropReason.CONTEXT_QUEUE_FULL.code();
        }
        int position = context.reserve(meta.connection(), meta.length(),
            (meta.hostFlags() & SegmentMeta.HOST_SPARING) != 0);
        if (position == BlockPool.NONE) {
            return DropReason.NO_BUFFER.code();
        }
        meta.position(position);
        return DropReason.NONE.code();
    }

    @Override
    public void unreserve(SegmentMeta meta) {
        AppContext context = find(meta.context());
        if (context != null) {
            context.unreserve(meta.connection(), meta.position());
        }
    }

    @Override
    public void message(SegmentMeta meta) {
        AppContext context = find(meta.context());
        if (context != null && !context.message(meta)) {
            counters.transferFaults++;
        }
    }

    @Override
    public void sent(SegmentMeta meta, int status) {
        AppContext context = find(meta.context());
        if (context != null && !context.sent(meta, status)) {
            counters.transferFaults++;
        }
    }
}

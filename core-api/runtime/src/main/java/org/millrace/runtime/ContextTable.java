package org.millrace.runtime;

import java.util.ArrayList;
import java.util.List;
import org.millrace.api.context.ContextSize;
import org.millrace.api.pipeline.ContextQueue;
import org.millrace.api.pipeline.SegmentMeta;

/** The open contexts by number, and the context-queue extern. Owned by: the data-path thread. */
final class ContextTable implements ContextQueue {
    private final AppContext[] contexts;
    private final List<AppContext> open = new ArrayList<>();
    private final Counters counters;
    private int nextNumber;

    ContextTable(int capacity, Counters counters) {
        contexts = new AppContext[capacity];
        this.counters = counters;
    }

    /** {@return a new context, or null if every number is taken} */
    AppContext open(ContextSize size) {
        for (int i = 0; i < contexts.length; i++) {
            int number = (nextNumber + i) % contexts.length;
            if (contexts[number] == null) {
                nextNumber = number + 1;
                AppContext context = new AppContext(number, size, counters);
                contexts[number] = context;
                open.add(context);
                counters.contextsOpened++;
                return context;
            }
        }
        return null;
    }

    /** Forgets a context whose connections have been released. */
    void remove(AppContext context) {
        contexts[context.number] = null;
        open.remove(context);
    }

    /** {@return the open context of a number, or null} */
    AppContext find(int number) {
        return number >= 0 && number < contexts.length ? contexts[number] : null;
    }

    /** {@return the open contexts} */
    List<AppContext> all() {
        return open;
    }

    int connections() {
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
    public boolean message(SegmentMeta meta) {
        AppContext context = find(meta.context());
        return context != null
            && context.message(meta.connection(), meta.length(), meta.peerAddress(), meta.peerPort());
    }
}

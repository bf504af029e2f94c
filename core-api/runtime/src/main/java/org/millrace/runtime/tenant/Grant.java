package org.millrace.runtime.tenant;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.SelectableChannel;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.SelectorBell;
import org.millrace.memory.Linux;

/**
 * A context in the hands of an application, of this process or, through the attach server, of another. Any thread, if
 * {@code bell} and {@code closer} allow it.
 */
public final class Grant implements ContextGrant {
    private final String instance;
    private final List<String> transports;
    private final AppContext context;
    private final Runnable bell;
    private final int doorbell;
    private final Runnable closer;
    private final AtomicBoolean closed = new AtomicBoolean();
    private List<Grant> shards = List.of(this);
    private Grant[] others = {};
    private WakePipe pipe;

    /**
     * @param bell     wakes the data path
     * @param doorbell descriptor that another process can ring, or -1; the grant closes it
     * @param closer   ends the context and, when neither side uses it any more, frees its memory; called once
     */
    public Grant(String instance, List<String> transports, AppContext context, Runnable bell, int doorbell, Runnable closer) {
        this.instance = instance;
        this.transports = transports;
        this.context = context;
        this.bell = bell;
        this.doorbell = doorbell;
        this.closer = closer;
    }

    /**
     * {@return the grant of a context in each shard, in order: the first}
     *
     * @param grants the grants
     */
    public static Grant of(List<Grant> grants) {
        Grant first = grants.getFirst();
        first.shards = List.copyOf(grants);
        first.others = grants.subList(1, grants.size()).toArray(Grant[]::new);
        return first;
    }

    @Override
    public List<ContextGrant> shards() {
        return List.copyOf(shards);
    }

    @Override
    public String instance() {
        return instance;
    }

    @Override
    public MemorySegment region() {
        return context.region.segment();
    }

    @Override
    public List<String> transports() {
        return transports;
    }

    @Override
    public void ring() {
        bell.run();
    }

    @Override
    public synchronized SelectableChannel wakeChannel() throws IOException {
        if (pipe == null) {
            pipe = new WakePipe();
            shards.forEach(grant -> grant.context.wakeBy(pipe));
            if (!isOpen()) {
                pipe.end();
            }
        }
        return pipe.source();
    }

    private synchronized void closePipe() {
        if (pipe != null) {
            pipe.closeSource();
        }
    }

    @Override
    public void selectorBell(SelectorBell selector) {
        shards.forEach(grant -> grant.context.wakeBy(selector));
        if (selector != null && !isOpen()) {
            selector.end();
        }
    }

    @Override
    public int regionDescriptor() {
        return doorbell < 0 ? -1 : context.region.descriptor();
    }

    @Override
    public int doorbellDescriptor() {
        return doorbell;
    }

    @Override
    public boolean isOpen() {
        boolean open = !closed.get() && !context.isClosed();
        for (Grant other : others) {
            open &= other.isOpen();
        }
        return open;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            closePipe();
            for (Grant other : others) {
                other.close(); // before the first, which decides who may listen where
            }
            closer.run();
            if (doorbell >= 0) {
                Linux.close(doorbell);
            }
        }
    }
}

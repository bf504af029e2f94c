package org.millrace.runtime;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.SelectableChannel;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.millrace.api.context.ContextGrant;

/** A context in the hands of an application in this process. Any thread, if {@code bell} and {@code closer} allow it. */
final class Grant implements ContextGrant {
    private final String instance;
    private final List<String> transports;
    private final AppContext context;
    private final Runnable bell;
    private final Runnable closer;
    private final AtomicBoolean closed = new AtomicBoolean();
    private WakePipe pipe;

    /**
     * @param bell   wakes the data path
     * @param closer ends the context and, when neither side uses it any more, frees its memory; called once
     */
    Grant(String instance, List<String> transports, AppContext context, Runnable bell, Runnable closer) {
        this.instance = instance;
        this.transports = transports;
        this.context = context;
        this.bell = bell;
        this.closer = closer;
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
            context.wakeBy(pipe);
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
    public boolean isOpen() {
        return !closed.get() && context.layout.isOpen();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            closePipe();
            closer.run();
        }
    }
}

package org.millrace.runtime;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.SelectableChannel;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.millrace.api.context.ContextGrant;

/** A context in the hands of an application in this process. Any thread. */
final class Grant implements ContextGrant {
    private final String instance;
    private final List<String> transports;
    private final DataPath path;
    private final DataPathThread thread;
    private final AppContext context;
    private final AtomicBoolean closed = new AtomicBoolean();
    private WakePipe pipe;

    Grant(String instance, List<String> transports, DataPath path, DataPathThread thread, AppContext context) {
        this.instance = instance;
        this.transports = transports;
        this.path = path;
        this.thread = thread;
        this.context = context;
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
        thread.ring();
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

    /** {@inheritDoc} The memory goes when neither side uses it any more, in the data path's own thread or after it. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        closePipe();
        CompletableFuture<Void> answer = thread.call(nowNs -> {
            path.close(context, nowNs);
            return null;
        });
        answer.whenComplete((done, ended) -> context.region.close());
    }
}

package org.millrace.execution;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.HostServices;
import org.millrace.api.pipeline.ContextQueue;
import org.millrace.api.pipeline.Extern;
import org.millrace.api.pipeline.Externs;
import org.millrace.api.pipeline.FlowLookup;
import org.millrace.api.pipeline.FlowQueue;
import org.millrace.api.pipeline.HostPart;
import org.millrace.api.pipeline.KeyTable;
import org.millrace.api.pipeline.PayloadDma;
import org.millrace.api.pipeline.PriorityQueue;
import org.millrace.api.pipeline.Recorder;
import org.millrace.api.pipeline.Timestamps;

/**
 * What a machine has handed out, by identity, to be asked for when a program is admitted. It keeps nothing alive. Any
 * thread.
 */
public final class HandedOut {
    private final List<WeakReference<Extern>> known = new ArrayList<>();

    /** Makes one that has handed out nothing. */
    public HandedOut() {
    }

    /**
     * Notes an extern.
     *
     * @param extern the extern; null: nothing, which is nobody's
     * @param <E>    its type
     * @return {@code extern}
     */
    public synchronized <E extends Extern> E add(E extern) {
        if (extern != null && !contains(extern)) {
            known.removeIf(reference -> reference.get() == null);
            known.add(new WeakReference<>(extern));
        }
        return extern;
    }

    /**
     * {@return whether an extern was handed out, this very object}
     *
     * @param extern the extern
     */
    public synchronized boolean contains(Extern extern) {
        for (WeakReference<Extern> reference : known) {
            if (reference.refersTo(extern)) {
                return true;
            }
        }
        return false;
    }

    /**
     * {@return the services of a machine that adds none of its own to the runtime's: each noted as it is handed out}
     *
     * @param runtime  the runtime's
     * @param capacity for how many keys
     */
    public Externs plain(HostServices runtime, Capacity capacity) {
        return plain(runtime, capacity, RankHeap::new);
    }

    /**
     * {@return the services of a machine that sorts in its own way and adds nothing else to the runtime's}
     *
     * @param runtime  the runtime's
     * @param capacity for how many keys
     * @param priority makes a priority queue of so many flows
     */
    public Externs plain(HostServices runtime, Capacity capacity, IntFunction<PriorityQueue> priority) {
        return new Plain(this, runtime, capacity, priority);
    }

    private record Plain(HandedOut out, HostServices runtime, Capacity capacity, IntFunction<PriorityQueue> priority) implements Externs {
        @Override
        public FlowLookup lookup() {
            return out.add(runtime.lookup());
        }

        @Override
        public PayloadDma dma() {
            return out.add(runtime.dma());
        }

        @Override
        public ContextQueue contextQueue() {
            return out.add(runtime.contextQueue());
        }

        @Override
        public Timestamps timestamps() {
            return out.add(new TickClock());
        }

        @Override
        public FlowQueue flowQueue() {
            return out.add(new Carousel(capacity.flows(), runtime.shares()));
        }

        @Override
        public PriorityQueue priorityQueue() {
            return out.add(priority.apply(capacity.flows()));
        }

        @Override
        public KeyTable keyTable(int keys) {
            return out.add(new HashKeyTable(keys, runtime.salt()));
        }

        @Override
        public Recorder recorder(Recorder recorder) {
            return out.add(recorder);
        }

        @Override
        public <H extends HostPart> H host(H part) {
            return out.add(part);
        }
    }
}

package org.millrace.toe;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.millrace.api.context.ContextGrant;
import org.millrace.memory.ContextLayout;
import org.millrace.memory.DescriptorRing;
import org.millrace.memory.Doorbell;
import org.millrace.memory.MappedRegion;

/** What a context of another process has in one shard: memory, and the bell of its data path. Any thread. */
final class AttachedShard implements ContextGrant {
    private final AttachedContext whole;
    private final MappedRegion region;
    private final ContextLayout layout;
    private final Doorbell doorbell;

    AttachedShard(AttachedContext whole, MappedRegion region, int doorbell) {
        this.whole = whole;
        this.region = region;
        layout = ContextLayout.attach(region.segment());
        this.doorbell = new Doorbell(doorbell);
    }

    /** Wakes who sleeps on the event ring's word. */
    void wake() {
        DescriptorRing events = new DescriptorRing(layout.region(), layout.eventRing(), layout.size().ringSlots());
        if (events.takeWaiting()) {
            events.waitingFutex().wake(Integer.MAX_VALUE);
        }
    }

    /** Lets go of both. */
    void release() {
        doorbell.close();
        region.close();
    }

    @Override
    public String instance() {
        return whole.instance();
    }

    @Override
    public MemorySegment region() {
        return region.segment();
    }

    @Override
    public List<String> transports() {
        return whole.transports();
    }

    @Override
    public void ring() {
        doorbell.ring();
    }

    @Override
    public boolean isOpen() {
        return whole.isOpen();
    }

    /** Gives the whole context back. */
    @Override
    public void close() {
        whole.close();
    }
}

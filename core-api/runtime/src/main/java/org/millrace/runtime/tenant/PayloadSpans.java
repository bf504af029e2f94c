package org.millrace.runtime.tenant;

import java.lang.foreign.MemorySegment;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.runtime.frame.RetainedFrames;

/**
 * Where the payload lies that an item's metadata refers to: in the transmit ring of its connection, a wrap being two
 * spans, or in a retained copy. Stays inside the connection's ring, whatever the metadata says; a payload that would not
 * is left out and counted.
 *
 * <p>Owned by: the data-path thread; valid until the next {@link #locate}.
 */
public final class PayloadSpans {
    private final ContextTable contexts;
    private final RetainedFrames retained;
    private final Counters counters;

    /** The item whose payload was found last. */
    private SegmentMeta found;
    /** Whether it has not left since. */
    private boolean isFound;
    MemorySegment region;
    long firstOffset;
    int firstLength;
    long secondOffset;
    int secondLength;

    public PayloadSpans(ContextTable contexts, RetainedFrames retained, Counters counters) {
        this.contexts = contexts;
        this.retained = retained;
        this.counters = counters;
    }

    /**
     * An item has come to refer to a slot of the transmit ring. On a machine that runs items to completion it is the next
     * one that is located, so what the slot is was just found.
     */
    void refer(SegmentMeta meta, AppContext context, int slot) {
        inRing(meta, context, slot);
        isFound = true;
        if (found != meta) {
            found = meta;
        }
    }

    /** Finds the payload of an item; it has none if the reference is 0. */
    PayloadSpans locate(SegmentMeta meta) {
        int reference = meta.payload();
        boolean isThis = isFound && found == meta && reference > 0;
        isFound = false;
        if (isThis) {
            return this;
        }
        firstLength = 0;
        secondLength = 0;
        if (reference > 0) {
            inRing(meta, contexts.find(meta.context()), reference - 1);
        } else if (reference < 0) {
            region = retained.memory(-reference);
            firstOffset = 0;
            firstLength = retained.length(-reference);
        }
        return this;
    }

    private void inRing(SegmentMeta meta, AppContext context, int slot) {
        int length = meta.length();
        if (context == null || slot >= context.slots.count() || length <= 0 || length > context.slots.transmitRing(slot)) {
            counters.transferFaults++;
            return;
        }
        long ring = context.layout.transmitRing(slot);
        int size = context.slots.transmitRing(slot);
        int start = meta.position() & size - 1;
        MemorySegment memory = context.region.segment();
        if (region != memory) {
            region = memory;
        }
        firstOffset = ring + start;
        firstLength = Math.min(length, size - start);
        secondOffset = ring;
        secondLength = length - firstLength;
    }

    /** Keeps an item's payload as it is now, if it has one. Answers false if there is no memory; then it is lost. */
    public boolean retain(SegmentMeta meta) {
        if (meta.payload() <= 0) {
            return true;
        }
        locate(meta);
        int number = retained.keep(region, firstOffset, firstLength, secondOffset, secondLength);
        meta.payload(number == 0 ? RetainedFrames.LOST : -number);
        return number != 0;
    }

    /** {@return bytes of the payload} */
    int length() {
        return firstLength + secondLength;
    }
}

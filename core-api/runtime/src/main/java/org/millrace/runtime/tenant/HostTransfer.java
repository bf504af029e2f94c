package org.millrace.runtime.tenant;

import java.lang.foreign.MemorySegment;
import org.millrace.api.pipeline.PayloadDma;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.transport.ReceivedPacket;
import org.millrace.runtime.frame.ReceivedFrames;

/**
 * The payload extern. To the host: a copy out of the frame, or by the port that still has it, into the receive ring. From
 * the host: a reference to the connection's slot, for {@link PayloadSpans}. Both stay inside the frame's payload and the
 * connection's ring, whatever the metadata says; a transfer that would not, or of what is gone, is left out and counted.
 *
 * <p>Owned by: the data-path thread.
 */
public final class HostTransfer implements PayloadDma {
    private final ContextTable contexts;
    private final ReceivedFrames frames;
    private final Counters counters;
    private final IdlePages pages;
    private final PayloadSpans spans;

    public HostTransfer(ContextTable contexts, ReceivedFrames frames, PayloadSpans spans, Counters counters,
                        IdlePages pages) {
        this.spans = spans;
        this.contexts = contexts;
        this.frames = frames;
        this.counters = counters;
        this.pages = pages;
    }

    @Override
    public void toHost(SegmentMeta meta) {
        int length = meta.length();
        if (length == 0) {
            return;
        }
        AppContext context = contexts.find(meta.context());
        int slot = context == null ? -1 : context.slots.own(meta.connection());
        ReceivedPacket packet = frames.packet(meta.frame());
        if (slot < 0 || packet == null || !isPayload(packet, meta.payloadOffset(), length)
            || length > context.slots.receiveRing(slot)) {
            counters.transferFaults++;
            return;
        }
        context.growReceiveRing(slot);
        if (!move(meta, packet, context, slot)) {
            counters.transferFaults++;
            return;
        }
        context.slots.passed(slot, length);
        context.slots.received(slot, meta.position() + length);
        pages.used(context, slot);
        counters.receivedPayloadBytes += length;
    }

    /** Answers false if what is to be moved is gone. */
    private boolean move(SegmentMeta meta, ReceivedPacket packet, AppContext context, int slot) {
        int length = meta.length();
        MemorySegment to = context.region.segment();
        long ring = context.layout.receiveRing(slot);
        int size = context.slots.receiveRing(slot);
        int start = meta.position() & size - 1;
        int before = Math.min(length, size - start);
        if (frames.isHead(meta.frame())) {
            if (meta.payloadOffset() + length == packet.headerOffset + packet.length) {
                return frames.batch.take(meta.frame() - 1, meta.payloadOffset(), to, ring + start, before, ring, length - before);
            }
            frames.complete(meta.frame()); // what is behind may be wanted too
            if (frames.isHead(meta.frame())) {
                return false;
            }
        }
        long from = packet.frameOffset + meta.payloadOffset();
        MemorySegment.copy(packet.frame, from, to, ring + start, before);
        if (before < length) {
            MemorySegment.copy(packet.frame, from + before, to, ring, length - before);
        }
        return true;
    }

    private static boolean isPayload(ReceivedPacket packet, int offset, int length) {
        return length > 0 && offset >= packet.headerOffset
            && (long) offset + length <= (long) packet.headerOffset + packet.length;
    }

    @Override
    public void fromHost(SegmentMeta meta) {
        frames.releasePayload(meta);
        int length = meta.length();
        if (length == 0) {
            return;
        }
        AppContext context = contexts.find(meta.context());
        int slot = context == null ? -1 : context.slots.own(meta.connection());
        if (slot < 0 || length < 0 || length > context.slots.transmitRing(slot)) {
            counters.transferFaults++;
            return;
        }
        meta.payload(slot + 1);
        spans.refer(meta, context, slot);
    }
}

package org.millrace.runtime.tenant;

import java.lang.foreign.MemorySegment;
import org.millrace.api.hardware.PayloadMove;
import org.millrace.api.hardware.PayloadMoves;
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
public final class HostTransfer implements PayloadDma, PayloadMoves {
    private final ContextTable contexts;
    private final ReceivedFrames frames;
    private final Counters counters;
    private final IdlePages pages;
    private final PayloadSpans spans;
    private final PayloadMove own = new PayloadMove();

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
        if (prepare(meta, own)) {
            own.run();
        }
    }

    @Override
    public boolean prepare(SegmentMeta meta, PayloadMove move) {
        int length = meta.length();
        if (length == 0) {
            return false;
        }
        AppContext context = contexts.find(meta.context());
        int slot = context == null ? -1 : context.slots.own(meta.connection());
        ReceivedPacket packet = frames.packet(meta.frame());
        if (slot < 0 || packet == null || !isPayload(packet, meta.payloadOffset(), length)
            || length > context.slots.receiveRing(slot)) {
            counters.transferFaults++;
            return false;
        }
        context.growReceiveRing(slot);
        target(meta, context, slot, move);
        boolean isHead = frames.isHead(meta.frame());
        if (isHead && !take(meta, packet, context.region.segment(), move)) {
            counters.transferFaults++;
            return false;
        }
        context.slots.passed(slot, length);
        context.slots.received(slot, meta.position() + length);
        pages.used(context, slot);
        counters.receivedPayloadBytes += length;
        if (isHead && frames.isHead(meta.frame())) {
            return false;
        }
        move.regions(packet.frame, context.region.segment());
        move.fromOffset = packet.frameOffset + meta.payloadOffset();
        return true;
    }

    private static void target(SegmentMeta meta, AppContext context, int slot, PayloadMove move) {
        int size = context.slots.receiveRing(slot);
        int start = meta.position() & size - 1;
        move.secondOffset = context.layout.receiveRing(slot);
        move.firstOffset = move.secondOffset + start;
        move.firstLength = Math.min(meta.length(), size - start);
        move.secondLength = meta.length() - move.firstLength;
    }

    /** Has the port move the rest of a frame, or complete the frame if what is behind may be wanted too. Answers false if it is gone. */
    private boolean take(SegmentMeta meta, ReceivedPacket packet, MemorySegment to, PayloadMove move) {
        if (meta.payloadOffset() + meta.length() == packet.headerOffset + packet.length) {
            return frames.batch.take(meta.frame() - 1, meta.payloadOffset(), to, move.firstOffset, move.firstLength,
                move.secondOffset, move.secondLength);
        }
        frames.complete(meta.frame());
        return !frames.isHead(meta.frame());
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

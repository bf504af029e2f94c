package org.millrace.runtime.frame;

import java.util.Arrays;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.transport.ReceivedPacket;

/**
 * The frames that items refer to and, once they have been looked at, the datagrams in them, by the number that
 * {@link SegmentMeta#frame()} has: from 1 in the current batch, negative for what is retained beyond its batch.
 * Owned by: the data-path thread.
 */
public final class ReceivedFrames {
    public final FrameBatch batch;
    /** When the batch was received. */
    public long receivedNs;
    private final RetainedFrames retained;
    private final ReceivedPacket[] packets;

    public ReceivedFrames(int capacity, RetainedFrames retained) {
        this.retained = retained;
        batch = new FrameBatch(capacity);
        packets = new ReceivedPacket[capacity];
        Arrays.setAll(packets, i -> new ReceivedPacket());
    }

    /** {@return the datagram of a frame of the batch, to be filled in} */
    public ReceivedPacket at(int index) {
        return packets[index];
    }

    /** {@return the datagram of a frame, or null} */
    public ReceivedPacket packet(int frame) {
        if (frame > 0) {
            return frame <= batch.count() ? packets[frame - 1] : null;
        }
        return frame == 0 ? null : retained.packet(-frame);
    }

    /** Has all of a frame in memory, if it is one of the batch and its payload has not been taken. */
    public void complete(int frame) {
        if (frame > 0 && frame <= batch.count() && !batch.isWhole(frame - 1)) {
            batch.complete(frame - 1);
            packets[frame - 1].frame = batch.segment[frame - 1];
            packets[frame - 1].frameOffset = batch.offset[frame - 1];
        }
    }

    /** {@return whether a frame of the batch is not in memory as a whole} */
    public boolean isHead(int frame) {
        return frame > 0 && !batch.isWhole(frame - 1);
    }

    /** {@return number of a datagram's frame for one item more, or 0 if there is no such} */
    public int share(ReceivedPacket packet) {
        for (int i = 0; i < batch.count(); i++) {
            if (packets[i] == packet) {
                complete(i + 1);
                return i + 1;
            }
        }
        int number = retained.number(packet);
        if (number != 0) {
            retained.share(number);
        }
        return -number;
    }

    /** {@return bytes of a frame} */
    public int length(int frame) {
        return frame > 0 ? batch.length[frame - 1] : retained.length(-frame);
    }

    /** Keeps an item's frame beyond its batch, if it has one. Answers false if there is no memory; then it has none. */
    public boolean retain(SegmentMeta meta) {
        if (meta.frame() <= 0) {
            return true;
        }
        complete(meta.frame());
        ReceivedPacket packet = packet(meta.frame());
        int number = packet == null || isHead(meta.frame()) ? 0 : retained.keep(packet, length(meta.frame()));
        meta.frame(-number);
        return number != 0;
    }

    /** No item is left for a frame. */
    public void release(int frame) {
        if (frame < 0) {
            retained.release(-frame);
        }
    }

    /** An item has left: what was retained for it is not needed any more. */
    public void release(SegmentMeta meta) {
        if ((meta.frame() | meta.payload()) < 0) {
            release(meta.frame());
            meta.frame(0);
            releasePayload(meta);
        }
    }

    /** An item has no payload any more. */
    public void releasePayload(SegmentMeta meta) {
        if (meta.payload() < 0 && meta.payload() != RetainedFrames.LOST) {
            retained.release(-meta.payload());
        }
        meta.payload(0);
    }

    /** Forgets the datagrams before the next batch: one that is not filled in again has no payload. */
    public void forget() {
        for (int i = 0; i < batch.count(); i++) {
            packets[i].length = 0;
        }
    }
}

package org.millrace.runtime.frame;

import java.util.Arrays;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.transport.ReceivedPacket;

/**
 * The frames of the current batch and, once they have been looked at, the datagrams in them; both by the number that
 * {@link org.millrace.api.pipeline.SegmentMeta#frame()} has. Owned by: the data-path thread.
 */
public final class ReceivedFrames {
    public final FrameBatch batch;
    /** When the batch was received. */
    public long receivedNs;
    private final ReceivedPacket[] packets;

    public ReceivedFrames(int capacity) {
        batch = new FrameBatch(capacity);
        packets = new ReceivedPacket[capacity];
        Arrays.setAll(packets, i -> new ReceivedPacket());
    }

    /** {@return the datagram of a frame of the current batch, or null} */
    public ReceivedPacket packet(int frame) {
        return frame >= 0 && frame < batch.count() ? packets[frame] : null;
    }

    /** {@return the frame of a datagram, or -1} */
    public int frame(ReceivedPacket packet) {
        for (int i = 0; i < batch.count(); i++) {
            if (packets[i] == packet) {
                return i;
            }
        }
        return -1;
    }

    /** Forgets the datagrams before the next batch: one that is not filled in again has no payload. */
    public void forget() {
        for (int i = 0; i < batch.count(); i++) {
            packets[i].length = 0;
        }
    }
}

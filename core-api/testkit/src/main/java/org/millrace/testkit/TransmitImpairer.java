package org.millrace.testkit;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.millrace.api.port.Port;
import org.millrace.api.port.TransmitBatch;
import org.millrace.sim.port.SentFrames;
import org.millrace.wire.EthernetHeader;

/** Impairs the frames that a port sends. */
final class TransmitImpairer {
    private final Port port;
    private final ImpairmentDice dice;
    private final HoldQueue queue;
    private final int wireFrameBytes;
    private TransmitBatch wire;
    private int refused;

    TransmitImpairer(Port port, ImpairmentDice dice, HoldQueue queue) {
        this.port = port;
        this.dice = dice;
        this.queue = queue;
        wireFrameBytes = port.info().mtuBytes() + EthernetHeader.LENGTH;
    }

    /** Answers how many frames the port took; one lost on the wire was taken. */
    int transmit(TransmitBatch batch) {
        int count = batch.count();
        refused = 0;
        for (int i = 0; i < count; i++) {
            impair(batch, i);
        }
        flush();
        batch.clear();
        return Math.max(0, count - refused);
    }

    /** Sends what was held back for long enough. */
    void poll() {
        queue.poll();
        if (queue.size() > 0) {
            releaseDue();
            flush();
        }
    }

    private void impair(TransmitBatch batch, int i) {
        int fate = dice.roll(isIpv4(batch, i));
        if (fate == ImpairmentDice.LOSE) {
            return;
        }
        HeldFrame copy = (fate & (ImpairmentDice.HOLD | ImpairmentDice.CORRUPT)) == 0 ? null : copy(batch, i);
        if ((fate & ImpairmentDice.CORRUPT) != 0) {
            corrupt(copy);
        }
        int times = (fate & ImpairmentDice.DUPLICATE) == 0 ? 1 : 2;
        if ((fate & ImpairmentDice.HOLD) != 0) {
            times--;
        }
        for (int n = 0; n < times; n++) {
            if (copy == null) {
                put(batch, i);
            } else {
                put(copy);
            }
            queue.overtaken();
            releaseDue();
        }
        if ((fate & ImpairmentDice.HOLD) != 0) {
            if (times > 0) {
                flush(); // its memory is read before it waits
            }
            queue.hold(copy, dice.displacement());
        } else if (copy != null) {
            queue.lend(copy);
        }
    }

    private static boolean isIpv4(TransmitBatch batch, int i) {
        return batch.frameLength(i) > EthernetHeader.LENGTH && new EthernetHeader()
            .wrap(batch.headers, batch.headerOffset(i)).etherType() == EthernetHeader.IPV4;
    }

    private HeldFrame copy(TransmitBatch batch, int i) {
        HeldFrame frame = queue.newFrame();
        frame.append(batch.headers, batch.headerOffset(i), batch.headerLength[i]);
        frame.headerLength = frame.length;
        if (batch.firstLength[i] > 0) {
            frame.append(batch.first[i], batch.firstOffset[i], batch.firstLength[i]);
        }
        if (batch.secondLength[i] > 0) {
            frame.append(batch.second[i], batch.secondOffset[i], batch.secondLength[i]);
        }
        frame.segmentSize = batch.segmentSize[i];
        frame.checksumStart = batch.checksumStart[i];
        frame.checksumOffset = batch.checksumOffset[i];
        return frame;
    }

    /**
     * A port that sums a frame would give the flipped bit a right checksum, so the checksum is completed before. The
     * pieces of a super-frame are summed by the port in any case: there the sum's start value is spoilt.
     */
    private void corrupt(HeldFrame frame) {
        boolean cut = frame.segmentSize != 0 && frame.length > wireFrameBytes;
        if (cut) {
            int field = frame.checksumStart + frame.checksumOffset;
            frame.flip(dice.bit(field, field + 2));
            return;
        }
        if (frame.checksumStart != 0) {
            SentFrames.completeChecksum(frame.memory, frame.length, frame.checksumStart, frame.checksumOffset);
            frame.checksumStart = 0;
            frame.segmentSize = 0;
        }
        frame.flip(dice.bit(EthernetHeader.LENGTH, frame.length));
    }

    private void releaseDue() {
        for (HeldFrame due = queue.takeDue(); due != null; due = queue.takeDue()) {
            put(due);
            queue.lend(due);
        }
    }

    private void put(TransmitBatch batch, int i) {
        TransmitBatch to = room();
        header(batch.headers, batch.headerOffset(i), batch.headerLength[i]);
        to.add(batch.headerLength[i]);
        to.span(batch.first[i], batch.firstOffset[i], batch.firstLength[i]);
        to.span(batch.second[i], batch.secondOffset[i], batch.secondLength[i]);
        to.offload(batch.checksumStart[i], batch.checksumOffset[i], batch.segmentSize[i]);
    }

    private void put(HeldFrame frame) {
        TransmitBatch to = room();
        header(frame.memory, 0, frame.headerLength);
        to.add(frame.headerLength);
        to.span(frame.memory, frame.headerLength, frame.length - frame.headerLength);
        to.offload(frame.checksumStart, frame.checksumOffset, frame.segmentSize);
    }

    private void header(MemorySegment from, long offset, int length) {
        MemorySegment.copy(from, ValueLayout.JAVA_BYTE, offset, wire.headers, ValueLayout.JAVA_BYTE,
            wire.headerOffset(wire.count()), length);
    }

    private TransmitBatch room() {
        if (wire == null) {
            wire = port.newTransmitBatch();
        } else if (wire.isFull()) {
            flush();
        }
        return wire;
    }

    private void flush() {
        if (wire != null && wire.count() > 0) {
            int count = wire.count();
            refused += count - port.transmit(wire);
        }
        queue.recycle();
    }
}

package org.millrace.testkit;

import java.util.ArrayDeque;
import java.util.Deque;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.Port;
import org.millrace.wire.EthernetHeader;

/** Impairs the frames that a port receives. */
final class ReceiveImpairer {
    private final Port port;
    private final ImpairmentDice dice;
    private final HoldQueue queue;
    private final boolean trusted;
    /** Copies of frames that found the owner's batch full. */
    private final Deque<HeldFrame> ready = new ArrayDeque<>();
    private FrameBatch arrivals = new FrameBatch(1);

    ReceiveImpairer(Port port, ImpairmentDice dice, HoldQueue queue) {
        this.port = port;
        this.dice = dice;
        this.queue = queue;
        trusted = port.info().checksumTrusted();
    }

    int receive(FrameBatch batch) {
        batch.clear();
        queue.recycle();
        queue.poll();
        while (!ready.isEmpty() && !batch.isFull()) {
            lend(ready.poll(), batch);
        }
        releaseDue(batch);
        if (batch.isFull()) {
            return batch.count(); // the wire's frames wait where they are
        }
        if (arrivals.capacity() != batch.capacity()) {
            arrivals = new FrameBatch(batch.capacity());
        }
        int count = port.receive(arrivals);
        for (int i = 0; i < count; i++) {
            impair(i, batch);
        }
        return batch.count();
    }

    private void impair(int i, FrameBatch batch) {
        int flags = arrivals.flags[i] | (trusted ? FrameBatch.CHECKSUM_VALID : 0);
        int fate = dice.roll(isIpv4(i));
        if (fate == ImpairmentDice.LOSE) {
            return;
        }
        boolean hold = (fate & ImpairmentDice.HOLD) != 0;
        if ((fate & (ImpairmentDice.HOLD | ImpairmentDice.CORRUPT)) == 0) {
            pass(i, flags, batch);
            if ((fate & ImpairmentDice.DUPLICATE) != 0) {
                pass(i, flags, batch);
            }
            return;
        }
        HeldFrame frame = copy(i, flags);
        if ((fate & ImpairmentDice.CORRUPT) != 0) {
            frame.flip(dice.bit(EthernetHeader.LENGTH, frame.length));
            frame.flags &= ~FrameBatch.CHECKSUM_VALID;
        }
        if ((fate & ImpairmentDice.DUPLICATE) != 0) {
            deliver(copy(frame), batch);
        }
        if (hold) {
            queue.hold(frame, dice.displacement());
        } else {
            deliver(frame, batch);
        }
    }

    private boolean isIpv4(int i) {
        return arrivals.length[i] > EthernetHeader.LENGTH && new EthernetHeader()
            .wrap(arrivals.segment[i], arrivals.offset[i]).etherType() == EthernetHeader.IPV4;
    }

    private void pass(int i, int flags, FrameBatch batch) {
        if (batch.isFull()) {
            ready.add(copy(i, flags));
        } else {
            batch.add(arrivals.segment[i], arrivals.offset[i], arrivals.length[i], arrivals.segmentSize[i], flags);
        }
        queue.overtaken();
        releaseDue(batch);
    }

    private void deliver(HeldFrame frame, FrameBatch batch) {
        place(frame, batch);
        queue.overtaken();
        releaseDue(batch);
    }

    private void releaseDue(FrameBatch batch) {
        for (HeldFrame due = queue.takeDue(); due != null; due = queue.takeDue()) {
            place(due, batch);
        }
    }

    private void place(HeldFrame frame, FrameBatch batch) {
        if (batch.isFull()) {
            ready.add(frame);
        } else {
            lend(frame, batch);
        }
    }

    private void lend(HeldFrame frame, FrameBatch batch) {
        queue.lend(frame);
        batch.add(frame.memory, 0, frame.length, frame.segmentSize, frame.flags);
    }

    private HeldFrame copy(int i, int flags) {
        HeldFrame frame = queue.newFrame();
        frame.append(arrivals.segment[i], arrivals.offset[i], arrivals.length[i]);
        frame.segmentSize = arrivals.segmentSize[i];
        frame.flags = flags;
        return frame;
    }

    private HeldFrame copy(HeldFrame other) {
        HeldFrame frame = queue.newFrame();
        frame.append(other.memory, 0, other.length);
        frame.segmentSize = other.segmentSize;
        frame.flags = other.flags;
        return frame;
    }
}

package org.millrace.toe.sleep;

import java.util.List;
import org.millrace.memory.DescriptorRing;
import org.millrace.memory.Futex;
import org.millrace.memory.FutexSet;

/** Sleeps on the waiting words themselves. */
final class FutexBell implements PollBell {
    private final DescriptorRing first;
    private final Futex bell;
    private final FutexSet all;

    /** @param rings several only where {@link FutexSet#isSupported} */
    FutexBell(List<DescriptorRing> rings) {
        first = rings.getFirst();
        bell = first.waitingFutex();
        all = rings.size() == 1 ? null : new FutexSet(rings.stream().map(DescriptorRing::waitingFutex).toList());
    }

    @Override
    public int place() {
        return DescriptorRing.ON_FUTEX;
    }

    @Override
    public void await(long timeoutNs) {
        if (all == null) {
            bell.await(DescriptorRing.ON_FUTEX, timeoutNs);
        } else {
            all.await(DescriptorRing.ON_FUTEX, timeoutNs);
        }
    }

    @Override
    public void wake() {
        if (first.takeWaiting()) {
            bell.wake(1);
        }
    }
}

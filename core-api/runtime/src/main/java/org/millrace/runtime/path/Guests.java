package org.millrace.runtime.path;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.millrace.memory.Poller;

/**
 * Data paths that a thread runs beside its own: a round of each in turn, and it sleeps when none has anything to do. One that
 * fails goes back to its own thread as one that has failed.
 *
 * <p>Owned by: the thread that runs them.
 */
final class Guests {
    private final DataPathThread host;
    private final List<DataPathThread> all = new ArrayList<>();
    private Poller poller;

    Guests(DataPathThread host) {
        this.host = host;
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    void take(DataPathThread guest) {
        all.add(guest);
        poller = null;
    }

    /** A round of each, the host's first; then sleep, if all of them would. */
    void round() {
        boolean idle = host.turn();
        for (DataPathThread guest : List.copyOf(all)) {
            idle &= turn(guest);
        }
        if (idle) {
            sleep();
        }
    }

    private boolean turn(DataPathThread guest) {
        boolean idle = false;
        try {
            idle = guest.turn();
        } catch (Throwable e) {
            guest.fail(e);
        }
        if (guest.leaves(host)) {
            release(guest);
        }
        return idle;
    }

    private void sleep() {
        List<DataPathThread> here = Stream.concat(Stream.of(host), all.stream()).toList();
        long untilNs = Long.MAX_VALUE;
        for (DataPathThread one : here) {
            untilNs = Math.min(untilNs, one == host ? host.lastLook() : lastLook(one));
        }
        long ready = 0;
        if (untilNs > host.now() && here.stream().noneMatch(DataPathThread::isCalled)) {
            here.forEach(DataPathThread::asleep);
            ready = poller().poll(untilNs == Long.MAX_VALUE ? -1 : Math.max(0, untilNs - host.now()));
        }
        for (int i = 0; i < here.size(); i++) {
            here.get(i).awake((ready >>> 2 * i + DataPathThread.BELL & 1) != 0);
        }
    }

    private long lastLook(DataPathThread guest) {
        try {
            return guest.lastLook();
        } catch (Throwable e) {
            guest.fail(e);
            release(guest);
            return 0;
        }
    }

    private Poller poller() {
        if (poller == null) {
            poller = new Poller(Stream.concat(Stream.of(host), all.stream()).flatMapToInt(DataPathThread::descriptors).toArray());
        }
        return poller;
    }

    private void release(DataPathThread guest) {
        all.remove(guest);
        poller = null;
        guest.comeHome();
    }

    /** All go back to their own threads, and stay there. */
    void releaseAll() {
        for (DataPathThread guest : List.copyOf(all)) {
            guest.stayHome();
            release(guest);
        }
    }
}

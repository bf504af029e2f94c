package org.millrace.runtime.path;

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
    /** The host and its guests; another list whenever one comes or goes, so that a round need not copy it. */
    private List<DataPathThread> here;
    private Poller poller;

    Guests(DataPathThread host) {
        this.host = host;
        here = List.of(host);
    }

    boolean isEmpty() {
        return here.size() == 1;
    }

    void take(DataPathThread guest) {
        change(Stream.concat(here.stream(), Stream.of(guest)));
    }

    private void change(Stream<DataPathThread> next) {
        here = next.toList();
        poller = null;
    }

    /** A round of each, the host's first; then sleep, if all of them would. */
    void round() {
        boolean idle = host.turn();
        List<DataPathThread> all = here;
        for (int i = 1; i < all.size(); i++) {
            idle &= turn(all.get(i));
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
            guest.breaks(e);
        }
        if (guest.leaves(host)) {
            release(guest);
        }
        return idle;
    }

    private void sleep() {
        List<DataPathThread> all = here;
        long untilNs = host.lastLook();
        boolean isCalled = host.isCalled();
        for (int i = 1; i < all.size(); i++) {
            untilNs = Math.min(untilNs, lastLook(all.get(i)));
            isCalled |= all.get(i).isCalled();
        }
        long ready = 0;
        if (untilNs > host.now() && !isCalled) {
            all.forEach(DataPathThread::asleep);
            ready = poller().poll(untilNs == Long.MAX_VALUE ? -1 : Math.max(0, untilNs - host.now()));
        }
        for (int i = 0; i < here.size(); i++) { // without those that have just failed
            here.get(i).awake((ready >>> 2 * i + DataPathThread.BELL & 1) != 0);
        }
    }

    private long lastLook(DataPathThread guest) {
        try {
            return guest.lastLook();
        } catch (Throwable e) {
            guest.breaks(e);
            release(guest);
            return 0;
        }
    }

    private Poller poller() {
        if (poller == null) {
            poller = new Poller(here.stream().flatMapToInt(DataPathThread::descriptors).toArray());
        }
        return poller;
    }

    private void release(DataPathThread guest) {
        change(here.stream().filter(other -> other != guest));
        guest.comeHome();
    }

    /** All go back to their own threads, and stay there. */
    void releaseAll() {
        for (DataPathThread guest : here.subList(1, here.size())) {
            guest.stayHome();
            release(guest);
        }
    }
}

package org.millrace.toe;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.millrace.memory.EventFd;
import org.millrace.memory.PollSet;
import org.millrace.memory.UnixSockets;

/**
 * Notices that runtimes have died: one daemon thread a process, asleep in poll(2) over the sockets of all attached
 * contexts while nothing dies. It ends with the last context. Why: docs/decisions/007-attach.md.
 */
final class HangupWatch {
    private static final List<AttachedContext> CONTEXTS = new ArrayList<>();
    private static final EventFd CHANGED = new EventFd();
    private static boolean running;

    private HangupWatch() {
    }

    static synchronized void add(AttachedContext context) {
        CONTEXTS.add(context);
        if (running) {
            CHANGED.signal();
        } else {
            running = true;
            Thread.ofPlatform().daemon().name("millrace-hangup").stackSize(64 << 10).start(HangupWatch::run);
        }
    }

    static synchronized void remove(AttachedContext context) {
        CONTEXTS.remove(context);
        CHANGED.signal();
    }

    /** {@return what to watch now; null when there is nothing left and the thread has to end} */
    private static synchronized List<AttachedContext> watched() {
        CHANGED.drain();
        CONTEXTS.removeIf(context -> !context.isWatched());
        running = !CONTEXTS.isEmpty();
        return running ? new ArrayList<>(CONTEXTS) : null;
    }

    private static void run() {
        UnixSockets sockets = new UnixSockets();
        MemorySegment scratch = Arena.ofAuto().allocate(64);
        PollSet polled = new PollSet();
        List<AttachedContext> contexts;
        while ((contexts = watched()) != null) {
            polled.clear();
            polled.add(CHANGED.descriptor());
            contexts.forEach(context -> polled.add(context.socket()));
            polled.await();
            for (int i = 0; i < contexts.size(); i++) {
                if (polled.isReady(i + 1)) {
                    contexts.get(i).checkHangup(sockets, scratch);
                }
            }
        }
    }
}

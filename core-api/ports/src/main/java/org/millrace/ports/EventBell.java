package org.millrace.ports;

import org.millrace.memory.EventFd;
import org.millrace.memory.frame.Bell;

/** A bell within one process. */
final class EventBell implements Bell {
    private final EventFd event = new EventFd();

    @Override
    public void ring() {
        event.signal();
    }

    @Override
    public boolean silence() {
        return event.drain() != 0;
    }

    @Override
    public int descriptor() {
        return event.descriptor();
    }

    @Override
    public void close() {
        event.close();
    }
}

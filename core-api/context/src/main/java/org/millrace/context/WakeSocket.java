package org.millrace.context;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.millrace.api.context.SelectorBell;
import org.millrace.memory.Linux;
import org.millrace.memory.UnixSockets;

/** The connection by which an application is woken out of its selector: a byte a sleep, dropped if nobody reads. */
final class WakeSocket implements SelectorBell, AutoCloseable {
    private static final MemorySegment BYTE = Arena.global().allocate(1);

    private int socket;

    /** A socket that does not block; the owner closes it after {@link #close}. */
    WakeSocket(int socket) {
        this.socket = socket;
    }

    @Override
    public synchronized void ring() {
        if (socket >= 0) {
            Linux.writeQuietly(socket, BYTE.address(), 1);
        }
    }

    @Override
    public synchronized void end() {
        if (socket >= 0) {
            UnixSockets.end(socket);
        }
    }

    /** Rings no more: the descriptor may become another's. */
    @Override
    public synchronized void close() {
        socket = -1;
    }
}

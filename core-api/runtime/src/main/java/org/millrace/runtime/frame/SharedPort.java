package org.millrace.runtime.frame;

import java.util.ArrayList;
import java.util.List;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.Port;
import org.millrace.api.port.PortCounters;
import org.millrace.api.port.TransmitBatch;

/**
 * One of several that share a port of one queue: the first receives everything, all send, a batch at a time. The port is closed
 * when the last of them is.
 *
 * <p>Owned by: its user's thread; the port behind by who has its lock, but for receiving.
 */
public final class SharedPort extends FrontPort {
    private static final PortCounters NONE = new PortCounters(0, 0, 0, 0, 0, 0);

    private final Users users;
    private final boolean receives;

    private static final class Users {
        private int open;
    }

    private SharedPort(Port port, Users users, boolean receives) {
        super(port);
        this.users = users;
        this.receives = receives;
    }

    /**
     * Shares a port.
     *
     * @param port  what is shared
     * @param users by how many, from 1
     * @return what each has of it
     */
    public static List<Port> of(Port port, int users) {
        Users all = new Users();
        all.open = users;
        List<Port> shares = new ArrayList<>();
        for (int i = 0; i < users; i++) {
            shares.add(new SharedPort(port, all, i == 0));
        }
        return shares;
    }

    @Override
    public int receive(FrameBatch batch) {
        if (receives) {
            return port.receive(batch);
        }
        batch.clear();
        return 0;
    }

    @Override
    public int transmit(TransmitBatch batch) {
        synchronized (users) {
            return port.transmit(batch);
        }
    }

    @Override
    public int descriptor() {
        return receives ? port.descriptor() : -1;
    }

    @Override
    public void sleeping(boolean sleeping) {
        if (receives) {
            port.sleeping(sleeping);
        }
    }

    /** {@return of the first what passed the port, of the others nothing} */
    @Override
    public PortCounters counters() {
        if (!receives) {
            return NONE;
        }
        synchronized (users) {
            return port.counters();
        }
    }

    @Override
    public void close() {
        synchronized (users) {
            if (--users.open == 0) {
                port.close();
            }
        }
    }
}

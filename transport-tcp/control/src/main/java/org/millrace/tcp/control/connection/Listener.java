package org.millrace.tcp.control.connection;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/** One context's LISTEN. */
public final class Listener {
    public final int number;
    public final int address;
    public final int port;
    public final int context;
    public final long opaque;
    /** Most handshakes at a time. */
    final int backlog;
    final Set<HalfOpen> handshakes = new LinkedHashSet<>();
    /** Whether nobody else may listen there, another context of its application either. */
    public final boolean alone;
    /** Code point that its streams begin with. */
    public final int dscp;
    public boolean closed;

    public Listener(int number, int address, int port, int context, long opaque, int backlog, boolean alone, int dscp) {
        this.number = number;
        this.address = address;
        this.port = port;
        this.context = context;
        this.opaque = opaque;
        this.backlog = backlog;
        this.alone = alone;
        this.dscp = dscp;
    }

    public boolean full() {
        return handshakes.size() >= backlog;
    }

    /** {@return the handshakes that came to it} */
    public Set<HalfOpen> handshakes() {
        return Collections.unmodifiableSet(handshakes);
    }

    /** {@return how many there are} */
    public int waiting() {
        return handshakes.size();
    }
}

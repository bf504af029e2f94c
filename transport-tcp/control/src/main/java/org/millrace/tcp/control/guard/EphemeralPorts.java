package org.millrace.tcp.control.guard;

import java.io.IOException;
import java.util.function.IntPredicate;
import org.millrace.tcp.control.format.Fields;
import org.millrace.tcp.control.program.TcpConfig;
import org.millrace.tcp.control.wire.Endpoints;

/** Chooses ports that outsiders cannot guess and that are not taken: RFC 6056 §3.3.3, hash of the ends plus a counter. */
public final class EphemeralPorts {
    public static final int NONE = -1;
    private static final long LABEL = 0x706f727473L;

    private final SipHash hash;
    private final int first;
    private final int count;
    private int counter;

    public EphemeralPorts(SipHash hash, TcpConfig config) {
        this.hash = hash;
        first = config.portFirst();
        count = config.portLast() - config.portFirst() + 1;
    }

    /** How far it has come. */
    public void walk(Fields f) throws IOException {
        counter = f.i32(counter);
    }

    /**
     * {@return a port, or {@link #NONE} if all are taken}
     *
     * @param ends  whom it is for, the local port 0
     * @param taken whether a port may not be used
     */
    public int choose(Endpoints ends, IntPredicate taken) {
        int offset = (int) Long.remainderUnsigned(hash.of(ends.addresses(), ends.ports() ^ LABEL << 40), count);
        for (int i = 0; i < count; i++) {
            int port = first + Integer.remainderUnsigned(offset + counter++, count);
            if (!taken.test(port)) {
                return port;
            }
        }
        return NONE;
    }
}

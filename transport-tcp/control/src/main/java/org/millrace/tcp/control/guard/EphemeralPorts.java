package org.millrace.tcp.control.guard;

import java.io.IOException;
import java.util.BitSet;
import java.util.function.IntPredicate;
import org.millrace.net.guard.SipHash;
import org.millrace.tcp.control.format.Fields;
import org.millrace.tcp.control.program.TcpConfig;
import org.millrace.tcp.control.wire.Endpoints;

/** Chooses ports that outsiders cannot guess and that are not taken: RFC 6056 §3.3.3, hash of the ends plus a counter. */
public final class EphemeralPorts {
    public static final int NONE = -1;
    private static final long LABEL = 0x706f727473L;
    /** What a request may cost is bounded, however many ports are taken. */
    private static final int MAX_TRIES = 512;
    private static final int NEIGHBOURS = 16;
    private static final int LEAP = 96;

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
     * {@return a port to connect from, or {@link #NONE} if none was found in as many tries as there may be}
     *
     * @param ends  whom it is for, the local port 0
     * @param taken whether a port may not be used
     */
    public int choose(Endpoints ends, IntPredicate taken) {
        int offset = offset(ends);
        for (int i = 0; i < Math.min(count, MAX_TRIES); i++) {
            int port = first + Integer.remainderUnsigned(offset + counter++, count);
            if (!taken.test(port)) {
                return port;
            }
            if (i >= NEIGHBOURS && count > MAX_TRIES) { // in the midst of a crowd
                counter += LEAP;
            }
        }
        return NONE;
    }

    /**
     * {@return a port to listen at, or {@link #NONE} if all are taken}
     *
     * @param ends  the address, the local port 0
     * @param taken ports that may not be used
     */
    public int choose(Endpoints ends, BitSet taken) {
        int from = taken.nextClearBit(first + Integer.remainderUnsigned(offset(ends) + counter++, count));
        int port = from < first + count ? from : taken.nextClearBit(first);
        return port < first + count ? port : NONE;
    }

    private int offset(Endpoints ends) {
        return (int) Long.remainderUnsigned(hash.of(ends.addresses(), ends.ports() ^ LABEL << 40), count);
    }
}

package org.millrace.tcp.control.handshake;

import java.io.IOException;
import org.millrace.net.guard.SipHash;
import org.millrace.tcp.control.connection.HalfOpen;
import org.millrace.tcp.control.format.Fields;
import org.millrace.tcp.control.wire.Endpoints;

/**
 * Sequence numbers that stand for a half-open connection when a listener has no room for one (RFC 4987 §3.6): a flood
 * of SYNs costs no memory and does not keep others out. Only the MSS survives, as one of eight; such a connection has
 * no options.
 *
 * <pre>
 *  31      27 26   24 23                     0
 * +----------+-------+------------------------+
 * |  minute  |  MSS  |  hash of both ends,    |
 * |  mod 32  |       |  their ISN and minute  |
 * +----------+-------+------------------------+
 * </pre>
 */
public final class SynCookies {
    static final int NOT_OURS = -1;
    private static final int[] MSS = {HalfOpen.DEFAULT_MSS, 976, 1_220, 1_360, 1_440, 1_452, 1_460, 8_960};
    private static final long MINUTE_NS = 60_000_000_000L;
    private static final int AGES = 2;
    private static final long LABEL = 0x636f6f6b6965L << 16;
    private static final int HASH_MASK = 0xff_ffff;

    private final SipHash hash;
    private long lastMadeNs = Long.MIN_VALUE / 2;

    public SynCookies(SipHash hash) {
        this.hash = hash;
    }

    /** Until when cookies are out; whose they are the secret says. */
    public void walk(Fields f) throws IOException {
        lastMadeNs = f.since(lastMadeNs);
    }

    /** {@return the sequence number to answer a SYN with} */
    int make(Endpoints ends, int irs, int peerMss, long nowNs) {
        int index = MSS.length - 1;
        while (index > 0 && MSS[index] > peerMss) {
            index--;
        }
        lastMadeNs = nowNs;
        return cookie(ends, irs, index, Math.floorDiv(nowNs, MINUTE_NS));
    }

    /** {@return the MSS that was put into a sequence number, or {@link #NOT_OURS}; ours last two minutes at most} */
    int mss(Endpoints ends, int irs, int cookie, long nowNs) {
        long minute = Math.floorDiv(nowNs, MINUTE_NS);
        int index = cookie >>> 24 & 7;
        boolean recent = minute - Math.floorDiv(lastMadeNs, MINUTE_NS) < AGES;
        for (int age = 0; age < AGES && recent; age++) {
            if (cookie(ends, irs, index, minute - age) == cookie) {
                return MSS[index];
            }
        }
        return NOT_OURS;
    }

    private int cookie(Endpoints ends, int irs, int index, long minute) {
        long inner = hash.of(ends.addresses(), ends.ports() ^ LABEL);
        int mac = (int) hash.of(inner, (long) irs << 32 | (minute << 3 | index) & 0xffff_ffffL) & HASH_MASK;
        return (int) minute << 27 | index << 24 | mac;
    }
}

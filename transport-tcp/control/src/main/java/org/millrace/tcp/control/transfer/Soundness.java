package org.millrace.tcp.control.transfer;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;
import org.millrace.tcp.control.program.TcpConnectionState;

/** Judges a connection's state before and after a program is given it. */
final class Soundness {
    private record Kept(String name, ToLongFunction<TcpConnectionState> value) {
    }

    /**
     * What a program must give back as it got it. The rest may be lost, for TCP mends it: an interval or a FIN out of
     * order is sent again (RFC 9293 §3.10.7.4), recovery ends with the timer, SACK blocks are never owed (RFC 2018 §8).
     */
    private static final List<Kept> KEPT = List.of(
            new Kept("local address", s -> s.localAddress), new Kept("peer address", s -> s.peerAddress),
            new Kept("local port", s -> s.localPort), new Kept("peer port", s -> s.peerPort),
            new Kept("context", s -> s.context), new Kept("connection", s -> s.connection),
            new Kept("segment size", s -> s.mss), new Kept("timestamps", s -> bit(s.timestamps)),
            new Kept("ECN mode", s -> s.ecn), new Kept("first byte sent", s -> s.firstSent),
            new Kept("SND.UNA", s -> s.sndUna), new Kept("SND.NXT", s -> s.sndNxt),
            new Kept("highest sequence number sent", s -> s.sndMax),
            new Kept("bytes ready to send", s -> s.sndReady), new Kept("peer's window", s -> s.sndWindow),
            new Kept("peer's window shift", s -> s.sndShift), new Kept("FIN queued", s -> bit(s.finQueued)),
            new Kept("FIN sent", s -> bit(s.finSent)), new Kept("first byte received", s -> s.firstReceived),
            new Kept("RCV.NXT", s -> s.rcvNxt), new Kept("free receive buffer", s -> s.rcvFree),
            new Kept("receive window shift", s -> s.rcvShift), new Kept("application closed", s -> bit(s.closed)),
            new Kept("FIN received", s -> bit(s.finReceived)), new Kept("receive buffer", s -> s.rcvBuffer),
            new Kept("TS.Recent", s -> s.tsRecent));

    private Soundness() {
    }

    private static long bit(boolean b) {
        return b ? 1 : 0;
    }

    /**
     * {@return what is wrong with a state, or null}
     *
     * @param s             the state
     * @param receiveBytes  size of the context's receive buffers
     * @param transmitBytes size of its transmit buffers
     */
    static String fault(TcpConnectionState s, int receiveBytes, int transmitBytes) {
        int flight = s.sndMax - s.sndUna;
        int resent = s.sndNxt - s.sndUna;
        if (flight < 0 || resent < 0 || resent > flight) {
            return "SND.NXT is not between SND.UNA and the highest sequence number sent";
        }
        // the FIN is the one that takes no byte of the buffer
        int fin = s.finSent ? 1 : 0;
        if (flight - fin > transmitBytes || s.sndReady + resent - fin > transmitBytes) {
            return "more is to be sent than the transmit buffer's " + transmitBytes + " bytes hold";
        }
        if (s.rcvBuffer > receiveBytes) {
            return "its receive buffer has " + s.rcvBuffer + " bytes, the context's have " + receiveBytes;
        }
        if (s.rcvFree > s.rcvBuffer) {
            return "its receive buffer is more than empty";
        }
        boolean fits = fits(s, s.oooStart, s.oooLength);
        for (int i = 0; i < s.furtherStarts.length; i++) {
            fits &= fits(s, s.furtherStarts[i], s.furtherLengths[i]);
        }
        return fits ? null : "an out-of-order interval is not in the window";
    }

    private static boolean fits(TcpConnectionState s, int start, int length) {
        int gap = start - s.rcvNxt;
        return length == 0 || gap > 0 && (long) gap + length <= s.rcvFree;
    }

    /** {@return what a program cannot represent of a state that it has been given, or null} */
    static String lost(TcpConnectionState given, TcpConnectionState back) {
        for (Kept kept : KEPT) {
            long was = kept.value.applyAsLong(given);
            long is = kept.value.applyAsLong(back);
            if (was != is) {
                return kept.name + " " + was + ", it makes " + is + " of it";
            }
        }
        return null;
    }

    /** {@return what a program has let go of that TCP mends, or null} */
    static String degraded(TcpConnectionState given, TcpConnectionState back) {
        if (given.oooLength != 0 && (back.oooLength != given.oooLength || back.oooStart != given.oooStart)) {
            return "the out-of-order interval of " + given.oooLength + " bytes";
        }
        if (!Arrays.equals(given.furtherLengths, back.furtherLengths)) {
            return "all out-of-order intervals";
        }
        return given.oooFin && !back.oooFin ? "a FIN out of order" : null;
    }
}

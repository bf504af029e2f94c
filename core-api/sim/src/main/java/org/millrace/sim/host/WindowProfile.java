package org.millrace.sim.host;

/**
 * How hosts with a window work: NewReno (RFC 5681, 6582, 6298), and DCTCP (RFC 8257) if marks count. A message is a flow of its own, opened already.
 *
 * @param dataBytes     most data in a packet
 * @param overheadBytes what a packet of data occupies a link for beside it
 * @param ackBytes      what an acknowledgement occupies a link for; each packet has one
 * @param initialWindow packets
 * @param mostWindow    bytes
 * @param leastRtoPs    least retransmission timeout
 * @param isDctcp       whether a mark cuts the window by the part of marked bytes
 */
public record WindowProfile(int dataBytes, int overheadBytes, int ackBytes, int initialWindow, int mostWindow, long leastRtoPs, boolean isDctcp) {
    /** {@return NewReno as in protocols' simulations of data centres: MSS 1460, initial window 10, windows of up to 1 MiB, RTO of at least 4 ms} */
    public static WindowProfile newReno() {
        return new WindowProfile(1_460, 78, 84, 10, 1 << 20, 4_000_000_000L, false);
    }

    /** {@return the same with DCTCP's reaction to marks, g = 1/16} */
    public static WindowProfile dctcp() {
        return new WindowProfile(1_460, 78, 84, 10, 1 << 20, 4_000_000_000L, true);
    }
}

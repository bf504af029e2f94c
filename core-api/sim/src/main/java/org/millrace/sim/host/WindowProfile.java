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
 * @param repair        how losses are found and repaired
 */
public record WindowProfile(int dataBytes, int overheadBytes, int ackBytes, int initialWindow, int mostWindow, long leastRtoPs, boolean isDctcp, Repair repair) {
    /**
     * How losses are found and repaired.
     *
     * @param duplicates duplicate acknowledgements that tell of one
     * @param isSelective whether acknowledgements report up to four blocks (RFC 2018) and senders keep a scoreboard (RFC 6675)
     * @param intervals  runs of packets beyond the first gap that a receiver keeps; it drops what would begin one more; 0: all that is out of order
     */
    public record Repair(int duplicates, boolean isSelective, int intervals) {
        /** Receivers keep all. */
        public static final int ALL = Integer.MAX_VALUE;
        /** Cumulative acknowledgements, three duplicates. */
        public static final Repair CUMULATIVE = new Repair(3, false, ALL);
    }

    /** {@return NewReno as in protocols' simulations of data centres: MSS 1460, initial window 10, windows of up to 1 MiB, RTO of at least 4 ms} */
    public static WindowProfile newReno() {
        return new WindowProfile(1_460, 78, 84, 10, 1 << 20, 4_000_000_000L, false, Repair.CUMULATIVE);
    }

    /** {@return the same with DCTCP's reaction to marks, g = 1/16} */
    public static WindowProfile dctcp() {
        return new WindowProfile(1_460, 78, 84, 10, 1 << 20, 4_000_000_000L, true, Repair.CUMULATIVE);
    }

    /**
     * {@return TCP as the TLT simulator (on ns-3) has it} MSS 1440 in packets of 1,500 bytes, initial window 10, buffers of 128 KiB, RTO of at least 4 ms, one duplicate
     * acknowledgement tells of a loss, selective acknowledgements.
     *
     * @param isDctcp   whether marks count
     * @param intervals that receivers keep
     */
    public static WindowProfile tlt(boolean isDctcp, int intervals) {
        return new WindowProfile(1_440, 98, 98, 10, 128 << 10, 4_000_000_000L, isDctcp, new Repair(1, true, intervals));
    }
}

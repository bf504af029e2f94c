package org.millrace.sim.host;

import java.util.Arrays;

/**
 * What a receiver keeps beyond its first gap: runs of packets, only so many of them (dissertation, §5.5.4.3), and the blocks in which it reports them
 * (RFC 2018). Numbers are of packets in their message. Owned by: the thread that runs the agenda.
 */
final class Intervals {
    /** What fits into a header beside timestamps and what the simulator reports. */
    static final int BLOCKS = 4;
    private static final int BITS = 16;
    private static final int MASK = 0xffff;

    private final Messages all;
    private final int most;
    /** Of each message, one behind the last packet that has arrived. */
    private int[] ends = new int[256];
    private long low;
    private long high;
    private int reported;

    /** @param most runs that are kept */
    Intervals(Messages all, int most) {
        this.all = all;
        this.most = most;
    }

    void open(int message) {
        if (message >= ends.length) {
            ends = Arrays.copyOf(ends, 2 * message);
        }
        ends[message] = 0;
    }

    /**
     * {@return whether a packet that has not arrived is kept}
     *
     * @param missing the first that has not arrived
     */
    boolean keeps(int message, int missing, int packet) {
        boolean joins = packet == missing || all.hasArrived(message, packet - 1) && packet - 1 > missing
            || packet + 1 < ends[message] && all.hasArrived(message, packet + 1);
        boolean isKept = joins || most == Integer.MAX_VALUE || all.runs(message, missing + 1, ends[message]) < most;
        ends[message] = isKept ? Math.max(ends[message], packet + 1) : ends[message];
        return isKept;
    }

    /** Finds the blocks to report: the one of the packet that came last, then from the end down. */
    void report(int message, int missing, int packet) {
        low = 0;
        high = 0;
        reported = 0;
        int own = -1;
        if (packet > missing && all.hasArrived(message, packet)) {
            own = begin(message, missing, packet);
            add(own, end(message, packet));
        }
        for (int at = ends[message] - 1; at > missing && reported < BLOCKS; at--) {
            if (all.hasArrived(message, at)) {
                int begin = begin(message, missing, at);
                if (begin != own) {
                    add(begin, at + 1);
                }
                at = begin;
            }
        }
    }

    private int begin(int message, int missing, int packet) {
        int begin = packet;
        while (begin - 1 > missing && all.hasArrived(message, begin - 1)) {
            begin--;
        }
        return begin;
    }

    private int end(int message, int packet) {
        int end = packet + 1;
        while (end < ends[message] && all.hasArrived(message, end)) {
            end++;
        }
        return end;
    }

    private void add(int begin, int end) {
        long block = begin | (long) end << BITS;
        int shift = 2 * BITS * (reported % 2);
        low |= reported < 2 ? block << shift : 0;
        high |= reported < 2 ? 0 : block << shift;
        reported++;
    }

    long low() {
        return low;
    }

    long high() {
        return high;
    }

    /** {@return where a block begins; it is none if it ends there} */
    static int begin(long low, long high, int block) {
        return (int) ((block < 2 ? low : high) >>> 2 * BITS * (block % 2)) & MASK;
    }

    static int end(long low, long high, int block) {
        return (int) ((block < 2 ? low : high) >>> 2 * BITS * (block % 2) + BITS) & MASK;
    }
}

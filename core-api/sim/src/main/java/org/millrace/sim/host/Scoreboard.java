package org.millrace.sim.host;

import java.util.Arrays;

/**
 * What a sender knows of packets beyond the first that is not acknowledged (RFC 6675): reported by their receiver, taken for lost, sent again. Numbers are
 * of packets in their message. Owned by: the thread that runs the agenda.
 */
final class Scoreboard {
    private final int duplicates;
    private long[][] reported = new long[256][];
    private long[][] again = new long[256][];
    /** One behind the last that is reported. */
    private int[] ends = new int[256];
    /** What is not reported before this is lost. */
    private int[] lostBefore = new int[256];

    /** @param duplicates reported packets behind one that is not, for it to be lost */
    Scoreboard(int duplicates) {
        this.duplicates = duplicates;
    }

    void open(int message, int packets) {
        if (message >= ends.length) {
            int length = 2 * message;
            reported = Arrays.copyOf(reported, length);
            again = Arrays.copyOf(again, length);
            ends = Arrays.copyOf(ends, length);
            lostBefore = Arrays.copyOf(lostBefore, length);
        }
        int words = packets / Long.SIZE + 1;
        if (reported[message] == null || reported[message].length < words) {
            reported[message] = new long[Integer.highestOneBit(2 * words)];
            again[message] = new long[reported[message].length];
        } else {
            Arrays.fill(reported[message], 0, words, 0);
            Arrays.fill(again[message], 0, words, 0);
        }
        ends[message] = 0;
        lostBefore[message] = 0;
    }

    /** {@return whether the blocks of an acknowledgement report anything} */
    boolean take(int message, long low, long high) {
        for (int block = 0; block < Intervals.BLOCKS; block++) {
            int end = Intervals.end(low, high, block);
            for (int packet = Intervals.begin(low, high, block); packet < end; packet++) {
                reported[message][packet / Long.SIZE] |= 1L << packet;
            }
            ends[message] = Math.max(ends[message], end);
        }
        int behind = 0;
        for (int packet = ends[message] - 1; packet >= lostBefore[message] && low != 0; packet--) {
            behind += has(reported, message, packet) ? 1 : 0;
            if (behind == duplicates) { // RFC 6675 §4, IsLost
                lostBefore[message] = packet;
                break;
            }
        }
        return low != 0;
    }

    private static boolean has(long[][] bits, int message, int packet) {
        return (bits[message][packet / Long.SIZE] >>> packet & 1) != 0;
    }

    /** A timeout: all before this is lost, and what was sent again as well. The first goes again even if it was reported: its acknowledgement may be lost. */
    void loseAll(int message, int first, int before) {
        lostBefore[message] = before;
        reported[message][first / Long.SIZE] &= ~(1L << first);
        Arrays.fill(again[message], 0);
    }

    /** {@return whether a packet has been sent again since it was lost} */
    boolean isAgain(int message, int packet) {
        return has(again, message, packet);
    }

    void sendAgain(int message, int packet) {
        again[message][packet / Long.SIZE] |= 1L << packet;
    }

    /** {@return whether a packet is taken for lost} */
    boolean isLost(int message, int packet) {
        return packet < lostBefore[message] && !has(reported, message, packet);
    }

    /** {@return the first lost packet that has not been sent again; −1: there is none} */
    int nextLost(int message, int acknowledged) {
        for (int packet = acknowledged; packet < lostBefore[message]; packet++) {
            if (!has(reported, message, packet) && !has(again, message, packet)) {
                return packet;
            }
        }
        return -1;
    }

    /** {@return packets on their way (RFC 6675 §4, SetPipe)} */
    int pipe(int message, int acknowledged, int sent) {
        int pipe = 0;
        for (int packet = acknowledged; packet < sent; packet++) {
            boolean isUnderWay = !has(reported, message, packet) && (packet >= lostBefore[message] || has(again, message, packet));
            pipe += isUnderWay ? 1 : 0;
        }
        return pipe;
    }
}

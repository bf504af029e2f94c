package org.millrace.homa.message;

/**
 * The constants of an implementation of Homa. A tick is a millisecond.
 *
 * @param name             what it is of
 * @param mostBytes        longest message, bytes
 * @param unscheduledBytes what goes without a grant, bytes
 * @param mostIncoming     most bytes that are granted and have not arrived, of all messages together
 * @param windowBytes      how far a message is granted beyond what was received, bytes; 0: {@code mostIncoming} shared out
 * @param overcommitment   most messages that take grants at once, 1 to 8
 * @param topScheduled     highest priority of granted bytes
 * @param fifoBytes        what the oldest message is granted out of turn, bytes
 * @param fifoPerMille     share of it in all that is granted; 0: none
 * @param deferBytes       messages shorter than this go at once; others when the link has room, the shortest first
 * @param resendMs         silence after which a missing range is asked for, and again, ticks
 * @param timeoutMs        silence after which an RPC fails, ticks
 * @param needAckMs        after which time a response that is not acknowledged is asked after, ticks
 * @param cutoffs          longest message whose unscheduled bytes come at each priority, from 0 on
 */
public record Profile(String name, int mostBytes, int unscheduledBytes, int mostIncoming, int windowBytes, int overcommitment,
                      int topScheduled, int fifoBytes, int fifoPerMille, int deferBytes, int resendMs, int timeoutMs, int needAckMs,
                      Cutoffs cutoffs) {
    /** HomaModule, the implementation for Linux by Homa's authors, main branch, mid-2026. */
    public static final Profile LINUX = new Profile("linux", 1_000_000, 40_000, 400_000, 0, 8, 3, 50_000, 50, 1000, 5, 100, 2,
        new Cutoffs(0, 0, 0, 0, 1_000_000, 15_000, 2_800, 200));
    /**
     * Homa as published (SIGCOMM 2018, §3 and §5.2): RTTbytes of 10,000 at 10 Gbps, as many messages overcommitted as there
     * are scheduled priorities, no share of the oldest, messages as long as the workloads have them; the cut-offs are
     * those of W4.
     */
    public static final Profile SIGCOMM18 = new Profile("sigcomm18", 30_000_000, 10_000, 70_000, 10_000, 7, 6, 10_000, 0, 1000, 5, 100, 2,
        new Cutoffs(0, 0, 0, 0, 0, 0, 0, 30_000_000));

    /**
     * A cut-off for each priority, lowest first, bytes.
     *
     * @param p0 of priority 0
     * @param p1 of priority 1
     * @param p2 of priority 2
     * @param p3 of priority 3
     * @param p4 of priority 4
     * @param p5 of priority 5
     * @param p6 of priority 6
     * @param p7 of priority 7
     */
    public record Cutoffs(int p0, int p1, int p2, int p3, int p4, int p5, int p6, int p7) {
        /** {@return them in order} */
        public int[] toArray() {
            return new int[] {p0, p1, p2, p3, p4, p5, p6, p7};
        }
    }

    /**
     * {@return the same with another patience}
     *
     * @param ms silence after which an RPC fails, milliseconds
     */
    public Profile timeout(int ms) {
        return new Profile(name, mostBytes, unscheduledBytes, mostIncoming, windowBytes, overcommitment, topScheduled, fifoBytes,
            fifoPerMille, deferBytes, resendMs, ms, needAckMs, cutoffs);
    }
}

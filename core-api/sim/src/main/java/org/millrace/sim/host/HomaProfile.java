package org.millrace.sim.host;

import org.millrace.sim.workload.Sizes;

/**
 * How Homa's hosts work.
 *
 * @param dataBytes        most data in a packet
 * @param overheadBytes    what a packet of data occupies a link for beside it, preamble and gap included
 * @param controlBytes     what a GRANT or RESEND occupies a link for
 * @param unscheduledBytes of a message that are sent without a grant
 * @param incomingBytes    granted and not received, of one message; with {@code isSharing}, of all together
 * @param isSharing        whether each message may have {@code incomingBytes / (active + 1)} (Linux), else each all of them (SIGCOMM 2018)
 * @param overcommit       messages that are granted at once
 * @param scheduled        priorities for granted data, the lowest
 * @param cuts             least sizes of messages whose unscheduled data have the next lower priority, from the highest priority
 * @param fifoPart         part of the granted bytes that goes to the oldest message
 * @param fifoBytes        so many at once
 * @param resendPs         silence before a RESEND; 0: nothing is ever lost
 */
public record HomaProfile(int dataBytes, int overheadBytes, int controlBytes, int unscheduledBytes, int incomingBytes, boolean isSharing,
                          int overcommit, int scheduled, int[] cuts, double fifoPart, int fifoBytes, long resendPs) {
    static final int PRIORITIES = 8;

    /**
     * {@return Homa's simulations (SIGCOMM 2018, §5.2): unscheduled bytes 1442 + 7886, RTTbytes 10,000, packets of 1442 bytes that occupy 1538} Of its eight
     * priorities, round(8 × unscheduled ÷ all bytes) are for unscheduled data, at least one and at most seven; cut-offs give each of them the
     * same bytes (§3.4). The rest are for scheduled data, and that many messages are granted at once (§3.5).
     *
     * @param sizes of the workload, which its hosts know
     */
    public static HomaProfile sigcomm18(Sizes sizes) {
        int unscheduled = 9_328;
        double part = sizes.meanUpTo(unscheduled) / sizes.mean();
        int levels = Math.clamp(Math.round(PRIORITIES * part), 1, PRIORITIES - 1);
        return sigcomm18(sizes, levels);
    }

    /**
     * {@return the same with another number of unscheduled priorities}
     *
     * @param sizes  of the workload
     * @param levels 1 to 7
     */
    public static HomaProfile sigcomm18(Sizes sizes, int levels) {
        int unscheduled = 9_328;
        return new HomaProfile(1_442, 96, 84, unscheduled, 10_000, false, PRIORITIES - levels, PRIORITIES - levels,
            sizes.cuts(levels, unscheduled), 0, 0, 0);
    }

    /**
     * {@return Homa in Linux: 40,000 unscheduled bytes, 400,000 incoming shared by at most 8, cut-offs 200, 2800, 15000, scheduled priorities 0 to 3, a
     *         twentieth to the oldest message, RESEND after 5 ms}
     */
    public static HomaProfile linux() {
        return new HomaProfile(1_424, 114, 84, 40_000, 400_000, true, 8, 4, new int[] {200, 2_800, 15_000}, 0.05, 50_000, 5_000_000_000L);
    }

    /**
     * {@return the same for a fabric that loses packets}
     *
     * @param silencePs before a RESEND
     */
    public HomaProfile resending(long silencePs) {
        return new HomaProfile(dataBytes, overheadBytes, controlBytes, unscheduledBytes, incomingBytes, isSharing, overcommit, scheduled, cuts,
            fifoPart, fifoBytes, silencePs);
    }

    /**
     * {@return the same with other unscheduled bytes: what an answer has when its asker waits for many (SIGCOMM 2018, §3.6)}
     *
     * @param bytes of each message
     */
    public HomaProfile unscheduled(int bytes) {
        return new HomaProfile(dataBytes, overheadBytes, controlBytes, bytes, incomingBytes, isSharing, overcommit, scheduled, cuts, fifoPart,
            fifoBytes, resendPs);
    }

    int unscheduledPriority(int bytes) {
        int level = 0;
        while (level < cuts.length && bytes > cuts[level]) {
            level++;
        }
        return PRIORITIES - 1 - level;
    }

    /** The lowest that do (SIGCOMM 2018, §3.4), the message with the least to come the highest of them. */
    int scheduledPriority(int rank, int active) {
        return Math.clamp(Math.min(active, scheduled) - 1 - rank, 0, scheduled - 1);
    }

    int window(int active) {
        return isSharing ? incomingBytes / (active + 1) : incomingBytes;
    }

    /** Packets have a boundary where the unscheduled bytes end. */
    int packets(int bytes) {
        int first = Math.min(bytes, unscheduledBytes);
        return Math.ceilDiv(first, dataBytes) + Math.ceilDiv(bytes - first, dataBytes);
    }

    int packet(int offset) {
        return offset < unscheduledBytes ? offset / dataBytes
            : Math.ceilDiv(unscheduledBytes, dataBytes) + (offset - unscheduledBytes) / dataBytes;
    }

    int offset(int packet) {
        int first = Math.ceilDiv(unscheduledBytes, dataBytes);
        return packet < first ? packet * dataBytes : unscheduledBytes + (packet - first) * dataBytes;
    }

    int length(int offset, int bytes) {
        int end = offset < unscheduledBytes ? Math.min(bytes, unscheduledBytes) : bytes;
        return Math.min(dataBytes, end - offset);
    }
}

package org.millrace.tcp.control.recovery;

import java.util.Arrays;
import org.millrace.wire.SequenceNumber;

/**
 * What has become of the sequence numbers from SND.UNA up to the highest that the peer has selectively acknowledged (RFC
 * 2018 §5), as runs without a gap between them. What lies above is in flight, and nothing is known of it.
 *
 * <p>Bounded: a block that would need more than {@link #MOST_RUNS} runs is not taken note of, which costs at worst a segment
 * sent twice. Owned by: the data-path thread.
 */
final class Scoreboard {
    /** Most runs; work for a block is proportional to it at worst. */
    static final int MOST_RUNS = 128;

    /** The peer has it. */
    static final int SACKED = 0;
    /** The peer lacks it and has something later; it may still come. {@code sinceNs}: when that was first known. */
    static final int MISSING = 1;
    /** To be sent again. */
    static final int LOST = 2;
    /** Has been sent again at {@code sinceNs}, when {@code mark} was the highest sequence number sent. */
    static final int RESENT = 3;

    private static final int KINDS = 4;
    private static final int FIRST_RUNS = 16;

    private int[] starts = {};
    private byte[] kinds = {};
    private long[] sinceNs = {};
    private int[] marks = {};
    private int size;
    private int end;
    /** Bytes of each kind: a peer that makes many runs makes each of its acknowledgements cost a pass over them. */
    private final int[] sums = new int[KINDS];
    /** How many runs at the begin are known not to be lost. */
    private int noneLost;
    /** What {@link #nextNs} answers as long as it is asked the same and nothing has arrived since. */
    private long earliestNs;
    private long askedReorderNs = -1;
    private long askedRttNs;

    /** What {@link #acknowledge} or {@link #sack} has found to be with the peer, for the caller to read and clear. */
    int delivered;
    /** Of that, what had never been sent again although something later had arrived before: the path reorders. */
    int overtaken;
    /** When the latest of those sent again that have arrived was sent; {@link Long#MIN_VALUE}: none has. */
    long latestResentNs = Long.MIN_VALUE;
    /** Bytes that have been taken for lost, for the caller to read and clear. */
    int lost;
    /** Bytes sent again whose original must have arrived: the answer came too soon. */
    int needless;

    boolean isEmpty() {
        return size == 0;
    }

    void clear() {
        size = 0;
        noneLost = 0;
        Arrays.fill(sums, 0);
    }

    private void become(int i, int kind) {
        int bytes = endOf(i) - starts[i];
        sums[kinds[i]] -= bytes;
        sums[kind] += bytes;
        kinds[i] = (byte) kind;
        noneLost = kind == LOST ? Math.min(noneLost, i) : noneLost;
    }

    /**
     * Everything below is with the peer.
     *
     * @param una       SND.UNA now
     * @param was       SND.UNA before
     * @param minRttNs  what arrived sooner than this after it was sent again is the original
     */
    void acknowledge(int una, int was, long minRttNs, long nowNs) {
        if (una == was) {
            return;
        }
        int gone = 0;
        int known = was;
        while (gone < size && SequenceNumber.lessOrEqual(endOf(gone), una)) {
            arrived(gone, endOf(gone) - starts[gone], minRttNs, nowNs);
            sums[kinds[gone]] -= endOf(gone) - starts[gone];
            known = endOf(gone);
            gone++;
        }
        if (gone < size && SequenceNumber.lessThan(starts[gone], una)) {
            arrived(gone, una - starts[gone], minRttNs, nowNs);
            sums[kinds[gone]] -= una - starts[gone];
            starts[gone] = una;
            known = una;
        }
        remove(0, gone);
        delivered += Math.max(una - known, 0);
    }

    private void arrived(int i, int bytes, long minRttNs, long nowNs) {
        askedReorderNs = -1;
        switch (kinds[i]) {
            case SACKED -> {
            }
            case RESENT -> {
                delivered += bytes;
                if (nowNs - sinceNs[i] < minRttNs) {
                    needless += bytes; // RFC 8985 §6.2 step 2
                } else {
                    latestResentNs = Math.max(latestResentNs, sinceNs[i]);
                }
            }
            default -> {
                delivered += bytes;
                overtaken += bytes; // RFC 8985 §6.2 step 3
            }
        }
    }

    /**
     * The peer has a block.
     *
     * @param from     first sequence number, not below {@code una}
     * @param to       the one behind the last, behind {@code from}
     * @param una      SND.UNA
     * @param minRttNs as above
     */
    void sack(int from, int to, int una, long minRttNs, long nowNs) {
        if (size == 0) {
            end = una;
        }
        if (SequenceNumber.lessThan(from, end)) {
            sackKnown(from, SequenceNumber.min(to, end), minRttNs, nowNs);
        }
        int beyond = SequenceNumber.max(from, end);
        if (SequenceNumber.lessThan(beyond, to) && size + 2 <= MOST_RUNS) {
            if (beyond != end) {
                append(MISSING, beyond, nowNs);
            }
            append(SACKED, to, 0);
            delivered += to - beyond;
            join(size - 2, size);
            askedReorderNs = -1;
        }
    }

    private void sackKnown(int from, int to, long minRttNs, long nowNs) {
        int first = cut(from);
        int last = cut(to);
        if (first < 0 || last < 0) {
            return;
        }
        for (int i = first; i < last; i++) {
            arrived(i, endOf(i) - starts[i], minRttNs, nowNs);
            become(i, SACKED);
        }
        join(first, last);
    }

    /**
     * Concludes what is lost (RFC 8985 §6.2 step 5).
     *
     * @param reorderNs  how long after something later a segment may arrive
     * @param rttNs      a round trip
     * @return whether anything is that was not
     */
    boolean detect(long reorderNs, long rttNs, long nowNs) {
        boolean found = false;
        earliestNs = Long.MAX_VALUE;
        askedReorderNs = reorderNs;
        askedRttNs = rttNs;
        for (int i = 0; i < size; i++) {
            if (kinds[i] == SACKED || kinds[i] == LOST) {
                continue;
            }
            long deadlineNs = deadlineNs(i, reorderNs, rttNs);
            if (nowNs >= deadlineNs) {
                become(i, LOST);
                found = true;
            } else {
                earliestNs = Math.min(earliestNs, deadlineNs);
            }
        }
        if (found) {
            join(0, size);
        }
        return found;
    }

    /** {@return when {@link #detect} may conclude more; {@link Long#MAX_VALUE}: not by time alone} */
    long nextNs(long reorderNs, long rttNs) {
        if (reorderNs == askedReorderNs && rttNs == askedRttNs) {
            return earliestNs;
        }
        long next = Long.MAX_VALUE;
        for (int i = 0; i < size; i++) {
            next = Math.min(next, deadlineNs(i, reorderNs, rttNs));
        }
        return next;
    }

    private long deadlineNs(int i, long reorderNs, long rttNs) {
        return switch (kinds[i]) {
            case MISSING -> sinceNs[i] + reorderNs;
            case RESENT -> latestResentNs > sinceNs[i] || SequenceNumber.greaterThan(end, marks[i])
                ? sinceNs[i] + rttNs + reorderNs : Long.MAX_VALUE;
            default -> Long.MAX_VALUE;
        };
    }

    /** The timer has expired: all that the peer is not known to have is lost. */
    void loseAll(int una, int max) {
        if (size == 0) {
            end = una;
        }
        for (int i = 0; i < size; i++) {
            lost += kinds[i] == SACKED || kinds[i] == LOST ? 0 : length(i);
            become(i, kinds[i] == SACKED ? SACKED : LOST);
        }
        if (end != max && size < MOST_RUNS) {
            lost += max - end;
            append(LOST, max, 0);
        }
        join(0, size);
    }

    /** {@return whether the peer said that it has what it now does not acknowledge (RFC 2018 §8)} */
    boolean isReneged() {
        return size > 0 && kinds[0] == SACKED;
    }

    /** {@return bytes of one kind} */
    int bytes(int kind) {
        return sums[kind];
    }

    /** {@return the first run that is lost, or -1} */
    int firstLost() {
        if (sums[LOST] == 0) {
            return -1;
        }
        while (kinds[noneLost] != LOST) {
            noneLost++;
        }
        return noneLost;
    }

    int start(int run) {
        return starts[run];
    }

    int length(int run) {
        return endOf(run) - starts[run];
    }

    /** The beginning of a run that is lost is sent again. */
    void resent(int run, int bytes, int max, long nowNs) {
        if (bytes < length(run)) {
            cut(starts[run] + bytes); // without room for the rest it passes for sent too
        }
        become(run, RESENT);
        sinceNs[run] = nowNs;
        marks[run] = max;
        join(run, run + 1);
    }

    private int endOf(int i) {
        return i + 1 < size ? starts[i + 1] : end;
    }

    /** Has a run begin at a sequence number within the board; answers which, {@link #size} at its end, -1: no room. */
    private int cut(int seq) {
        if (seq == end) {
            return size;
        }
        int i = 0;
        for (int step = Integer.highestOneBit(size); step != 0; step >>>= 1) {
            boolean further = i + step < size && SequenceNumber.lessOrEqual(starts[i + step], seq);
            i += further ? step : 0;
        }
        if (starts[i] == seq) {
            return i;
        }
        if (!hasRoom()) {
            return -1;
        }
        move(i, i + 1, size - i);
        size++;
        starts[i + 1] = seq;
        return i + 1;
    }

    private void append(int kind, int to, long since) {
        if (!hasRoom()) {
            return;
        }
        starts[size] = end;
        kinds[size] = (byte) kind;
        sinceNs[size] = since;
        marks[size] = 0;
        sums[kind] += to - end;
        noneLost = kind == LOST ? Math.min(noneLost, size) : noneLost;
        size++;
        end = to;
    }

    private boolean hasRoom() {
        if (size == MOST_RUNS) {
            return false;
        }
        if (size == starts.length) {
            int room = Math.max(FIRST_RUNS, 2 * size);
            starts = Arrays.copyOf(starts, room);
            kinds = Arrays.copyOf(kinds, room);
            sinceNs = Arrays.copyOf(sinceNs, room);
            marks = Arrays.copyOf(marks, room);
        }
        return true;
    }

    private void remove(int from, int count) {
        if (count > 0) {
            move(from + count, from, size - from - count);
            size -= count;
            noneLost = 0;
        }
    }

    private void move(int from, int to, int count) {
        System.arraycopy(starts, from, starts, to, count);
        System.arraycopy(kinds, from, kinds, to, count);
        System.arraycopy(sinceNs, from, sinceNs, to, count);
        System.arraycopy(marks, from, marks, to, count);
    }

    /** Makes one run of neighbours that are alike: runs from a first one on, to one that is not meant, have changed. */
    private void join(int from, int to) {
        int kept = Math.max(from - 1, 0);
        int i = kept + 1;
        for (; i <= to && i < size; i++) {
            boolean alike = kinds[i] == kinds[kept]
                && (kinds[i] == SACKED || kinds[i] == LOST || sinceNs[i] == sinceNs[kept] && marks[i] == marks[kept]);
            if (!alike && ++kept != i) {
                move(i, kept, 1);
                noneLost = 0;
            }
        }
        if (i > kept + 1) {
            remove(kept + 1, i - kept - 1);
        }
    }
}

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
    static final int MOST_RUNS = 256;

    /** The peer has it. */
    static final int SACKED = 0;
    /** The peer lacks it and has something later; it may still come. {@code sinceNs}: when that was first known. */
    static final int MISSING = 1;
    /** To be sent again. */
    static final int LOST = 2;
    /** Has been sent again at {@code sinceNs}, when {@code mark} was the highest sequence number sent. */
    static final int RESENT = 3;

    private static final int FIRST_RUNS = 16;

    private int[] starts = {};
    private byte[] kinds = {};
    private long[] sinceNs = {};
    private int[] marks = {};
    private int size;
    private int end;
    /** What a walk over all runs has found, until one of them changes. */
    private boolean summed;
    private final int[] bytesOf = new int[RESENT + 1];
    private int firstLost;

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
        summed = false;
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
        summed = false;
        int gone = 0;
        int known = was;
        while (gone < size && SequenceNumber.lessOrEqual(endOf(gone), una)) {
            arrived(gone, endOf(gone) - starts[gone], minRttNs, nowNs);
            known = endOf(gone);
            gone++;
        }
        if (gone < size && SequenceNumber.lessThan(starts[gone], una)) {
            arrived(gone, una - starts[gone], minRttNs, nowNs);
            starts[gone] = una;
            known = una;
        }
        remove(0, gone);
        delivered += Math.max(una - known, 0);
    }

    private void arrived(int i, int bytes, long minRttNs, long nowNs) {
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
        summed = false;
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
        }
        join();
    }

    private void sackKnown(int from, int to, long minRttNs, long nowNs) {
        int first = cut(from);
        int last = cut(to);
        if (first < 0 || last < 0) {
            return;
        }
        for (int i = first; i < last; i++) {
            arrived(i, endOf(i) - starts[i], minRttNs, nowNs);
            kinds[i] = SACKED;
        }
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
        for (int i = 0; i < size; i++) {
            if (nowNs >= deadlineNs(i, reorderNs, rttNs)) {
                kinds[i] = LOST;
                lost += length(i);
                found = true;
            }
        }
        if (found) {
            summed = false;
            join();
        }
        return found;
    }

    /** {@return when {@link #detect} may conclude more; {@link Long#MAX_VALUE}: not by time alone} */
    long nextNs(long reorderNs, long rttNs) {
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
        summed = false;
        if (size == 0) {
            end = una;
        }
        for (int i = 0; i < size; i++) {
            lost += kinds[i] == SACKED || kinds[i] == LOST ? 0 : length(i);
            kinds[i] = kinds[i] == SACKED ? (byte) SACKED : LOST;
        }
        if (end != max && size < MOST_RUNS) {
            lost += max - end;
            append(LOST, max, 0);
        }
        join();
    }

    /** {@return whether the peer said that it has what it now does not acknowledge (RFC 2018 §8)} */
    boolean isReneged() {
        return size > 0 && kinds[0] == SACKED;
    }

    private void sum() {
        if (summed) {
            return;
        }
        summed = true;
        Arrays.fill(bytesOf, 0);
        firstLost = -1;
        for (int i = 0; i < size; i++) {
            bytesOf[kinds[i]] += length(i);
            if (kinds[i] == LOST && firstLost < 0) {
                firstLost = i;
            }
        }
    }

    /** {@return bytes of one kind} */
    int bytes(int kind) {
        sum();
        return bytesOf[kind];
    }

    /** {@return the first run that is lost, or -1} */
    int firstLost() {
        sum();
        return firstLost;
    }

    int start(int run) {
        return starts[run];
    }

    int length(int run) {
        return endOf(run) - starts[run];
    }

    /** The beginning of a run that is lost is sent again. */
    void resent(int run, int bytes, int max, long nowNs) {
        summed = false;
        if (bytes < length(run)) {
            cut(starts[run] + bytes); // without room for the rest it passes for sent too
        }
        kinds[run] = RESENT;
        sinceNs[run] = nowNs;
        marks[run] = max;
        join();
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
        while (SequenceNumber.lessOrEqual(endOf(i), seq)) {
            i++;
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
        move(from + count, from, size - from - count);
        size -= count;
    }

    private void move(int from, int to, int count) {
        System.arraycopy(starts, from, starts, to, count);
        System.arraycopy(kinds, from, kinds, to, count);
        System.arraycopy(sinceNs, from, sinceNs, to, count);
        System.arraycopy(marks, from, marks, to, count);
    }

    /** Makes one run of neighbours that are alike. */
    private void join() {
        int kept = 0;
        for (int i = 1; i < size; i++) {
            boolean alike = kinds[i] == kinds[kept]
                && (kinds[i] == SACKED || kinds[i] == LOST || sinceNs[i] == sinceNs[kept] && marks[i] == marks[kept]);
            if (!alike) {
                kept++;
                move(i, kept, 1);
            }
        }
        size = Math.min(size, kept + 1);
    }
}

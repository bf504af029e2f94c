package org.millrace.sim.host;

import java.util.Arrays;

/** What senders with a window know of each message. Owned by: the thread that runs the agenda. */
final class Windows {
    final Messages all;
    final Intervals intervals;
    final Scoreboard scoreboard;
    int[] sent;
    int[] acked;
    /** Highest byte ever sent. */
    int[] highest;
    double[] window;
    double[] threshold;
    int[] duplicates;
    /** Recovery ends when this is acknowledged; −1: there is none. */
    int[] recoverTo;
    boolean[] isQueued;
    double[] alpha;
    int[] ackedBytes;
    int[] markedBytes;
    int[] windowEnd;
    long[] smoothedPs;
    long[] variancePs;
    long[] deadlinePs;
    int[] backOff;
    boolean[] isTimed;
    /** At the receiver: all before has arrived. */
    int[] prefix;

    /** After a timeout, until this is acknowledged, duplicates say nothing new. */
    int[] repeatTo;

    Windows(Messages all, WindowProfile profile) {
        this.all = all;
        intervals = new Intervals(all, profile.repair().intervals());
        scoreboard = new Scoreboard(profile.repair().duplicates());
        resize(all.capacity());
    }

    private void resize(int length) {
        sent = copy(sent, length);
        acked = copy(acked, length);
        highest = copy(highest, length);
        duplicates = copy(duplicates, length);
        recoverTo = copy(recoverTo, length);
        ackedBytes = copy(ackedBytes, length);
        markedBytes = copy(markedBytes, length);
        windowEnd = copy(windowEnd, length);
        backOff = copy(backOff, length);
        prefix = copy(prefix, length);
        repeatTo = copy(repeatTo, length);
        window = window == null ? new double[length] : Arrays.copyOf(window, length);
        threshold = threshold == null ? new double[length] : Arrays.copyOf(threshold, length);
        alpha = alpha == null ? new double[length] : Arrays.copyOf(alpha, length);
        smoothedPs = copy(smoothedPs, length);
        variancePs = copy(variancePs, length);
        deadlinePs = copy(deadlinePs, length);
        isQueued = copy(isQueued, length);
        isTimed = copy(isTimed, length);
    }

    private static int[] copy(int[] array, int length) {
        return array == null ? new int[length] : Arrays.copyOf(array, length);
    }

    private static long[] copy(long[] array, int length) {
        return array == null ? new long[length] : Arrays.copyOf(array, length);
    }

    private static boolean[] copy(boolean[] array, int length) {
        return array == null ? new boolean[length] : Arrays.copyOf(array, length);
    }

    int open(int source, int destination, int bytes, long nowPs, long tag, WindowProfile profile) {
        int message = all.open(source, destination, bytes, nowPs, tag);
        if (all.capacity() > sent.length) {
            resize(all.capacity());
        }
        sent[message] = 0;
        acked[message] = 0;
        highest[message] = 0;
        window[message] = (double) profile.initialWindow() * profile.dataBytes();
        threshold[message] = profile.mostWindow();
        duplicates[message] = 0;
        recoverTo[message] = -1;
        isQueued[message] = false;
        alpha[message] = 1; // RFC 8257 §3.3
        ackedBytes[message] = 0;
        markedBytes[message] = 0;
        windowEnd[message] = 0;
        smoothedPs[message] = 0;
        variancePs[message] = 0;
        backOff[message] = 0;
        isTimed[message] = false;
        prefix[message] = 0;
        repeatTo[message] = 0;
        intervals.open(message);
        if (profile.repair().isSelective()) {
            scoreboard.open(message, Math.ceilDiv(bytes, profile.dataBytes()));
        }
        return message;
    }
}

package org.millrace.sim.host;

import java.util.Arrays;

/** What Homa's hosts know of each message beside. Owned by: the thread that runs the agenda. */
final class HomaMessages {
    final Messages all;
    /** At the sender: sent so far, may be sent, with which priority. */
    int[] sent;
    int[] granted;
    int[] priority;
    boolean[] isReady;
    /** At the receiver: granted so far; when it last heard. */
    int[] promised;
    long[] heardPs;

    HomaMessages(Messages all) {
        this.all = all;
        int length = all.capacity();
        sent = new int[length];
        granted = new int[length];
        priority = new int[length];
        isReady = new boolean[length];
        promised = new int[length];
        heardPs = new long[length];
    }

    int open(int source, int destination, int bytes, long nowPs, long tag) {
        int message = all.open(source, destination, bytes, nowPs, tag);
        int length = all.capacity();
        if (length > sent.length) {
            sent = Arrays.copyOf(sent, length);
            granted = Arrays.copyOf(granted, length);
            priority = Arrays.copyOf(priority, length);
            isReady = Arrays.copyOf(isReady, length);
            promised = Arrays.copyOf(promised, length);
            heardPs = Arrays.copyOf(heardPs, length);
        }
        sent[message] = 0;
        isReady[message] = false;
        heardPs[message] = nowPs;
        return message;
    }
}

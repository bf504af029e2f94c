package org.millrace.sim.host;

import java.util.Arrays;

/**
 * Messages under way, each a number that is used again. Its {@link #id} tells it from those that had its number before. Owned by: the thread that
 * runs the agenda.
 */
public final class Messages {
    private static final int INITIAL = 256;

    private final Receiver receiver;
    private int[] source = new int[INITIAL];
    private int[] destination = new int[INITIAL];
    private int[] bytes = new int[INITIAL];
    private long[] startPs = new long[INITIAL];
    private long[] tag = new long[INITIAL];
    private int[] generation = new int[INITIAL];
    /** The packets that have arrived, a bit each. */
    private long[][] arrived = new long[INITIAL][];
    private int[] received = new int[INITIAL];
    private int[] free = new int[INITIAL];
    private int freeCount;
    private int made;

    /**
     * No messages.
     *
     * @param receiver is told of each that is complete
     */
    public Messages(Receiver receiver) {
        this.receiver = receiver;
    }

    int open(int from, int to, int length, long nowPs, long itsTag) {
        if (freeCount == 0 && made == source.length) {
            grow();
        }
        int message = freeCount > 0 ? free[--freeCount] : made++;
        source[message] = from;
        destination[message] = to;
        bytes[message] = length;
        startPs[message] = nowPs;
        tag[message] = itsTag;
        received[message] = 0;
        return message;
    }

    private void grow() {
        int length = 2 * source.length;
        source = Arrays.copyOf(source, length);
        destination = Arrays.copyOf(destination, length);
        bytes = Arrays.copyOf(bytes, length);
        startPs = Arrays.copyOf(startPs, length);
        tag = Arrays.copyOf(tag, length);
        generation = Arrays.copyOf(generation, length);
        arrived = Arrays.copyOf(arrived, length);
        received = Arrays.copyOf(received, length);
        free = Arrays.copyOf(free, length);
    }

    /** So many packets it will be; none has arrived. */
    void expect(int message, int packets) {
        int words = (packets + Long.SIZE - 1) / Long.SIZE;
        if (arrived[message] == null || arrived[message].length < words) {
            arrived[message] = new long[Integer.highestOneBit(2 * words - 1)];
        } else {
            Arrays.fill(arrived[message], 0, words, 0);
        }
    }

    boolean hasArrived(int message, int packet) {
        return (arrived[message][packet / Long.SIZE] >>> packet & 1) != 0;
    }

    /** {@return packets from..to that have arrived and whose predecessor has not: runs that begin there} */
    int runs(int message, int from, int to) {
        int runs = 0;
        for (int packet = from; packet < to; packet++) {
            runs += hasArrived(message, packet) && !hasArrived(message, packet - 1) ? 1 : 0;
        }
        return runs;
    }

    /** A packet arrives for the first time. */
    void arrive(int message, int packet, int length) {
        arrived[message][packet / Long.SIZE] |= 1L << packet;
        received[message] += length;
    }

    boolean isComplete(int message) {
        return received[message] == bytes[message];
    }

    int received(int message) {
        return received[message];
    }

    /** It is complete: its receiver is told, and its number is free. */
    void close(int message, long nowPs) {
        receiver.complete(nowPs, this, message);
        generation[message]++;
        free[freeCount++] = message;
    }

    long id(int message) {
        return (long) generation[message] << Integer.SIZE | message;
    }

    /** {@return the message of an id; −1: it is no more} */
    int message(long id) {
        int message = (int) id;
        return generation[message] == (int) (id >>> Integer.SIZE) ? message : -1;
    }

    int capacity() {
        return source.length;
    }

    /** {@return messages under way} */
    public int live() {
        return made - freeCount;
    }

    public int source(int message) {
        return source[message];
    }

    public int destination(int message) {
        return destination[message];
    }

    public int bytes(int message) {
        return bytes[message];
    }

    public long startPs(int message) {
        return startPs[message];
    }

    public long tag(int message) {
        return tag[message];
    }
}

package org.millrace.sim.workload;

import java.util.SplittableRandom;

/**
 * Every host sends one long message to another, and every host receives one: a permutation at random without fixed points. A message's tag is its source.
 *
 * <p>Owned by: the thread that runs the agenda.
 */
public final class Bulk {
    private final int[] destinations;
    private int complete;
    private long endPs;

    /**
     * A permutation.
     *
     * @param hosts  how many, at least 2
     * @param random dice
     */
    public Bulk(int hosts, SplittableRandom random) {
        destinations = new int[hosts];
        for (int i = 0; i < hosts; i++) {
            destinations[i] = i;
        }
        for (int i = hosts - 1; i > 0; i--) { // Sattolo: one cycle, so nobody sends to itself
            int other = random.nextInt(i);
            int swapped = destinations[i];
            destinations[i] = destinations[other];
            destinations[other] = swapped;
        }
    }

    /**
     * All begin.
     *
     * @param nowPs   the time
     * @param starter begins messages
     * @param bytes   of each
     */
    public void begin(long nowPs, Starter starter, int bytes) {
        for (int host = 0; host < destinations.length; host++) {
            starter.start(nowPs, host, destinations[host], bytes, host);
        }
    }

    /**
     * A message is complete.
     *
     * @param nowPs the time
     */
    public void complete(long nowPs) {
        complete++;
        endPs = nowPs;
    }

    public boolean isComplete() {
        return complete == destinations.length;
    }

    /** {@return when the last one was complete so far, picoseconds} */
    public long endPs() {
        return endPs;
    }
}

package org.millrace.agilio.model;

/**
 * A flow processing core: its threads take turns on it, in the order in which they become ready, each until it waits. Owned by:
 * the thread that runs the machine.
 */
public final class Fpc {
    private final String name;
    private final int island;
    private final int threads;
    private long freeCycle;
    private long busyCycles;
    private long occupiedCycles;
    private long items;

    /**
     * Makes an idle one.
     *
     * @param name    what it does: {@code protocol 0}
     * @param island  its island's number
     * @param threads how many items its threads may have at once
     */
    public Fpc(String name, int island, int threads) {
        this.name = name;
        this.island = island;
        this.threads = threads;
    }

    /**
     * A thread runs.
     *
     * @param now    the time: what is known now to run later does not hold up what comes before it
     * @param ready  when it becomes ready, not before {@code now}
     * @param cycles how long it runs
     * @return when it waits
     */
    public long run(long now, long ready, long cycles) {
        freeCycle = Math.max(now, freeCycle) + cycles;
        busyCycles += cycles;
        return Math.max(ready + cycles, freeCycle);
    }

    /**
     * A thread has had an item.
     *
     * @param cycles for so long
     */
    public void occupied(long cycles) {
        occupiedCycles += cycles;
        items++;
    }

    /** Counts anew. */
    public void restart() {
        busyCycles = 0;
        occupiedCycles = 0;
        items = 0;
    }

    /** {@return what it does} */
    public String name() {
        return name;
    }

    /** {@return its island's number} */
    public int island() {
        return island;
    }

    /** {@return how many items its threads may have at once} */
    public int threads() {
        return threads;
    }

    /** {@return cycles in which it ran} */
    public long busyCycles() {
        return busyCycles;
    }

    /** {@return cycles in which its threads had items, of all threads together} */
    public long occupiedCycles() {
        return occupiedCycles;
    }

    /** {@return items so far} */
    public long items() {
        return items;
    }
}

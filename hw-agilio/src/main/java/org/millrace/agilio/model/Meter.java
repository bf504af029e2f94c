package org.millrace.agilio.model;

import org.millrace.api.pipeline.SegmentMeta;

/**
 * Who is to be charged for what the machine's services do: the visit that runs now on this thread. Outside of one, nobody is.
 * Owned by: the thread that runs the machine.
 */
public final class Meter {
    private static final ThreadLocal<Meter> RUNNING = new ThreadLocal<>();

    private final Charge charge = new Charge();
    private int[] lookups;
    private int bumps;

    /** Makes one that nobody is charged by. */
    public Meter() {
    }

    static Meter running() {
        return RUNNING.get();
    }

    /**
     * A visit begins to run: it is charged from now on.
     *
     * @param lookupCache what its FPC remembers of the table of flows
     */
    public void begin(int[] lookupCache) {
        lookups = lookupCache;
        charge.clear();
        bumps = 0;
        RUNNING.set(this);
    }

    /** The visit has run. */
    public void end() {
        RUNNING.remove();
    }

    /** {@return what the visit is charged} */
    public Charge charge() {
        return charge;
    }

    /** {@return flows that the visit has given to the scheduler} */
    public int bumps() {
        return bumps;
    }

    void bump() {
        bumps++;
    }

    /** {@return whether the FPC remembers where a segment belongs; it does now} */
    boolean remembers(SegmentMeta meta) {
        int key = meta.peerAddress() * 31 ^ meta.localAddress() * 17 ^ (meta.peerPort() << 16 | meta.localPort());
        key ^= key >>> 15;
        key *= 0x2c1b3c6d;
        key ^= key >>> 12;
        int tag = key == 0 ? 1 : key;
        int at = Math.floorMod(key, lookups.length);
        boolean isKnown = lookups[at] == tag;
        lookups[at] = tag;
        return isKnown;
    }
}

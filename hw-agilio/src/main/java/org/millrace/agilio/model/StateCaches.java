package org.millrace.agilio.model;

import org.millrace.agilio.machine.Machine;
import org.millrace.agilio.machine.Mapping.Cache;

/**
 * Where a flow's state lies (§4.4.1.1): in an FPC's local memory, of which its CAM knows the 16 last used; in its island's CLS,
 * 512 entries direct-mapped in half of it; in EMEM's cache; in its DRAM.
 *
 * <p>DESIGN NOTES. The second level's entry is that of the flow's number within its group: the control plane numbers connections
 * so that few collide. It holds what local memory had to give up, and gives up itself what goes back there (F process.c,
 * handle_miss): while a group has no more flows than entries each finds its own free. With more, what leaves local memory is mostly swapped for
 * another flow's state, which the FPC polls for, and which it passes on to EMEM (written beside what is read). EMEM's cache is taken as direct-mapped by the same
 * number, with room for as many whole connections as fit into it.
 *
 * <p>Owned by: the thread that runs the machine.
 */
public final class StateCaches {
    private final Machine machine;
    private final FlowGroups groups;
    private final int[] emem;
    private final int[][] cls;
    private long camHits;
    private long clsHits;
    private long ememHits;
    private long dramReads;

    /** What one FPC's CAM knows, the last used first. */
    public static final class Cam {
        private final int[] keys;
        private int victim;

        Cam(int entries) {
            keys = new int[entries];
        }

        /** {@return whether a key was known; it is now} */
        boolean use(int key) {
            int at = 0;
            while (at < keys.length - 1 && keys[at] != key) {
                at++;
            }
            boolean isKnown = keys[at] == key;
            victim = isKnown ? 0 : keys[at];
            System.arraycopy(keys, 0, keys, 1, at);
            keys[0] = key;
            return isKnown;
        }
    }

    /**
     * Makes empty ones.
     *
     * @param machine how large they are
     * @param count   flow groups, each with a second level of its own
     * @param groups  which flow is of which
     */
    public StateCaches(Machine machine, int count, FlowGroups groups) {
        this.machine = machine;
        this.groups = groups;
        emem = new int[(int) (machine.emem().cacheKib() * 1024L / machine.state().connectionBytes())];
        cls = new int[count][machine.state().clsEntries()];
    }

    /** {@return an FPC's CAM} */
    public Cam cam() {
        return new Cam(machine.cam().entries());
    }

    /**
     * Charges for finding a flow's state.
     *
     * @param flow   the flow, at least 1
     * @param levels where it is looked for before EMEM
     * @param cam    the FPC's
     * @param charge is charged
     */
    public void find(int flow, Cache levels, Cam cam, Charge charge) {
        if (levels != Cache.NONE) {
            charge.busy(machine.cam().cycles());
            if (cam.use(flow)) {
                camHits++;
                return;
            }
        }
        if (levels != Cache.CAM_CLS) {
            charge.instructions(machine.state().shortMissInstructions());
            charge.access(external(flow));
            return;
        }
        charge.instructions(machine.state().missInstructions());
        int swapped = putAside(cam.victim, charge);
        if (swapped == flow) {
            clsHits++; // the swap has brought it
            return;
        }
        if (swapped != 0) {
            charge.instructions(machine.state().swapInstructions());
        }
        int[] second = cls[groups.group(flow)];
        int entry = groups.rank(flow) % second.length;
        if (second[entry] == flow) {
            second[entry] = 0;
            clsHits++;
            charge.access(Memory.CLS);
        } else {
            charge.access(external(flow));
        }
    }

    /** What local memory gives up goes to CLS. Answers the flow whose state it was swapped for, or 0. */
    private int putAside(int victim, Charge charge) {
        if (victim == 0) {
            return 0;
        }
        int[] second = cls[groups.group(victim)];
        int entry = groups.rank(victim) % second.length;
        int swapped = second[entry];
        second[entry] = victim;
        if (swapped != 0) {
            charge.busy(machine.state().clsCycles());
        }
        return swapped;
    }

    private Memory external(int flow) {
        int entry = flow % emem.length;
        boolean isCached = emem[entry] == flow;
        emem[entry] = flow;
        ememHits += isCached ? 1 : 0;
        dramReads += isCached ? 0 : 1;
        return isCached ? Memory.EMEM : Memory.EMEM_DRAM;
    }

    /** Counts anew. */
    public void restart() {
        camHits = 0;
        clsHits = 0;
        ememHits = 0;
        dramReads = 0;
    }

    /** {@return lookups that a CAM knew} */
    public long camHits() {
        return camHits;
    }

    /** {@return lookups that CLS knew} */
    public long clsHits() {
        return clsHits;
    }

    /** {@return lookups that EMEM's cache had} */
    public long ememHits() {
        return ememHits;
    }

    /** {@return lookups that went to DRAM} */
    public long dramReads() {
        return dramReads;
    }
}

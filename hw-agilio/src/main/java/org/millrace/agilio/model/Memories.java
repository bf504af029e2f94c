package org.millrace.agilio.model;

import java.util.Arrays;
import org.millrace.agilio.machine.Machine;

/**
 * Memories and the link to the host, as they are used. EMEM's engine takes its cycles an access, one access after the other, if
 * the machine has a figure for it; the link takes a payload's bytes one after the other in each direction.
 */
public final class Memories {
    private static final int KIB = 1024;

    private final Machine machine;
    private final long[] accesses = new long[Memory.values().length];
    private final long[] waitedCycles = new long[Memory.values().length];
    private long ememFreeCycle;
    private final long[] linkFreeCycle = new long[2];
    private final long[] linkBusyCycles = new long[2];

    /**
     * Makes idle ones.
     *
     * @param machine their latencies
     */
    public Memories(Machine machine) {
        this.machine = machine;
    }

    /**
     * A thread waits.
     *
     * @param memory for what
     * @param bytes  of a transfer over PCIe
     * @param now    the time: what is known now to happen later does not hold up what comes before it
     * @param cycle  from when, not before {@code now}
     * @return until when
     */
    public long access(Memory memory, int bytes, long now, long cycle) {
        long until = switch (memory) {
            case PCIE_READ -> transfer(0, bytes, now, cycle) + machine.dma().readCycles()
                + (long) bytes * machine.dma().readCyclesPerKib() / KIB;
            case PCIE_WRITE -> transfer(1, bytes, now, cycle) + machine.dma().writeCycles()
                + (long) bytes * machine.dma().writeCyclesPerKib() / KIB;
            case EMEM, EMEM_WRITE, EMEM_DRAM -> {
                int busy = machine.emem().engineCycles();
                ememFreeCycle = Math.max(now, ememFreeCycle) + busy;
                yield Math.max(cycle, ememFreeCycle - busy) + memory.cycles(machine);
            }
            default -> cycle + memory.cycles(machine);
        };
        accesses[memory.ordinal()]++;
        waitedCycles[memory.ordinal()] += until - cycle;
        return until;
    }

    /** {@return when the link begins to move it} */
    private long transfer(int direction, int bytes, long now, long cycle) {
        long busy = (bytes + machine.pcie().headerBytes()) * 8L * machine.fpc().clockMhz() / machine.pcie().mbit();
        linkFreeCycle[direction] = Math.max(now, linkFreeCycle[direction]) + busy;
        linkBusyCycles[direction] += busy;
        return Math.max(cycle, linkFreeCycle[direction] - busy);
    }

    /** Counts anew. */
    public void restart() {
        Arrays.fill(accesses, 0);
        Arrays.fill(waitedCycles, 0);
        Arrays.fill(linkBusyCycles, 0);
    }

    /** {@return accesses so far}
     * @param memory of which */
    public long accesses(Memory memory) {
        return accesses[memory.ordinal()];
    }

    /** {@return cycles that threads have waited for it}
     * @param memory which */
    public long waitedCycles(Memory memory) {
        return waitedCycles[memory.ordinal()];
    }

    /** {@return cycles that the link was busy}
     * @param memory {@link Memory#PCIE_READ} or {@link Memory#PCIE_WRITE} */
    public long linkBusyCycles(Memory memory) {
        return linkBusyCycles[memory == Memory.PCIE_READ ? 0 : 1];
    }

    /** {@return cycles that EMEM's engine was busy} */
    public long ememBusyCycles() {
        return machine.emem().engineCycles()
            * (accesses(Memory.EMEM) + accesses(Memory.EMEM_WRITE) + accesses(Memory.EMEM_DRAM));
    }
}

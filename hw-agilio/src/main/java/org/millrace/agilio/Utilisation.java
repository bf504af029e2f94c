package org.millrace.agilio;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.millrace.agilio.machine.Machine;
import org.millrace.agilio.model.Fpc;
import org.millrace.agilio.model.Memories;
import org.millrace.agilio.model.Memory;
import org.millrace.agilio.model.StateCaches;

/**
 * How busy a machine has been.
 *
 * @param machine  the machine
 * @param cycles   how long
 * @param fpcs     its cores, those that work
 * @param memories its memories, and the link to the host
 * @param caches   where state was found
 * @param rings    by place and shard; since the machine was loaded
 * @param waited   most items that waited for their turn, by place, and to be sent, by flow group; since it was loaded
 */
public record Utilisation(Machine machine, long cycles, List<Fpc> fpcs, Memories memories, StateCaches caches,
                          Map<String, Ring> rings, Map<String, Integer> waited) {
    private static final double FULL = 0.7;

    /**
     * Items before a place.
     *
     * @param entered   so far
     * @param mostDepth most that waited at once
     */
    public record Ring(long entered, int mostDepth) {
    }

    /**
     * One thing that may be the bottleneck.
     *
     * @param name  of it
     * @param share of the time that it was busy, 0 to 1
     */
    public record Load(String name, double share) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%s %.0f %%", name, 100 * share);
        }
    }

    /**
     * {@return how much of the time an FPC ran}
     *
     * @param fpc which
     */
    public double busy(Fpc fpc) {
        return (double) fpc.busyCycles() / Math.max(cycles, 1);
    }

    /**
     * {@return how many of an FPC's threads had an item, on average, of all that may}
     *
     * @param fpc which
     */
    public double occupied(Fpc fpc) {
        return (double) fpc.occupiedCycles() / Math.max(cycles, 1) / fpc.threads();
    }

    /** {@return everything that items share, the busiest first: of the FPCs of a place the busiest, its threads, links, engines} */
    public List<Load> loads() {
        Map<String, Double> most = new LinkedHashMap<>();
        for (Fpc fpc : fpcs) {
            most.merge(fpc.name() + "'s FPC", busy(fpc), Math::max);
            most.merge(fpc.name() + "'s threads", occupied(fpc), Math::max);
        }
        most.put("PCIe to the host", share(memories.linkBusyCycles(Memory.PCIE_WRITE)));
        most.put("PCIe from the host", share(memories.linkBusyCycles(Memory.PCIE_READ)));
        most.put("EMEM's engine", share(memories.ememBusyCycles()));
        List<Load> loads = new ArrayList<>();
        most.forEach((name, share) -> loads.add(new Load(name, share)));
        loads.sort(Comparator.comparingDouble(Load::share).reversed());
        return loads;
    }

    private double share(long busyCycles) {
        return (double) busyCycles / Math.max(cycles, 1);
    }

    /** {@return what holds the machine up: a full FPC if there is one, else what else is full, else that nothing is} */
    public String bottleneck() {
        List<Load> loads = loads();
        Load first = loads.getFirst();
        for (Load load : loads) {
            if (load.name.endsWith("FPC") && load.share > FULL) {
                return load.toString();
            }
        }
        return first.share > FULL ? first.toString() : "nothing is full: " + first;
    }
}

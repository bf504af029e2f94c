package org.millrace.agilio.model;

import java.util.ArrayList;
import java.util.List;
import org.millrace.agilio.machine.Machine;
import org.millrace.api.pipeline.SegmentMeta;

/**
 * What brings items to the program's first stages: the sequencer of received segments, the queue manager that schedules flows, and
 * what polls doorbells and fetches the applications' descriptors (§4.4.1).
 *
 * <p>DESIGN NOTES. The scheduler is {@link SchedulerFpc}. A doorbell is seen when the polling thread comes round to its context.
 *
 * <p>Owned by: the thread that runs the machine.
 */
public final class HostInterface {
    private static final double PERCENT = 100;

    private final Machine machine;
    private final Memories memories;
    private final Fpc sequencer;
    private final SchedulerFpc scheduler;
    private final Fpc doorbells;
    private final Fpc descriptors;
    private int contexts = 1;

    /**
     * Makes an idle one.
     *
     * @param machine  its figures
     * @param memories what it waits for
     * @param island   the service island's number
     * @param flows    how many there can be
     */
    public HostInterface(Machine machine, Memories memories, int island, int flows) {
        this.machine = machine;
        this.memories = memories;
        sequencer = new Fpc("gro", island + 1, machine.fpc().threads());
        scheduler = new SchedulerFpc(machine, memories, island, flows);
        doorbells = new Fpc("atx", island, machine.fpc().threads());
        descriptors = new Fpc("atx-dma", island, machine.fpc().threads());
    }

    /** {@return the FPCs of all this, and the scheduler's threads that may be full before it is} */
    public List<Fpc> fpcs() {
        List<Fpc> all = new ArrayList<>(scheduler.fpcs());
        all.addAll(List.of(doorbells, descriptors, sequencer));
        return all;
    }

    private long cycles(int instructions) {
        return Math.round(instructions * machine.fpc().factorPercent() / PERCENT) + machine.fpc().switchCycles();
    }

    /**
     * {@return when a received segment is in the pipeline}
     *
     * @param cycle when it has been received
     */
    public long received(long cycle) {
        return sequencer.run(cycle, cycle, machine.gro().cycles()) + machine.gro().latencyCycles();
    }

    /**
     * {@return when a flow's turn to send is in the pipeline}
     *
     * @param flow  the flow
     * @param way   how it comes to its turn
     * @param cycle when the queue manager may take it
     */
    public long scheduled(int flow, QueueManager.Way way, long cycle) {
        return scheduler.scheduled(flow, way, cycle);
    }

    /**
     * {@return when an application's request is in the pipeline}
     *
     * @param item  the request
     * @param cycle when its doorbell was rung
     */
    public long asked(SegmentMeta item, long cycle) {
        contexts = Math.max(contexts, item.context() + 1);
        long rung = cycle + machine.pcie().doorbellCycles();
        long period = (long) contexts * machine.atx().pollCycles();
        long turn = (long) item.context() * machine.atx().pollCycles();
        long seen = rung + Math.floorMod(turn - rung, period);
        long dispatched = memories.access(Memory.CLS, 0, cycle, doorbells.run(cycle, seen, cycles(machine.atx().instructions())));
        long fetched = descriptors.run(cycle, dispatched, cycles(machine.atx().dmaInstructions()));
        return memories.access(Memory.CLS, 0, cycle,
            memories.access(Memory.PCIE_READ, machine.descriptor().bytes(), cycle, fetched));
    }

    /**
     * A flow that had nothing to send was given to the queue manager.
     *
     * @param flow  the flow
     * @param cycle when
     */
    public void bumped(int flow, long cycle) {
        scheduler.bumped(flow, cycle);
    }

    /**
     * A flow is another connection's now.
     *
     * @param flow the flow
     */
    public void cleared(int flow) {
        scheduler.cleared(flow);
    }
}

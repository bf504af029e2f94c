package org.millrace.agilio.model;

import java.util.List;
import org.millrace.agilio.machine.Machine;
import org.millrace.api.pipeline.SegmentMeta;

/**
 * What brings items to the program's first stages: the sequencer of received segments, the queue manager that schedules flows, and
 * what polls doorbells and fetches the applications' descriptors (§4.4.1).
 *
 * <p>DESIGN NOTES. The queue manager knows how much each flow has to send, as an application's requests add to it and segments
 * take from it. A flow with a segment or more is in a queue of its FPC; one with less is in a queue in EMEM, served by
 * one thread that waits for the queue and for the flow's counter: these follow one another. Its FPC is shared by both and
 * by what takes new flows. A doorbell is seen when the polling thread comes round to its context.
 *
 * <p>Owned by: the thread that runs the machine.
 */
public final class HostInterface {
    private static final double PERCENT = 100;
    private static final int DATA_PATH_THREADS = 8;

    private final Machine machine;
    private final Memories memories;
    private final Fpc sequencer;
    private final Fpc scheduler;
    private final Fpc queue;
    private final Fpc doorbells;
    private final Fpc descriptors;
    private final int[] available;
    private int contexts = 1;
    private long queueFreeCycle;

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
        sequencer = new Fpc("gro", island + 1, DATA_PATH_THREADS);
        scheduler = new Fpc("scheduler", island, DATA_PATH_THREADS);
        queue = new Fpc("scheduler's queue", island, 1);
        doorbells = new Fpc("atx", island, DATA_PATH_THREADS);
        descriptors = new Fpc("atx-dma", island, DATA_PATH_THREADS);
        available = new int[flows + 1];
    }

    /** {@return the FPCs of all this, and the thread that serves the queue in EMEM} */
    public List<Fpc> fpcs() {
        return List.of(scheduler, queue, doorbells, descriptors, sequencer);
    }

    private long cycles(int instructions) {
        return Math.round(instructions * machine.fpc().factorPercent() / PERCENT) + machine.fpc().switchCycles();
    }

    private long schedulerCycles(int instructions) {
        return Math.round(cycles(instructions) * machine.scheduler().pollPercent() / PERCENT);
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
     * @param cycle when the queue manager may take it
     */
    public long scheduled(int flow, long cycle) {
        if (machine.scheduler().bypass() == 1 || available[flow] >= machine.scheduler().segmentBytes()) {
            return scheduler.run(cycle, cycle, schedulerCycles(machine.scheduler().localInstructions()));
        }
        long begin = Math.max(cycle, queueFreeCycle);
        long got = memories.access(Memory.EMEM, 0, cycle, begin);
        long counted = memories.access(Memory.EMEM, 0, cycle, got);
        queueFreeCycle = scheduler.run(cycle, counted, schedulerCycles(machine.scheduler().queueInstructions()));
        queue.occupied(queueFreeCycle - begin);
        return queueFreeCycle;
    }

    /**
     * {@return when an application's request is in the pipeline}
     *
     * @param item  the request
     * @param cycle when its doorbell was rung
     */
    public long asked(SegmentMeta item, long cycle) {
        available[item.flow()] += item.txBump();
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
     * Flows were given to the queue manager.
     *
     * @param flows how many
     * @param cycle when
     */
    public void bumped(int flows, long cycle) {
        scheduler.run(cycle, cycle, flows * schedulerCycles(machine.scheduler().bumpInstructions()));
    }

    /**
     * A segment takes from what its flow has to send.
     *
     * @param item the segment
     */
    public void sent(SegmentMeta item) {
        available[item.flow()] = Math.max(available[item.flow()] - item.length(), 0);
    }

    /**
     * A flow is another connection's now.
     *
     * @param flow the flow
     */
    public void cleared(int flow) {
        available[flow] = 0;
    }
}

package org.millrace.agilio.model;

import java.util.List;
import org.millrace.agilio.machine.Machine;
import org.millrace.agilio.model.QueueManager.Way;

/**
 * The FPC of the queue manager (F qman.c), whose threads have a task each: one takes the flows that post-processing has given it, one
 * after the other; one serves the queue in the FPC; one that in EMEM, of which an access brings up to four flows, whose counters it
 * waits for in turn; four take flows from slots of the time wheel, and poll for them.
 *
 * <p>Owned by: the thread that runs the machine.
 */
final class SchedulerFpc {
    private static final double PERCENT = 100;

    private final Machine machine;
    private final Memories memories;
    private final Fpc fpc;
    private final Fpc taker;
    private final Fpc queue;
    private final long[] readyCycle;
    private long takerFreeCycle;
    private long queueFreeCycle;
    private final long[] slotFreeCycle;
    /** When the queue's thread reads next, and how many flows that will bring. */
    private long readsCycle;
    private int brings;

    /**
     * Makes an idle one.
     *
     * @param machine  its figures
     * @param memories what it waits for
     * @param island   the service island's number
     * @param flows    how many there can be
     */
    SchedulerFpc(Machine machine, Memories memories, int island, int flows) {
        this.machine = machine;
        this.memories = memories;
        fpc = new Fpc("scheduler", island, machine.fpc().threads());
        taker = new Fpc("scheduler's bumps", island, 1);
        queue = new Fpc("scheduler's queue", island, 1);
        readyCycle = new long[flows + 1];
        slotFreeCycle = new long[machine.scheduler().slotThreads()];
    }

    /** {@return the FPC, and those of its threads that may be full before it is} */
    List<Fpc> fpcs() {
        return List.of(fpc, taker, queue);
    }

    private long run(long cycle, long ready, int instructions) {
        double cycles = instructions * machine.fpc().factorPercent() / PERCENT + machine.fpc().switchCycles();
        return fpc.run(cycle, ready, Math.round(cycles * machine.scheduler().pollPercent() / PERCENT));
    }

    /** Post-processing has given it a flow that had nothing to send: what it has is read, and the flow queued. */
    void bumped(int flow, long cycle) {
        long begin = Math.max(cycle, takerFreeCycle);
        long read = memories.access(Memory.EMEM, 0, cycle, run(cycle, begin, machine.scheduler().bumpInstructions()));
        taker.occupied(read - begin);
        takerFreeCycle = read;
        readyCycle[flow] = read;
    }

    /** {@return when a flow's turn to send is in the pipeline} */
    long scheduled(int flow, Way way, long cycle) {
        if (way == Way.BYPASS) {
            return cycle;
        }
        long ready = Math.max(cycle, readyCycle[flow]);
        return switch (way) {
            case LOCAL -> run(cycle, ready, machine.scheduler().localInstructions());
            case SLOT -> fromSlot(cycle, ready);
            default -> queued(cycle, ready);
        };
    }

    private long fromSlot(long cycle, long ready) {
        int thread = 0;
        for (int i = 1; i < slotFreeCycle.length; i++) {
            thread = slotFreeCycle[i] < slotFreeCycle[thread] ? i : thread;
        }
        long got = memories.access(Memory.EMEM, 0, cycle, Math.max(ready, slotFreeCycle[thread]));
        long issued = run(cycle, got, machine.scheduler().queueInstructions());
        slotFreeCycle[thread] = memories.access(Memory.EMEM, 0, cycle, issued);
        return issued;
    }

    private long queued(long cycle, long ready) {
        if (ready > readsCycle || brings == machine.scheduler().queueFlows()) {
            readsCycle = Math.max(ready, queueFreeCycle);
            brings = 0;
            queueFreeCycle = memories.access(Memory.EMEM, 0, cycle, readsCycle);
            queue.occupied(queueFreeCycle - readsCycle);
        }
        brings++;
        long begin = queueFreeCycle;
        long issued = run(cycle, begin, machine.scheduler().queueInstructions());
        queueFreeCycle = memories.access(Memory.EMEM, 0, cycle, issued);
        queue.occupied(queueFreeCycle - begin);
        return issued;
    }

    /** A flow is another connection's now. */
    void cleared(int flow) {
        readyCycle[flow] = 0;
    }
}

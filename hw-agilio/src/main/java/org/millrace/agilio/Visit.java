package org.millrace.agilio;

import org.millrace.agilio.machine.Machine;
import org.millrace.agilio.machine.Mapping.Cache;
import org.millrace.agilio.model.Charge;
import org.millrace.agilio.model.Fpc;
import org.millrace.agilio.model.Memories;
import org.millrace.agilio.model.StateCaches;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Workflow;
import org.millrace.execution.staged.Work;

/**
 * An item at a place: turns of computing with waits between them. Owned by: the thread that runs the machine.
 *
 * @param <M> the program's metadata
 */
final class Visit<M extends SegmentMeta> {
    private static final double PERCENT = 100;

    private final Site site;
    private final Charge charge = new Charge();
    private final Charge[] expected = new Charge[Workflow.values().length];
    private Work<M> work;
    private long beganCycle;
    private int turn;
    private boolean hasExecuted;
    private boolean hasFoundState;

    /**
     * What a visit's FPC has.
     *
     * @param fpc     the FPC
     * @param cache   where state is looked for before EMEM
     * @param cam     its CAM
     * @param lookups what it remembers of the table of flows
     * @param isLate  whether stages are executed at a visit's end
     */
    record Site(Fpc fpc, Cache cache, StateCaches.Cam cam, int[] lookups, boolean isLate) {
    }

    Visit(Site site) {
        this.site = site;
        for (int i = 0; i < expected.length; i++) {
            expected[i] = new Charge();
        }
    }

    Site site() {
        return site;
    }

    Work<M> work() {
        return work;
    }

    long beganCycle() {
        return beganCycle;
    }

    boolean hasExecuted() {
        return hasExecuted;
    }

    boolean hasFoundState() {
        return hasFoundState;
    }

    void hasFoundState(boolean has) {
        hasFoundState = has;
    }

    void begin(Work<M> begun, long cycle) {
        work = begun;
        beganCycle = cycle;
        turn = 0;
        hasExecuted = false;
    }

    /** The visit will cost what the last one of its workflow has cost. */
    void expect(int workflow) {
        charge.set(expected[workflow]);
    }

    /** The stages have been executed, at this cost. */
    void executed(Charge cost) {
        hasExecuted = true;
        if (site.isLate()) {
            expected[work.item().workflow()].set(cost);
        } else {
            charge.set(cost);
        }
    }

    /** {@return whether all turns and waits are over} */
    boolean isOver() {
        return turn > charge.count();
    }

    /** {@return when the next turn, and the wait behind it, are over} */
    long next(Machine machine, Memories memories, long cycle) {
        double share = charge.instructions() * machine.fpc().factorPercent() / PERCENT / (charge.count() + 1);
        long cycles = Math.round(share) + machine.fpc().switchCycles() + (turn == 0 ? charge.busyCycles() : 0);
        long until = site.fpc.run(cycle, cycle, cycles);
        if (turn < charge.count()) {
            until = memories.access(charge.memory(turn), charge.bytes(turn), cycle, until);
        }
        turn++;
        return until;
    }

    void end(long cycle) {
        site.fpc.occupied(cycle - beganCycle);
        work = null;
    }
}

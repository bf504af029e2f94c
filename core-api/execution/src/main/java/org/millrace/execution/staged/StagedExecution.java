package org.millrace.execution.staged;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.Outlet;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.StageSpec.Key;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.execution.Execution;
import org.millrace.execution.Step;

/**
 * A program's stages on lanes, connected by rings.
 *
 * <p>DESIGN NOTES. An item is numbered as it enters, once for each place on its way where some stage needs an order. Before such
 * a place items wait until those numbered before have come, or are known not to come. The order is that of all items, not
 * of those of a key: which flow a received segment is of, only a stage finds out. What is sent is numbered again where it
 * leaves the last place that is ordered by flow, within its flow group, and leaves in that order. What goes to the control
 * plane before it has reached an ordered place waits for its turn there: a segment that ends a connection does not overtake
 * the data before it.
 *
 * <p>Rings may be bounded where items pass in any order; before an ordered place items wait in the sequencer, which is
 * bounded by the number of items: a bound there could hold up the very item that all others wait for.
 *
 * <p>Owned by: whoever drives.
 *
 * @param <M> the program's metadata
 */
public abstract class StagedExecution<M extends SegmentMeta> extends Execution<M> {
    private static final long GONE = Verdict.drop(DropReason.NO_FLOW.code());
    private static final long NO_MEMORY = Verdict.drop(DropReason.NO_MEMORY.code());

    private final Program<M> program;
    private final Outlet<M> outlet;
    private final StagePlan plan;
    private final Route[] routes = new Route[Workflow.values().length];
    private final List<List<Shard<M>>> shards = new ArrayList<>();
    private final List<Lane<M>> lanes = new ArrayList<>();
    private final Sequencer[] order;
    private final Sequencer[] emission;
    private final List<Work<M>> all = new ArrayList<>();
    private final List<Work<M>> free = new ArrayList<>();
    /** Those that may refer to the batch. */
    private final List<Work<M>> young = new ArrayList<>();

    /**
     * Prepares one.
     *
     * @param program  the program
     * @param capacity for how many keys
     * @param outlet   where items leave
     * @param items    how many may be inside at once
     * @param plan     where stages run; {@link StagePlan#check} has found nothing
     */
    protected StagedExecution(Program<M> program, Capacity capacity, Outlet<M> outlet, int items, StagePlan plan) {
        super(program, capacity, outlet, items);
        this.program = program;
        this.outlet = outlet;
        this.plan = plan;
        order = sequencers(plan.places().size());
        emission = sequencers(plan.groups());
        for (Workflow workflow : Workflow.values()) {
            routes[workflow.ordinal()] = Route.of(workflow, program.stages(workflow), plan);
        }
        for (int place = 0; place < plan.places().size(); place++) {
            List<Shard<M>> ofPlace = new ArrayList<>();
            for (int i = 0; i < plan.places().get(place).shards(); i++) {
                ofPlace.add(new Shard<>(place, i, plan.places().get(place).ring()));
            }
            shards.add(ofPlace);
        }
    }

    private static Sequencer[] sequencers(int count) {
        Sequencer[] sequencers = new Sequencer[count];
        for (int i = 0; i < count; i++) {
            sequencers[i] = new Sequencer();
        }
        return sequencers;
    }

    /** {@return all lanes, by place, shard and replica; made when first asked for} */
    public final List<Lane<M>> lanes() {
        if (lanes.isEmpty()) {
            for (List<Shard<M>> ofPlace : shards) {
                ofPlace.forEach(this::addLanes);
            }
        }
        return lanes;
    }

    private void addLanes(Shard<M> shard) {
        for (int replica = 0; replica < plan.places().get(shard.place()).replicas(); replica++) {
            Step<?, ?>[][] steps = new Step<?, ?>[routes.length][];
            for (Workflow workflow : Workflow.values()) {
                steps[workflow.ordinal()] = steps(program.stages(workflow)).toArray(Step<?, ?>[]::new);
            }
            lanes.add(new Lane<>(this, shard, replica, steps));
        }
    }

    /** {@return the plan} */
    public final StagePlan plan() {
        return plan;
    }

    /** {@return most items that waited for their turn before a place or to be sent, by name} */
    public final Map<String, Integer> mostOutOfOrder() {
        Map<String, Integer> most = new LinkedHashMap<>();
        for (int place = 0; place < order.length; place++) {
            most.put(plan.places().get(place).name(), order[place].mostDepth());
        }
        for (int group = 0; group < emission.length; group++) {
            most.put("wire " + group, emission[group].mostDepth());
        }
        return most;
    }

    @Override
    public void submit(M item, long nowNs) {
        Work<M> work = work();
        Route route = routes[item.workflow()];
        work.begin(item, route);
        for (Route.Leg leg : route.legs()) {
            if (leg.ordered() >= 0) {
                work.numbers[leg.ordered()] = order[leg.place()].issue();
            }
        }
        if (route.emissionLeg() < 0) {
            numberEmission(work);
        }
        watch(work);
        if (route.legs().length == 0) {
            finish(work, nowNs);
        } else {
            enter(work, nowNs);
        }
    }

    private Work<M> work() {
        if (free.isEmpty()) {
            Work<M> fresh = new Work<>();
            all.add(fresh);
            return fresh;
        }
        return free.removeLast();
    }

    private void numberEmission(Work<M> work) {
        if (plan.isSequenced()) {
            work.group = Math.floorMod(steeredBy(work.item), plan.groups());
            work.emission = emission[work.group].issue();
        }
    }

    private void watch(Work<M> work) {
        if (!work.isYoung && (work.item.frame() | work.item.payload()) != 0) {
            work.isYoung = true;
            young.add(work);
        }
    }

    /** To the ring before its next place, or to where it waits for its turn before that. */
    private void enter(Work<M> work, long nowNs) {
        Route.Leg leg = work.leg();
        if (leg.ordered() < 0) {
            deliver(work, nowNs);
        } else {
            order[leg.place()].arrive(work.numbers[leg.ordered()], work);
            drain(leg.place(), nowNs);
        }
    }

    @SuppressWarnings("unchecked") // what has arrived
    private void drain(int place, long nowNs) {
        for (Work<M> next = (Work<M>) order[place].poll(); next != null; next = (Work<M>) order[place].poll()) {
            if (Verdict.action(next.verdict) == Verdict.NEXT) {
                deliver(next, nowNs);
            } else {
                next.leg++;
                finish(next, nowNs);
            }
        }
    }

    private void deliver(Work<M> work, long nowNs) {
        Shard<M> shard = shard(work, work.leg().place());
        shard.add(work);
        arrived(shard, nowNs);
    }

    /**
     * {@return where an item that has run waits next, if it goes on; null if it does not}
     *
     * @param work the item
     */
    protected final Shard<M> next(Work<M> work) {
        int leg = work.leg + 1;
        return Verdict.action(work.verdict) == Verdict.NEXT && leg < work.route.legs().length
            ? shard(work, work.route.place(leg)) : null;
    }

    private Shard<M> shard(Work<M> work, int place) {
        StagePlan.Place there = plan.places().get(place);
        int key = switch (there.steer()) {
            case FLOW, MESSAGE -> steeredBy(work.item);
            case CONTEXT -> work.item.context();
            case NONE -> 0;
        };
        return shards.get(place).get(Math.floorMod(key, there.shards()));
    }

    /**
     * {@return what an item is steered by where items of a flow go to one shard, and of which the remainder is its flow group: the same
     * for all items of a flow that are inside}
     *
     * @param item the item
     */
    protected int steeredBy(M item) {
        return item.flow() - 1;
    }

    /**
     * An item waits for one of a shard's lanes. The driver must not run it at once.
     *
     * @param shard the shard
     * @param nowNs the time
     */
    protected void arrived(Shard<M> shard, long nowNs) {
    }

    /** See {@link Lane#run}. */
    final void run(Work<M> work, Step<?, ?>[] steps, long nowNs) {
        Route.Leg leg = work.leg();
        if (work.doom != 0) {
            work.verdict = work.doom;
        } else {
            for (int i = leg.from(); i < leg.to() && Verdict.action(work.verdict) == Verdict.NEXT; i++) {
                work.verdict = execute(steps[i], work, nowNs);
                if (work.verdict != Verdict.NEXT) {
                    work.digest |= work.verdict & Verdict.DIGEST;
                    mirrors().mirror(work.verdict, work.item, 0);
                }
            }
        }
    }

    /** See {@link Lane#ran}. */
    final void ran(Work<M> work, long nowNs) {
        if (work.doom == 0) {
            watch(work);
        }
        if (work.leg == work.route.emissionLeg()) {
            numberEmission(work);
        }
        while (!mirrors().isEmpty()) {
            submit(mirrors().take(), nowNs);
        }
    }

    /**
     * Executes one stage.
     *
     * @param step  the stage in its place
     * @param work  the item
     * @param nowNs the time
     * @return its verdict
     */
    protected long execute(Step<?, ?> step, Work<M> work, long nowNs) {
        return step.run(work.item(), nowNs);
    }

    /** See {@link Lane#pass}. */
    final boolean pass(Work<M> work, long nowNs) {
        boolean goesOn = Verdict.action(work.verdict) == Verdict.NEXT && work.leg + 1 < work.route.legs().length;
        if (!goesOn) {
            work.leg++;
            finish(work, nowNs);
            return true;
        }
        Route.Leg next = work.route.legs()[work.leg + 1];
        if (next.ordered() < 0 && shard(work, next.place()).isFull()) {
            return false;
        }
        work.leg++;
        enter(work, nowNs);
        return true;
    }

    private void finish(Work<M> work, long nowNs) {
        long action = Verdict.action(work.verdict);
        for (; work.leg < work.route.legs().length; work.leg++) {
            Route.Leg leg = work.leg();
            if (leg.ordered() >= 0 && action == Verdict.CONTROL) {
                order[leg.place()].arrive(work.numbers[leg.ordered()], work);
                drain(leg.place(), nowNs);
                return;
            }
            if (leg.ordered() >= 0) {
                order[leg.place()].skip(work.numbers[leg.ordered()]);
                drain(leg.place(), nowNs);
            }
        }
        if (work.emission == Work.NONE) {
            depart(work, nowNs);
            return;
        }
        int group = work.group;
        if (action == Verdict.EMIT) {
            emission[group].arrive(work.emission, work);
        } else {
            emission[group].skip(work.emission);
            depart(work, nowNs);
        }
        send(group, nowNs);
    }

    @SuppressWarnings("unchecked") // what has arrived
    private void send(int group, long nowNs) {
        for (Work<M> next = (Work<M>) emission[group].poll(); next != null; next = (Work<M>) emission[group].poll()) {
            depart(next, nowNs);
        }
    }

    private void depart(Work<M> work, long nowNs) {
        work.isInside = false;
        departing(work, nowNs);
        leave(work.item, work.verdict | work.digest, nowNs);
        work.item = null;
        if (!work.isYoung) {
            free.add(work);
        }
    }

    /**
     * An item is about to leave.
     *
     * @param work  the item
     * @param nowNs the time
     */
    protected void departing(Work<M> work, long nowNs) {
    }

    @Override
    public void keep() {
        for (int i = 0; i < young.size(); i++) {
            Work<M> work = young.get(i);
            work.isYoung = false;
            if (!work.isInside) {
                free.add(work);
            } else if (!outlet.retain(work.item) && Verdict.action(work.verdict) == Verdict.NEXT) {
                work.doom = NO_MEMORY;
            }
        }
        young.clear();
    }

    /** {@inheritDoc} Items of a flow that is another connection's now come to nothing. */
    @Override
    protected void cleared(Key key, int index) {
        if (key != Key.FLOW) {
            return;
        }
        for (Work<M> work : all) {
            if (work.isInside && work.item.flow() == index) {
                work.doom = GONE;
            }
        }
    }
}

package org.millrace.agilio;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.millrace.agilio.machine.Machine;
import org.millrace.agilio.machine.Mapping;
import org.millrace.agilio.model.FlowGroups;
import org.millrace.agilio.model.Fpc;
import org.millrace.agilio.model.HostInterface;
import org.millrace.agilio.model.Memories;
import org.millrace.agilio.model.Meter;
import org.millrace.agilio.model.QueueManager;
import org.millrace.agilio.model.StateCaches;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.Outlet;
import org.millrace.api.pipeline.ContextQueue;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.StageSpec.Key;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.execution.Step;
import org.millrace.execution.staged.Lane;
import org.millrace.execution.staged.Shard;
import org.millrace.execution.staged.StagePlan;
import org.millrace.execution.staged.StagedExecution;
import org.millrace.execution.staged.Work;
import org.millrace.sim.Actor;
import org.millrace.sim.Agenda;
import org.millrace.sim.CycleClock;

/**
 * A program on an NFP-4000's cores. Stages are executed as they are; what the model adds is when: a thread has the core of its FPC
 * until it waits for a memory, and an item goes on when all its waits are over.
 *
 * <p>DESIGN NOTES. The stages of a visit are executed at once when their thread begins, and their cost is spread over the visit,
 * instructions evenly between the waits. Where the host is told they are executed at the visit's end, for there the
 * descriptor has been written then; what that will cost is what it cost the last time. Live, the machine has a time of its
 * own: it runs on until it is drained, and counts cycles. On the caller's clock it is never ahead of the time it is told.
 *
 * <p>Owned by: the data-path thread.
 */
final class AgilioPipeline<M extends SegmentMeta> extends StagedExecution<M> implements Actor {
    private static final int TAKE = 0;
    private static final int GO_ON = 1;
    private static final int ENTER = 2;
    private static final long GONE = Verdict.drop(DropReason.NO_FLOW.code());
    private static final long NO_MEMORY = Verdict.drop(DropReason.NO_MEMORY.code());

    private final Machine machine;
    private final Outlet<M> outlet;
    private final boolean isOnCallersClock;
    private final Agenda agenda = new Agenda();
    private final CycleClock clock;
    private final Costing costing;
    private final Memories memories;
    private final FlowGroups groups;
    private final StateCaches caches;
    private final HostInterface host;
    /** Null: flows are scheduled by something else. */
    private final QueueManager manager;
    private final Meter meter = new Meter();
    private final List<Fpc> fpcs = new ArrayList<>();
    private final List<HardwareThread<M>> threads = new ArrayList<>();
    private final Map<Shard<M>, Deque<HardwareThread<M>>> idle = new LinkedHashMap<>();
    private final Map<Shard<M>, Deque<HardwareThread<M>>> blocked = new LinkedHashMap<>();
    private final List<Entry<M>> entering = new ArrayList<>();
    private final Deque<Integer> freeEntries = new ArrayDeque<>();
    private Trace trace = Trace.NONE;
    private BooleanSupplier isMacFull = () -> false;
    private Visit<M> running;
    private long callersNs;
    private long beganCycle;
    private int scheduled;

    /** What is on its way from the host, the scheduler or the wire to its first place. */
    private static final class Entry<M> {
        M item;
        boolean isKept;
        long verdict;
    }

    AgilioPipeline(Machine machine, Mapping mapping, StagePlan plan, boolean isOnCallersClock, Program<M> program, Capacity capacity,
                   Outlet<M> outlet) {
        super(program, capacity, outlet, machine.item().most(), plan);
        this.machine = machine;
        this.outlet = outlet;
        this.isOnCallersClock = isOnCallersClock;
        clock = new CycleClock(machine.fpc().clockMhz());
        costing = new Costing(machine, program);
        memories = new Memories(machine);
        groups = new FlowGroups(capacity.flows(), mapping.groups());
        caches = new StateCaches(machine, mapping.groups(), groups);
        manager = program.scheduler() instanceof QueueManager known ? known : null;
        host = new HostInterface(machine, memories, machine.island().first() + mapping.groups(), capacity.flows());
        boolean[] isLate = late(program, plan);
        for (Lane<M> lane : lanes()) {
            addFpc(lane, mapping, isLate[lane.shard().place()]);
        }
        fpcs.addAll(host.fpcs());
    }

    /** Where applications are told. */
    private static boolean[] late(Program<?> program, StagePlan plan) {
        boolean[] late = new boolean[plan.places().size()];
        plan.placeOf().forEach((workflow, places) -> {
            for (int i = 0; i < places.length; i++) {
                late[places[i]] |= program.stages(workflow).get(i).spec().externs().contains(ContextQueue.class)
                    && plan.places().size() > 1;
            }
        });
        return late;
    }

    private void addFpc(Lane<M> lane, Mapping mapping, boolean isLate) {
        Mapping.Place place = mapping.places().get(lane.shard().place());
        int groups = place.isInGroups() ? mapping.groups() : 1;
        int number = place.steer() == Mapping.Steer.ANY ? lane.replica() : lane.shard().index();
        int island = machine.island().first() + (place.isInGroups() ? number % groups : mapping.groups());
        Fpc fpc = new Fpc(place.name(), island, place.threads() * place.inFlight());
        fpcs.add(fpc);
        Visit.Site site = new Visit.Site(fpc, place.cache(), caches.cam(), new int[machine.lookup().cacheEntries()], isLate);
        Deque<HardwareThread<M>> waiting = idle.computeIfAbsent(lane.shard(), shard -> new ArrayDeque<>());
        for (int i = 0; i < place.threads() * place.inFlight(); i++) {
            HardwareThread<M> thread = new HardwareThread<>(threads.size(), i / place.inFlight(), lane, site);
            threads.add(thread);
            waiting.add(thread);
        }
    }

    /** {@return the machine's time} */
    long cycle() {
        return clock.cycles(agenda.nowPs());
    }

    private long timePs(long nowNs) {
        callersNs = nowNs;
        return isOnCallersClock ? Math.max(agenda.nowPs(), nowNs * Agenda.PS_PER_NS) : agenda.nowPs();
    }

    private long stagesNs() {
        return isOnCallersClock ? agenda.nowNs() : callersNs;
    }

    @Override
    public void submit(M item, long nowNs) {
        agenda.runUntil(timePs(nowNs));
        long cycle = cycle();
        long enters = switch (Workflow.values()[item.workflow()]) {
            case RX -> host.received(cycle);
            case TX -> host.scheduled(item.flow(), manager == null ? QueueManager.Way.QUEUE : manager.way(), cycle);
            case HC -> host.asked(item, cycle);
            case MIRROR -> cycle;
        };
        scheduled += item.workflow() == Workflow.TX.ordinal() ? 1 : 0;
        int number = freeEntries.isEmpty() ? entering.size() : freeEntries.poll();
        if (number == entering.size()) {
            entering.add(new Entry<>());
        }
        Entry<M> entry = entering.get(number);
        entry.item = item;
        entry.isKept = false;
        entry.verdict = Verdict.NEXT;
        at(Math.max(enters, cycle), ENTER, number);
    }

    private void at(long cycle, int event, int argument) {
        agenda.at(Math.max(agenda.nowPs(), clock.picoseconds(cycle)), this, event, argument);
    }

    @Override
    public void act(long nowPs, int event, long argument) {
        switch (event) {
            case TAKE -> take(threads.get((int) argument));
            case GO_ON -> goOn(threads.get((int) argument));
            default -> enter((int) argument);
        }
    }

    private void enter(int number) {
        Entry<M> entry = entering.get(number);
        M item = entry.item;
        entry.item = null;
        freeEntries.add(number);
        scheduled -= item.workflow() == Workflow.TX.ordinal() ? 1 : 0;
        if (entry.verdict != Verdict.NEXT) {
            leave(item, entry.verdict, stagesNs());
        } else {
            super.submit(item, stagesNs());
        }
    }

    @Override
    protected void arrived(Shard<M> shard, long nowNs) {
        HardwareThread<M> thread = idle.get(shard).poll();
        if (thread != null) {
            at(cycle(), TAKE, thread.number());
        }
    }

    private void take(HardwareThread<M> thread) {
        Work<M> work = thread.lane().take();
        if (work == null) {
            idle.get(thread.lane().shard()).add(thread);
            return;
        }
        Deque<HardwareThread<M>> waiting = blocked.get(thread.lane().shard());
        if (waiting != null && !waiting.isEmpty()) {
            at(cycle(), GO_ON, waiting.poll().number());
        }
        Visit<M> visit = thread.visit();
        visit.begin(work, cycle());
        if (!visit.site().isLate()) {
            execute(thread);
        } else {
            visit.expect(work.item().workflow());
        }
        goOn(thread);
    }

    private void execute(HardwareThread<M> thread) {
        Visit<M> visit = thread.visit();
        meter.begin(visit.site().lookups());
        if (visit.work().isEntering()) {
            costing.enters(visit.work().item(), meter.charge());
        }
        visit.hasFoundState(false);
        running = visit;
        thread.lane().run(visit.work(), stagesNs());
        thread.lane().ran(visit.work(), stagesNs());
        meter.end();
        if (meter.bumps() > 0) {
            host.bumped(visit.work().item().flow(), cycle());
        }
        if (visit.work().isSending() && manager != null) {
            M item = visit.work().item();
            manager.decided(item.flow(), Verdict.action(visit.work().verdict()) != Verdict.DROP, item.length());
        }
        visit.executed(meter.charge());
    }

    @Override
    protected long execute(Step<?, ?> step, Work<M> work, long nowNs) {
        Key key = step.table().key();
        if (!running.hasFoundState() && (key == Key.FLOW || key == Key.MESSAGE) && step.table().length() > 0
            && work.item().flow() > 0) {
            running.hasFoundState(true);
            caches.find(work.item().flow(), running.site().cache(), running.site().cam(), meter.charge());
        }
        long verdict = costing.execute(step, work.item(), meter.charge(), nowNs);
        if (work.item().workflow() == Workflow.RX.ordinal() && work.item().flow() > 0) {
            groups.received(work.item());
        }
        return verdict;
    }

    @Override
    protected int steeredBy(M item) {
        return groups.hash(item.flow());
    }

    private void goOn(HardwareThread<M> thread) {
        Visit<M> visit = thread.visit();
        if (!visit.isOver()) {
            at(visit.next(machine, memories, cycle()), GO_ON, thread.number());
            return;
        }
        if (visit.site().isLate() && !visit.hasExecuted()) {
            execute(thread);
        }
        Work<M> work = visit.work();
        Shard<M> next = next(work);
        trace.visit(visit.site().fpc(), thread.onFpc(), work.item().workflow(), visit.beganCycle(), cycle());
        if (!thread.lane().pass(work, stagesNs())) {
            blocked.computeIfAbsent(next, shard -> new ArrayDeque<>()).add(thread);
            return;
        }
        visit.end(cycle());
        take(thread);
    }

    @Override
    public void advance(long nowNs) {
        if (isOnCallersClock) {
            agenda.runUntil(timePs(nowNs));
        } else {
            quiesce(nowNs);
        }
    }

    @Override
    public void quiesce(long nowNs) {
        agenda.runUntil(timePs(nowNs));
        while (!isDeep() && agenda.next()) {
            callersNs = nowNs;
        }
    }

    @Override
    public void keep() {
        for (Entry<M> entry : entering) {
            if (entry.item != null && !entry.isKept) {
                entry.isKept = true;
                if ((entry.item.frame() | entry.item.payload()) != 0 && !outlet.retain(entry.item)) {
                    entry.verdict = NO_MEMORY;
                }
            }
        }
        super.keep();
    }

    @Override
    protected void cleared(Key key, int index) {
        super.cleared(key, index);
        if (key == Key.FLOW) {
            for (Entry<M> entry : entering) {
                if (entry.item != null && entry.item.flow() == index) {
                    entry.verdict = GONE;
                }
            }
            host.cleared(index);
            groups.cleared(index);
        }
    }

    @Override
    public long deadlineNs() {
        long nextPs = agenda.nextPs();
        if (nextPs == Agenda.NEVER) {
            return Long.MAX_VALUE;
        }
        return isOnCallersClock ? (nextPs + Agenda.PS_PER_NS - 1) / Agenda.PS_PER_NS : Long.MIN_VALUE;
    }

    @Override
    protected boolean isPaused() {
        return isOnCallersClock && (scheduled >= machine.scheduler().credits() || isMacFull.getAsBoolean());
    }

    void holdWhile(BooleanSupplier isFull) {
        isMacFull = isFull;
    }

    boolean hasRoom() {
        return items().inUse() < machine.item().most() / 2;
    }

    int clockMhz() {
        return clock.mhz();
    }

    /** Shows every visit from now on. */
    void trace(Trace to) {
        trace = to;
    }

    Map<String, Double> operations() {
        return costing.operations();
    }

    /** What has been counted so far counts no more. */
    void restart() {
        beganCycle = cycle();
        fpcs.forEach(Fpc::restart);
        memories.restart();
        caches.restart();
    }

    /** {@return how busy everything has been since the last {@link #restart}} */
    Utilisation utilisation() {
        Map<String, Utilisation.Ring> rings = new LinkedHashMap<>();
        idle.keySet().forEach(shard -> rings.put(plan().places().get(shard.place()).name() + ' ' + shard.index(),
            new Utilisation.Ring(shard.entered(), shard.mostDepth())));
        return new Utilisation(machine, cycle() - beganCycle, List.copyOf(fpcs), memories, caches, rings, mostOutOfOrder());
    }

    @Override
    public Map<String, Long> counters() {
        Map<String, Long> counters = super.counters();
        counters.put("cycles", cycle());
        counters.put("fpc cycles", fpcs.stream().mapToLong(Fpc::busyCycles).sum());
        counters.put("state in local memory", caches.camHits());
        counters.put("state in CLS", caches.clsHits());
        counters.put("state in EMEM", caches.ememHits() + caches.dramReads());
        return counters;
    }
}

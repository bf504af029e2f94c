package org.millrace.bluefield;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.Outlet;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.StageSpec.Key;
import org.millrace.bluefield.LanePlan.Kind;
import org.millrace.execution.staged.Lane;
import org.millrace.execution.staged.LaneDriver;
import org.millrace.execution.staged.LaneWork;
import org.millrace.execution.staged.Shard;
import org.millrace.execution.staged.StagedExecution;
import org.millrace.execution.staged.Work;
import org.millrace.execution.staged.WorkRing;

/**
 * A program whose stages are on lanes: a ring for each group of lanes that take the same items, and the data path's thread between them.
 *
 * <p>DESIGN NOTES. That thread numbers items, brings them into order, hands them over and lets them leave; lanes run stages and nothing else. So whatever
 * an item leaves to, sequencers and the slab are one thread's. What stages look up changes only while none runs: before the control plane sees an item, opens
 * a state or has its turn, all that was published is finished, and nothing is published meanwhile.
 *
 * <p>Owned by: the data-path thread.
 */
final class StagedPipeline<M extends SegmentMeta> extends StagedExecution<M> {
    private static final int ITEMS = 2048;
    private static final int RING = 256;
    /** Handed over together. */
    private static final int BATCH = 16;

    private final List<Group> groups = new ArrayList<>();
    private final List<Lane<M>> own = new ArrayList<>();
    private final LaneDriver driver;
    /** What moves payload; null: the data path's thread. */
    private final DmaLanes dma;
    private int waiting;
    private boolean isPumping;

    StagedPipeline(Program<M> program, Capacity capacity, Outlet<M> outlet, LanePlan plan,
                   Function<List<? extends LaneWork>, LaneDriver> drivers, DmaLanes dma) {
        super(program, capacity, outlet, ITEMS, LanePlaces.plan(plan, program));
        this.dma = dma;
        Map<Shard<M>, Group> byShard = new LinkedHashMap<>();
        List<OnLane> onLanes = new ArrayList<>();
        for (Lane<M> lane : lanes()) {
            int place = lane.shard().place();
            if (place == LanePlaces.END || plan.lanes(Kind.values()[place]) == 0) {
                own.add(lane);
            } else {
                onLanes.add(new OnLane(lane, byShard.computeIfAbsent(lane.shard(), Group::new), Kind.values()[place].word() + '-'
                    + (lane.shard().index() + lane.replica())));
            }
        }
        groups.addAll(byShard.values());
        driver = drivers.apply(onLanes);
    }

    /** Lanes that take the same items. */
    private final class Group {
        final Shard<M> shard;
        final WorkRing<Visit<M>> ring = new WorkRing<>(visits());
        Lane<M> lane;

        Group(Shard<M> shard) {
            this.shard = shard;
        }

        @SuppressWarnings("unchecked") // an array of nothing else
        private Visit<M>[] visits() {
            Visit<M>[] visits = (Visit<M>[]) new Visit<?>[RING];
            Arrays.setAll(visits, i -> new Visit<>());
            return visits;
        }

        boolean feed(long nowNs) {
            while (!ring.isFull() && shard.depth() > 0) {
                Visit<M> visit = ring.vacant();
                visit.begin(lane.take(), nowNs);
                ring.put(visit);
            }
            return ring.publish();
        }

        boolean collect(long nowNs) {
            boolean any = false;
            for (Visit<M> visit = ring.collect(); visit != null; visit = ring.collect()) {
                any = true;
                Work<M> work = visit.work;
                visit.replay();
                go(lane, work, nowNs);
            }
            return any;
        }
    }

    /** A lane's side. */
    private final class OnLane implements LaneWork {
        private final Lane<M> lane;
        private final WorkRing<Visit<M>> ring;
        private final WorkRing<Visit<M>>.Taker taker;
        private final String name;
        private final Runnable stages = this::stages;
        private Visit<M> visit;

        OnLane(Lane<M> lane, Group group, String name) {
            this.lane = lane;
            group.lane = lane;
            ring = group.ring;
            taker = ring.taker();
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public boolean take() {
            visit = taker.take();
            return visit != null;
        }

        @Override
        public void run() {
            visit.run(stages);
        }

        private void stages() {
            lane.run(visit.work, visit.nowNs);
        }

        @Override
        public void finish() {
            taker.finish();
        }

        @Override
        public boolean isWaiting() {
            return ring.isWaiting();
        }
    }

    private void go(Lane<M> lane, Work<M> work, long nowNs) {
        lane.ran(work, nowNs);
        if (!lane.pass(work, nowNs)) {
            throw new IllegalStateException("a ring without a bound is full");
        }
    }

    @Override
    public void submit(M item, long nowNs) {
        super.submit(item, nowNs);
        if (++waiting >= BATCH) {
            feed(nowNs);
        }
    }

    private boolean feed(long nowNs) {
        waiting = 0;
        boolean any = false;
        for (int i = 0; i < groups.size(); i++) {
            any |= groups.get(i).feed(nowNs);
        }
        if (any) {
            driver.published(true);
        }
        return any;
    }

    /** Takes what lanes have done, does what is its own to do, and hands over. Answers whether there was anything. */
    private boolean pump(long nowNs) {
        boolean any = false;
        for (int i = groups.size() - 1; i >= 0; i--) {
            any |= groups.get(i).collect(nowNs);
        }
        for (int i = 0; i < own.size(); i++) {
            for (Work<M> work = own.get(i).take(); work != null; work = own.get(i).take()) {
                any = true;
                own.get(i).run(work, nowNs);
                go(own.get(i), work, nowNs);
            }
        }
        return any | feed(nowNs);
    }

    @Override
    public void advance(long nowNs) {
        if (isPumping) { // the outlet, with an item that is just leaving
            pump(nowNs);
            return;
        }
        isPumping = true;
        try {
            while (items().inUse() > 0) {
                if (!pump(nowNs)) {
                    driver.await();
                }
            }
            settleDma();
        } finally {
            isPumping = false;
        }
    }

    @Override
    public boolean isIdle() {
        return super.isIdle() && (dma == null || dma.isSettled());
    }

    @Override
    public void settle(long nowNs) {
        advance(nowNs);
    }

    @Override
    protected void beforeControl() {
        quieten();
        settleDma();
    }

    @Override
    protected void opening(Key key, int index) {
        quieten();
    }

    private void quieten() {
        for (int i = 0; i < groups.size(); i++) {
            while (!groups.get(i).ring.isQuiet()) {
                driver.await();
            }
        }
    }

    private void settleDma() {
        if (dma != null) {
            dma.settle();
        }
    }

    @Override
    public Map<String, Long> counters() {
        Map<String, Long> counters = super.counters();
        groups.forEach(group -> counters.merge("items on lanes of " + plan().places().get(group.shard.place()).name(), group.shard.entered(), Long::sum));
        if (dma != null) {
            counters.put("payload bytes moved by lanes", dma.movedBytes());
        }
        return counters;
    }

    @Override
    public void close() {
        driver.close();
        if (dma != null) {
            dma.close();
        }
    }
}

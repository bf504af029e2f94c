package org.millrace.execution;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.Outlet;
import org.millrace.api.hardware.Pipeline;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.FlowScheduler;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.OpenState;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.StateHandle;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;

/**
 * What is common to pipelines that execute a program's own stages: items, tables of state, and how an item leaves.
 * Stages of one name share one table, so a stage that serves several workflows has one state.
 *
 * <p>DESIGN NOTES. The outlet may begin items of its own while it takes one (a packet handed to the control plane is
 * submitted again), and reads the first one's metadata afterwards: an item is released when the outlet is done with it.
 * How deep that may go is bounded, lest the outlet submit without end.
 *
 * <p>Owned by: the data-path thread.
 *
 * @param <M> the program's metadata
 */
public abstract class Execution<M extends SegmentMeta> implements Pipeline<M> {
    private static final int MAX_DEPTH = 7;
    private static final int RESERVE_OF = 8;
    private static final int TRANSMIT = Workflow.TX.ordinal();

    private final Program<M> program;
    private final Outlet<M> outlet;
    private final FlowScheduler scheduler;
    private final Map<String, StateTable> tables;
    /** The first of a flow's tables, with whose row all others begin; null: nothing is kept for a flow. */
    private final StateTable flowRows;
    private final StateDoor door;
    private final Capacity capacity;
    private final Items<M> items;
    private final MirrorQueue<M> mirrors;
    private int depth;

    /**
     * Prepares one.
     *
     * @param program  the program
     * @param capacity for how many keys
     * @param outlet   where items leave
     * @param items    how many may be inside at once
     */
    protected Execution(Program<M> program, Capacity capacity, Outlet<M> outlet, int items) {
        this(program, capacity, outlet, items, RowPlan.PACKED);
    }

    /**
     * Prepares one.
     *
     * @param program  the program
     * @param capacity for how many keys
     * @param outlet   where items leave
     * @param items    how many may be inside at once
     * @param plan     how the rows of what is kept for a flow lie
     */
    protected Execution(Program<M> program, Capacity capacity, Outlet<M> outlet, int items, RowPlan plan) {
        this.program = program;
        this.capacity = capacity;
        this.outlet = outlet;
        scheduler = program.scheduler();
        tables = StateTable.of(program, capacity, plan);
        flowRows = tables.values().stream().filter(StateTable::isKeyedByFlow).findFirst().orElse(null);
        door = new StateDoor(tables);
        Layout layout = Layout.of(program.newMeta().getClass());
        this.items = new Items<>(program::newMeta, layout, items, items / RESERVE_OF);
        mirrors = new MirrorQueue<>(program.mirrors(), layout, this.items);
    }

    /**
     * {@return a workflow's stages over their tables}
     *
     * @param stages the stages
     */
    protected final List<? extends Step<?, ?>> steps(List<Stage<? super M, ?>> stages) {
        return stages.stream().map(this::step).toList();
    }

    private <S extends State> Step<? super M, S> step(Stage<? super M, S> stage) {
        StageSpec<S> spec = stage.spec();
        StateTable table = tables.get(spec.name());
        if (table.type() != spec.state().get().getClass() || table.key() != spec.key()) {
            throw new IllegalArgumentException("two stages are named " + spec.name()
                + " and differ in state or key: " + table.type().getName() + " by " + table.key() + ", "
                + spec.state().get().getClass().getName() + " by " + spec.key());
        }
        return new Step<>(stage, table, spec.state().get(), program);
    }

    @Override
    public final M item(Workflow workflow) {
        door.checkClosed();
        return items.take(workflow);
    }

    @Override
    public final void end(M item, long verdict, long nowNs) {
        leave(item, verdict, nowNs);
    }

    @Override
    public final int touch(int flow) {
        return flowRows == null ? 0 : flowRows.touch(flow);
    }

    @Override
    public final int transmit(int budget, long nowNs) {
        int count = 0;
        scheduler.round();
        while (count < budget && canTransmit()) {
            int flow = scheduler.next(nowNs);
            if (flow == 0) {
                break;
            }
            M item = items.take(Workflow.TX);
            item.flow(flow);
            submit(item, nowNs);
            count++;
        }
        return count;
    }

    @Override
    public final long transmitNs() {
        return canTransmit() ? scheduler.deadlineNs() : Long.MAX_VALUE;
    }

    private boolean canTransmit() {
        return items.hasRoom() && !isPaused();
    }

    /**
     * {@return whether the machine begins no TX items because its queue to the wire is long; if so, {@link #deadlineNs}
     * is when to look again}
     */
    protected boolean isPaused() {
        return false;
    }

    /** {@return the items} */
    protected final Items<M> items() {
        return items;
    }

    /** {@return copies on their way back in} */
    protected final MirrorQueue<M> mirrors() {
        return mirrors;
    }

    /** {@return whether the outlet has submitted so deep that no item can leave but by being dropped} */
    protected final boolean isDeep() {
        return depth == MAX_DEPTH;
    }

    /**
     * An item leaves, and is free again.
     *
     * @param item    the item
     * @param verdict the last one, with {@link Verdict#DIGEST} if any stage asked for it
     * @param nowNs   the time
     */
    protected final void leave(M item, long verdict, long nowNs) {
        if (item.workflow() == TRANSMIT) {
            scheduler.sent(item.flow(), Verdict.action(verdict) == Verdict.EMIT && !isDeep() ? item.length() : 0);
        }
        if (isDeep()) {
            outlet.drop(item, DropReason.CONTROL_LIMIT.code()); // the outlet submits without end
        } else {
            depth++;
            if ((verdict & Verdict.DIGEST) != 0 || Verdict.action(verdict) == Verdict.CONTROL) {
                beforeControl();
            }
            digest(item, verdict, nowNs);
            switch ((int) Verdict.action(verdict)) {
                case (int) Verdict.DROP -> outlet.drop(item, Verdict.reason(verdict));
                case (int) Verdict.CONTROL -> outlet.control(item, Verdict.reason(verdict), nowNs);
                case (int) Verdict.EMIT -> outlet.emit(item, nowNs);
                default -> outlet.done(item);
            }
            depth--;
        }
        items.release(item);
    }

    /** The control plane is about to see an item. A machine that does something on threads of its own waits here until they are done. */
    protected void beforeControl() {
    }

    /**
     * Shows the control plane the metadata of an item that is still to leave, if a stage asked for it.
     *
     * @param item    the item
     * @param verdict the last one, with {@link Verdict#DIGEST} if any stage asked for it
     * @param nowNs   the time
     */
    protected final void digest(M item, long verdict, long nowNs) {
        if ((verdict & Verdict.DIGEST) != 0) {
            outlet.digest(item, nowNs);
        }
    }

    /**
     * Lets items of a queue keep their frames and payloads beyond the batch.
     *
     * @param queue of items that have nothing before them but to be emitted
     */
    protected final void retain(ItemQueue<M> queue) {
        for (int i = 0; i < queue.size(); i++) {
            outlet.retain(queue.get(i));
        }
    }

    @Override
    public boolean isIdle() {
        return items.inUse() == 0;
    }

    @Override
    public Map<String, Long> counters() {
        Map<String, Long> counters = new LinkedHashMap<>();
        counters.put("items refused", items.refused());
        return counters;
    }

    @Override
    public final <S extends State> StateHandle<S> handle(Stage<?, S> stage) {
        return door.handle(stage);
    }

    @Override
    public final OpenState open(int flow) {
        return door.open(this, StageSpec.Key.FLOW, flow, 1, capacity.flows());
    }

    @Override
    public final OpenState openContext(int context) {
        return door.open(this, StageSpec.Key.CONTEXT, context, 0, capacity.contexts());
    }

    /**
     * The control plane is about to open a state. A machine that runs stages on threads of its own waits here until none
     * runs an item of it, and lets none begin until {@link #closed}.
     *
     * @param key   {@link StageSpec.Key#FLOW} or {@link StageSpec.Key#CONTEXT}
     * @param index which
     */
    protected void opening(StageSpec.Key key, int index) {
    }

    /**
     * The control plane has cleared a state that it has opened.
     *
     * @param key   {@link StageSpec.Key#FLOW} or {@link StageSpec.Key#CONTEXT}
     * @param index which
     */
    protected void cleared(StageSpec.Key key, int index) {
    }

    /**
     * The control plane has closed a state.
     *
     * @param key   {@link StageSpec.Key#FLOW} or {@link StageSpec.Key#CONTEXT}
     * @param index which
     */
    protected void closed(StageSpec.Key key, int index) {
    }
}

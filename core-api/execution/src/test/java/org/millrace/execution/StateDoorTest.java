package org.millrace.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.Outlet;
import org.millrace.api.pipeline.FlowScheduler;
import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.OpenState;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.StageSpec.Concurrency;
import org.millrace.api.pipeline.StageSpec.Key;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.StateHandle;
import org.millrace.api.pipeline.StateTables;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;

/** What a machine is told when the control plane opens a state, and what is refused beside the door. */
class StateDoorTest {
    private static final class Sum extends State {
        int sum() {
            return i32(0);
        }

        void sum(int v) {
            i32(0, v);
        }
    }

    private static final class Adds implements Stage<SegmentMeta, Sum> {
        private final StageSpec<Sum> spec;

        Adds(String name, Key key) {
            spec = new StageSpec<>(name, key, Concurrency.FLOW_ATOMIC, Sum::new, List.of());
        }

        @Override
        public StageSpec<Sum> spec() {
            return spec;
        }

        @Override
        public long process(SegmentMeta meta, Sum state, long nowNs) {
            state.sum(state.sum() + 1);
            return Verdict.NEXT;
        }
    }

    private final Adds ofFlow = new Adds("of flow", Key.FLOW);
    private final Adds ofContext = new Adds("of context", Key.CONTEXT);
    private final Adds keyless = new Adds("keyless", Key.NONE);

    private final class Sums implements Program<SegmentMeta> {
        @Override
        public String name() {
            return "sums";
        }

        @Override
        public SegmentMeta newMeta() {
            return new SegmentMeta();
        }

        @Override
        public List<Stage<? super SegmentMeta, ?>> stages(Workflow workflow) {
            return workflow == Workflow.RX ? List.of(ofFlow, ofContext, keyless) : List.of();
        }

        @Override
        public HeaderCodec<SegmentMeta> codec() {
            throw new UnsupportedOperationException("no frames here");
        }

        @Override
        public FlowScheduler scheduler() {
            return FlowScheduler.NONE;
        }

        @Override
        public void loaded(StateTables states) {
        }
    }

    /** A machine as one with threads would be: it is told when to let a flow's items run no more, and when again. */
    private static final class Recording extends Execution<SegmentMeta> {
        private final List<String> told = new ArrayList<>();

        Recording(Program<SegmentMeta> program) {
            super(program, new Capacity(4, 2), new Nowhere(), 8);
        }

        @Override
        protected void opening(Key key, int index) {
            told.add("opening " + key + " " + index);
        }

        @Override
        protected void closed(Key key, int index) {
            told.add("closed " + key + " " + index);
        }

        @Override
        public void submit(SegmentMeta item, long nowNs) {
            leave(item, Verdict.DONE, nowNs);
        }

        @Override
        public void advance(long nowNs) {
        }

        @Override
        public void keep() {
        }
    }

    private static final class Nowhere implements Outlet<SegmentMeta> {
        @Override
        public void drop(SegmentMeta meta, int reason) {
        }

        @Override
        public void control(SegmentMeta meta, int reason, long nowNs) {
        }

        @Override
        public void emit(SegmentMeta meta, long nowNs) {
        }

        @Override
        public void done(SegmentMeta meta) {
        }

        @Override
        public void digest(SegmentMeta meta, long nowNs) {
        }

        @Override
        public boolean retain(SegmentMeta meta) {
            return true;
        }
    }

    private final Recording machine = new Recording(new Sums());
    private final StateHandle<Sum> sums = machine.handle(ofFlow);
    private final StateHandle<Sum> contextSums = machine.handle(ofContext);

    private int sum(int flow) {
        try (OpenState open = machine.open(flow)) {
            return open.state(sums).sum();
        }
    }

    @Test
    void theMachineIsToldBeforeAndBehindEachChange() {
        try (OpenState open = machine.open(3)) {
            assertThat(machine.told).containsExactly("opening FLOW 3");
            open.state(sums).sum(7);
        }
        try (OpenState open = machine.openContext(0)) {
            open.state(contextSums).sum(8);
        }
        assertThat(machine.told).containsExactly("opening FLOW 3", "closed FLOW 3", "opening CONTEXT 0", "closed CONTEXT 0");
        assertThat(sum(3)).isEqualTo(7);
        assertThat(sum(2)).isZero();
    }

    @Test
    void aFlowIsClearedAndNoOther() {
        for (int flow = 1; flow <= 4; flow++) {
            try (OpenState open = machine.open(flow)) {
                open.state(sums).sum(flow);
            }
        }
        try (OpenState open = machine.openContext(1)) {
            open.state(contextSums).sum(9);
        }
        try (OpenState open = machine.open(2)) {
            open.clear();
            assertThat(open.state(sums).sum()).isZero();
        }
        assertThat(sum(1) + sum(3) + sum(4)).isEqualTo(8);
        try (OpenState open = machine.openContext(1)) {
            assertThat(open.state(contextSums).sum()).isEqualTo(9);
        }
    }

    @Test
    void nothingIsReadOrWrittenBesideTheOpenDoor() {
        OpenState open = machine.open(3);
        Sum view = open.state(sums);
        assertThat(open.state(sums)).isSameAs(view);
        open.close();
        assertThatThrownBy(() -> view.sum(1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(view::sum).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> open.state(sums)).hasMessage("no state is open, that of flow 3 is closed again");
        assertThatThrownBy(open::clear).hasMessage("no state is open, that of flow 3 is closed again");
        open.close();
        assertThat(machine.told).as("closing twice tells once").containsExactly("opening FLOW 3", "closed FLOW 3");
    }

    @Test
    void oneIsOpenAtATimeAndNoItemIsBegunMeanwhile() {
        try (OpenState open = machine.open(3)) {
            assertThatThrownBy(() -> machine.open(4))
                .hasMessage("the state of flow 3 is open: close it before flow 4 is opened");
            assertThatThrownBy(() -> machine.openContext(1))
                .hasMessage("the state of flow 3 is open: close it before context 1 is opened");
            assertThatThrownBy(() -> machine.item(Workflow.HC))
                .hasMessage("an item is begun while the state of flow 3 is open: close it first");
            open.state(sums).sum(1);
        }
        assertThat(machine.told).as("the machine never saw what was refused").hasSize(2);
        machine.submit(machine.item(Workflow.HC), 1);
        assertThat(machine.isIdle()).isTrue();
    }

    @Test
    void whatIsNotThereIsRefused() {
        assertThatThrownBy(() -> machine.open(0)).hasMessage("flow 0, there are 4");
        assertThatThrownBy(() -> machine.open(5)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> machine.openContext(2)).hasMessage("context 2, there are 2");
        assertThatThrownBy(() -> machine.handle(keyless)).hasMessage("stage keyless keeps nothing, it has no key");
        assertThatThrownBy(() -> machine.handle(new Adds("other", Key.FLOW)))
            .hasMessage("stage other is not loaded with this state");
        StateHandle<Sum> elsewhere = new Recording(new Sums()).handle(ofFlow);
        try (OpenState open = machine.open(1)) {
            assertThatThrownBy(() -> open.state(elsewhere))
                .hasMessage("the handle of stage of flow is of another load of a program");
            assertThatThrownBy(() -> open.state(contextSums))
                .hasMessage("stage of context keeps its state by CONTEXT, what is open is that of flow 1");
        }
        assertThat(sum(1)).as("the door works on").isZero();
    }
}

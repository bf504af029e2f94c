package org.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.FlowScheduler;
import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.MirrorSession;
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
import org.millrace.testkit.RecordingOutlet.Way;
import org.millrace.testkit.StageHarnessTest.Counter;
import org.millrace.testkit.StageHarnessTest.TestStage;

class ProgramHarnessTest {
    private static final int RECEIVED = 1;

    private final MapFlowLookup flows = new MapFlowLookup(2);
    private final RecordingDma dma = new RecordingDma(8);
    private final RecordingContextQueue queue = new RecordingContextQueue();

    /** Finds the flow of a datagram. */
    private final class Find implements Stage<SegmentMeta, State.None> {
        private final StageSpec<State.None> spec = StageSpec.stateless("find", List.of());

        @Override
        public StageSpec<State.None> spec() {
            return spec;
        }

        @Override
        public long process(SegmentMeta meta, State.None state, long nowNs) {
            meta.flow(flows.lookup(meta));
            return meta.flow() == 0 ? Verdict.drop(DropReason.NO_FLOW.code()) : Verdict.NEXT;
        }
    }

    /** Stores the payload of a segment, tells the application and mirrors an answer. */
    private final class Store implements Stage<SegmentMeta, Counter> {
        private final StageSpec<Counter> spec =
            new StageSpec<>("store", Key.FLOW, Concurrency.FLOW_ATOMIC, Counter::new, List.of());

        @Override
        public StageSpec<Counter> spec() {
            return spec;
        }

        @Override
        public long process(SegmentMeta meta, Counter state, long nowNs) {
            meta.position(state.count());
            meta.length(meta.payloadLength());
            dma.toHost(meta);
            state.count(state.count() + meta.length());
            meta.rxBump(meta.length());
            queue.notify(meta);
            meta.digest(RECEIVED);
            return Verdict.NEXT | Verdict.DIGEST | Verdict.mirror(3);
        }
    }

    private class StoreProgram implements Program<SegmentMeta> {
        private final Stage<SegmentMeta, Counter> store = new Store();
        private final List<MirrorSession> mirrors;
        private StateTables states;

        StoreProgram(String... fields) {
            mirrors = List.of(new MirrorSession(3, Workflow.MIRROR, List.of(fields)));
        }

        @Override
        public String name() {
            return "store-program";
        }

        @Override
        public SegmentMeta newMeta() {
            return new SegmentMeta();
        }

        @Override
        public List<Stage<? super SegmentMeta, ?>> stages(Workflow workflow) {
            return switch (workflow) {
                case RX -> List.of(new Find(), store);
                case MIRROR -> List.of(new TestStage(Key.NONE, (m, s, t) -> Verdict.EMIT));
                case HC -> List.of(new TestStage(Key.NONE, (m, s, t) -> Verdict.mirror(3)));
                default -> List.of();
            };
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
        public List<MirrorSession> mirrors() {
            return mirrors;
        }

        @Override
        public void loaded(StateTables tables) {
            states = tables;
        }
    }

    private final StoreProgram program = new StoreProgram("flow", "peerPort");
    private final ProgramHarness<SegmentMeta> harness = new ProgramHarness<>(program);

    private void receive(int peerPort, byte... payload) {
        dma.frame(1, payload);
        harness.run(Workflow.RX, m -> {
            m.peerPort(peerPort);
            m.frame(1);
            m.payloadLength(payload.length);
        }, 50);
    }

    @Test
    void anItemThatMirrorsLeavesTwice() {
        flows.insert(flows.allocate(), 0, 0, 0, 9);
        receive(9, (byte) 1, (byte) 2, (byte) 3);
        assertThat(harness.outlet().departures()).extracting(d -> d.way()).containsExactly(Way.DONE, Way.EMIT);
        SegmentMeta answer = harness.outlet().departures().get(1).meta();
        assertThat(answer.flow()).isEqualTo(1);
        assertThat(answer.peerPort()).isEqualTo(9);
        assertThat(answer.rxBump()).as("not carried").isZero();
        assertThat(answer.workflow()).isEqualTo(Workflow.MIRROR.ordinal());
        assertThat(harness.outlet().digests()).singleElement()
            .satisfies(d -> assertThat(d.meta().digest()).isEqualTo(RECEIVED));
        assertThat(queue.notices()).containsExactly(new RecordingContextQueue.Notice(0, 0, 3, 0, 0));
    }

    @Test
    void payloadWrapsInItsRingAndStateIsReachable() {
        flows.insert(flows.allocate(), 0, 0, 0, 9);
        receive(9, (byte) 1, (byte) 2, (byte) 3, (byte) 4, (byte) 5);
        receive(9, (byte) 6, (byte) 7, (byte) 8, (byte) 9);
        assertThat(dma.receiveRing(0, 0)).containsExactly(9, 2, 3, 4, 5, 6, 7, 8);
        StateHandle<Counter> stored = program.states.handle(program.store);
        try (OpenState open = program.states.open(1)) {
            assertThat(open.state(stored).count()).isEqualTo(9);
            open.clear();
            assertThat(open.state(stored).count()).isZero();
        }
        assertThat(harness.opened()).containsExactly("FLOW 1");
    }

    @Test
    void nothingIsWrittenOrBegunBesideAnOpenDoor() {
        StateHandle<Counter> stored = program.states.handle(program.store);
        OpenState open = program.states.open(1);
        Counter view = open.state(stored);
        assertThatThrownBy(() -> program.states.open(2)).hasMessage("the state of FLOW 1 is open: close it first");
        assertThatThrownBy(() -> harness.item(Workflow.HC)).hasMessage("the state of FLOW 1 is open: close it first");
        open.close();
        assertThatThrownBy(() -> view.count(1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> open.state(stored)).hasMessage("no state is open");
    }

    @Test
    void anUnknownSegmentIsDropped() {
        receive(9);
        assertThat(harness.outlet().only().reason()).isEqualTo(DropReason.NO_FLOW.code());
        assertThat(harness.outlet().only()).hasToString("DROP(NO_FLOW)");
    }

    @Test
    void flowsRunOutAndComeBack() {
        assertThat(new int[] {flows.allocate(), flows.allocate(), flows.allocate()}).containsExactly(1, 2, 0);
        assertThat(flows.insert(2, 1, 2, 3, 4)).isTrue();
        assertThat(flows.insert(1, 1, 2, 3, 4)).isFalse();
        flows.release(2);
        assertThat(flows.insert(1, 1, 2, 3, 4)).isTrue();
        assertThat(flows.allocate()).isEqualTo(2);
    }

    @Test
    void aMirrorOfNoFieldIsRefused() {
        assertThatThrownBy(() -> new ProgramHarness<>(new StoreProgram("flow", "nothing")))
            .hasMessage("store-program: mirror session 3 carries nothing, which is no field of its metadata");
    }

    @Test
    void aSpecThatIsNotConstantIsRefused() {
        Stage<SegmentMeta, State.None> changing = new Stage<>() {
            @Override
            public StageSpec<State.None> spec() {
                return StageSpec.stateless("changing", List.of());
            }

            @Override
            public long process(SegmentMeta meta, State.None state, long nowNs) {
                return Verdict.NEXT;
            }
        };
        StoreProgram bad = new StoreProgram() {
            @Override
            public List<Stage<? super SegmentMeta, ?>> stages(Workflow workflow) {
                return List.of(changing);
            }
        };
        assertThatThrownBy(() -> new ProgramHarness<>(bad))
            .hasMessage("store-program: stage changing makes a new spec each time, it must be constant");
    }

    @Test
    void dmaBeyondThePayloadFails() {
        flows.insert(flows.allocate(), 0, 0, 0, 9);
        dma.frame(1, new byte[3]);
        assertThatThrownBy(() -> harness.run(Workflow.RX, m -> {
            m.peerPort(9);
            m.frame(1);
            m.payloadLength(4);
        }, 0)).hasMessageContaining("DMA of 4 bytes goes beyond the payload of 4 bytes at 0");
    }

    @Test
    void itemsThatDoNotAllLeaveAreCounted() {
        RecordingOutlet<SegmentMeta> outlet = new RecordingOutlet<>(SegmentMeta::new);
        outlet.done(harness.item(Workflow.TX));
        outlet.assertLeft(1);
        assertThatThrownBy(() -> outlet.assertLeft(2)).hasMessage("2 items went in, 1 left: [DONE]");
    }
}

package org.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.MirrorSession;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.StageSpec.Concurrency;
import org.millrace.api.pipeline.StageSpec.Key;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;

class StageHarnessTest {
    static final class Counter extends State {
        int count() {
            return u16(0);
        }

        void count(int v) {
            u16(0, v);
        }

        void undeclared(int v) {
            at(2, v);
        }

        void beyond(int v) {
            at(8, v);
        }

        /** No layout shows what it writes. */
        private void at(int offset, int v) {
            u16(offset, v);
        }
    }

    interface Body {
        long process(SegmentMeta meta, Counter state, long nowNs);
    }

    record TestStage(StageSpec<Counter> spec, Body body) implements Stage<SegmentMeta, Counter> {
        TestStage(Key key, Body body) {
            this(new StageSpec<>("count", key, Concurrency.FLOW_ATOMIC, Counter::new, List.of()), body);
        }

        @Override
        public long process(SegmentMeta meta, Counter state, long nowNs) {
            return body.process(meta, state, nowNs);
        }
    }

    private static StageHarness<SegmentMeta, Counter> harness(Body body) {
        return StageHarness.of(new TestStage(Key.FLOW, body), SegmentMeta::new);
    }

    private static void refused(Body body, String message) {
        assertThatThrownBy(() -> harness(body).run()).isInstanceOf(AssertionError.class)
            .hasMessageContaining("stage count").hasMessageContaining(message);
    }

    private static long count(SegmentMeta meta, Counter state, long nowNs) {
        state.count(state.count() + meta.length());
        meta.position((int) nowNs);
        return state.count() > 9 ? Verdict.drop(DropReason.FILTERED.code()) : Verdict.NEXT;
    }

    @Test
    void stateOfEachFlowIsItsOwnAndStays() {
        var harness = harness(StageHarnessTest::count);
        harness.flow(5).state(s -> s.count(3)).at(77).item(m -> m.length(4)).expect(Verdict.NEXT);
        assertThat(harness.state().count()).isEqualTo(7);
        assertThat(harness.meta().position()).isEqualTo(77);
        assertThat(harness.flow(6).state().count()).isZero();
        harness.flow(5).item(m -> m.length(4)).expect(Verdict.drop(DropReason.FILTERED.code()));
    }

    @Test
    void anotherVerdictIsExplainedWithTheItemAndItsState() {
        var harness = harness(StageHarnessTest::count).flow(5).item(m -> m.length(10));
        assertThatThrownBy(() -> harness.expect(Verdict.EMIT))
            .hasMessageContaining("answers DROP(FILTERED), expected was EMIT")
            .hasMessageContaining("flow=5").hasMessageContaining("state: count=10");
    }

    @Test
    void itemsBeginAtZeroInTheirWorkflow() {
        var harness = harness(StageHarnessTest::count).item(m -> m.length(4)).workflow(Workflow.HC);
        assertThat(harness.meta().length()).isZero();
        assertThat(harness.meta().workflow()).isEqualTo(Workflow.HC.ordinal());
    }

    @Test
    void contextKeyedStagesAreKeyedByContext() {
        var harness = StageHarness.of(new TestStage(Key.CONTEXT, StageHarnessTest::count), SegmentMeta::new);
        harness.flow(9).item(m -> m.length(2)).expect(Verdict.NEXT);
        assertThat(harness.meta().context()).isEqualTo(9);
        assertThat(harness.state().count()).isEqualTo(2);
    }

    @Test
    void unaccountedItemsFail() {
        refused((m, s, t) -> 5, "is none: action 5");
        refused((m, s, t) -> 1L << 40, "is none");
        refused((m, s, t) -> Verdict.DROP, "drops without a reason: DROP(NONE)");
        refused((m, s, t) -> Verdict.drop(200), "drops without a reason: DROP(code 200)");
    }

    @Test
    void digestAndItsFlagGoTogether() {
        refused((m, s, t) -> Verdict.NEXT | Verdict.DIGEST, "asks for a digest, but digest() is 0");
        Body silent = (m, s, t) -> {
            m.digest(4);
            return Verdict.NEXT;
        };
        refused(silent, "sets digest() to 0x4, but the verdict lacks DIGEST");
        harness((m, s, t) -> {
            m.digest(4);
            return Verdict.NEXT | Verdict.DIGEST;
        }).expect(Verdict.NEXT | Verdict.DIGEST);
    }

    @Test
    void onlyDeclaredMirrorSessionsAreMirroredTo() {
        refused((m, s, t) -> Verdict.mirror(2), "mirrors to session 2, declared are []");
        harness((m, s, t) -> Verdict.mirror(2)).mirrors(List.of(new MirrorSession(2, Workflow.TX, List.of())))
            .expect(Verdict.mirror(2));
    }

    @Test
    void strayWritesFail() {
        Body beside = (m, s, t) -> {
            s.undeclared(1);
            return Verdict.NEXT;
        };
        refused(beside, "writes outside its state's fields: [byte offset 0: 00000000 became 00010000");
        Body beyond = (m, s, t) -> {
            s.beyond(1);
            return Verdict.NEXT;
        };
        refused(beyond, "byte offset 8: deadbeef became dead0001");
    }

    @Test
    void aStageWithoutKeyMayNotTouchState() {
        var harness = StageHarness.of(new TestStage(Key.NONE, StageHarnessTest::count), SegmentMeta::new);
        assertThatThrownBy(harness::run).hasMessageContaining("stage count has no key and touches state");
        assertThatThrownBy(harness::state).hasMessageContaining("has no key, so it has no state");
    }

    @Test
    void aStageThatThrowsFails() {
        Body divides = (m, s, t) -> 1 / m.length();
        refused(divides, "throws java.lang.ArithmeticException");
    }
}

package org.millrace.code;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.IntBinaryOperator;
import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.Extern;
import org.millrace.api.pipeline.FlowLookup;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;

/** Whatever a stage's own extern looks like and wherever it stands, it is found where it is called. */
class ForeignExternsTest {
    private static final FlowLookup HANDED_OUT = new Flows();

    private static class Flows implements FlowLookup {
        @Override
        public int lookup(SegmentMeta meta) {
            return 7;
        }

        @Override
        public int lookupLocal(SegmentMeta meta) {
            return 7;
        }
    }

    /** Divides, which the machine could not. */
    static final class Cheat implements Extern {
        static final Cheat SHARED = new Cheat();

        int divide(int a, int b) {
            return a / b;
        }
    }

    private abstract static class TestStage implements Stage<SegmentMeta, State.None> {
        @Override
        public StageSpec<State.None> spec() {
            return StageSpec.stateless("test", List.of());
        }
    }

    private static final class Holds extends TestStage {
        private final Cheat cheat = new Cheat();

        @Override
        public long process(SegmentMeta meta, State.None state, long nowNs) {
            meta.length(cheat.divide(meta.position(), 3));
            return Verdict.NEXT;
        }
    }

    private static final class HoldsWithoutUse extends TestStage {
        private final Cheat cheat = new Cheat();

        @Override
        public long process(SegmentMeta meta, State.None state, long nowNs) {
            return Verdict.NEXT;
        }

        int never() {
            return cheat.divide(1, 1);
        }
    }

    private static final class Shares extends TestStage {
        @Override
        public long process(SegmentMeta meta, State.None state, long nowNs) {
            meta.length(Cheat.SHARED.divide(meta.position(), 3));
            return Verdict.NEXT;
        }
    }

    private static final class Makes extends TestStage {
        @Override
        public long process(SegmentMeta meta, State.None state, long nowNs) {
            meta.length(new Cheat().divide(meta.position(), 3));
            return Verdict.NEXT;
        }
    }

    /** A plain object between the stage and the extern. */
    private static class Helper {
        private final Extern hidden = new Cheat();

        int half(int a) {
            return ((Cheat) hidden).divide(a, 2);
        }
    }

    private static final class Helped extends TestStage {
        private final Helper helper = new Helper() { };

        @Override
        public long process(SegmentMeta meta, State.None state, long nowNs) {
            meta.length(helper.half(meta.position()));
            return Verdict.NEXT;
        }
    }

    private static final class LooksUp extends TestStage {
        private final FlowLookup lookup;

        LooksUp(FlowLookup lookup) {
            this.lookup = lookup;
        }

        @Override
        public long process(SegmentMeta meta, State.None state, long nowNs) {
            meta.flow(lookup.lookup(meta));
            return Verdict.NEXT;
        }
    }

    private static final class NoExtern extends TestStage {
        private final IntBinaryOperator operator = (a, b) -> a + b;

        @Override
        public long process(SegmentMeta meta, State.None state, long nowNs) {
            meta.length(operator.applyAsInt(meta.length(), 1));
            return Verdict.NEXT;
        }
    }

    private static List<String> found(Stage<?, ?> stage) {
        return ForeignExterns.of(stage, extern -> extern == HANDED_OUT, "hw-test").stream()
            .map(violation -> violation.site().method() + " " + violation.operation() + " [" + violation.limit() + "]").toList();
    }

    private static final String LIMIT = " [a stage calls what hw-test hands out]";

    @Test
    void anExternOfTheStagesOwnIsFoundWhereItIsCalled() {
        assertThat(found(new Holds())).containsExactly("Holds.process calls Cheat.divide" + LIMIT);
        assertThat(found(new Shares())).containsExactly("Shares.process calls Cheat.divide" + LIMIT);
        assertThat(found(new Helped())).containsExactly("Helper.half calls Cheat.divide" + LIMIT);
        assertThat(found(new Makes())).containsExactly("Makes.process makes Cheat" + LIMIT);
        assertThat(ForeignExterns.of(new Holds(), e -> false, "hw-test").getFirst().site().line()).isPositive();
    }

    @Test
    void aKnownInterfaceIsNoPass() {
        assertThat(found(new LooksUp(HANDED_OUT))).isEmpty();
        assertThat(found(new LooksUp(new Flows()))).containsExactly("LooksUp.process calls Flows.lookup" + LIMIT);
        FlowLookup equalToAny = new Flows() {
            @Override
            public boolean equals(Object other) {
                return true;
            }

            @Override
            public int hashCode() {
                return HANDED_OUT.hashCode();
            }
        };
        assertThat(found(new LooksUp(equalToAny))).hasSize(1);
    }

    @Test
    void whatIsNoExternOrNeverCalledIsNotCounted() {
        assertThat(found(new NoExtern())).isEmpty();
        assertThat(found(new HoldsWithoutUse())).isEmpty();
    }
}

package org.millrace.code.count;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.StageSpec.Concurrency;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.ViewCursor;

/** A copy of a stage does what the stage does, and counts more for more. */
class CountedStageTest {
    static final class Sum extends State {
        int sum() {
            return i32(0);
        }

        void sum(int v) {
            i32(0, v);
        }

        void more(int one) {
            add(0, one);
        }

        void more(int one, int other) {
            add(0, one);
            add(4, other);
        }

        boolean isOdd() {
            return (sum() & 1) != 0;
        }
    }

    /** Adds so often as it is told, in private methods. */
    private static final class Adder implements Stage<SegmentMeta, Sum> {
        private static final StageSpec<Sum> SPEC = StageSpec.perFlow("adder", Concurrency.FLOW_ATOMIC, Sum::new, List.of());
        private final int step;

        Adder(int step) {
            this.step = step;
        }

        @Override
        public StageSpec<Sum> spec() {
            return SPEC;
        }

        @Override
        public long process(SegmentMeta meta, Sum s, long nowNs) {
            for (int i = 0; i < meta.length(); i++) {
                add(s);
            }
            switch (meta.operation()) {
                case 1 -> s.sum(Math.max(s.sum(), 1_000));
                case 7 -> meta.message((int) (nowNs / 1_000));
                default -> meta.context(s.isOdd() ? 1 : 2);
            }
            return s.sum() > 100 ? Verdict.EMIT : Verdict.NEXT;
        }

        private void add(Sum s) {
            s.sum(s.sum() + step);
        }
    }

    /** Adds to one word of its state, or by one accessor to two. */
    private record Twice(StageSpec<Sum> spec, boolean isTwice) implements Stage<SegmentMeta, Sum> {
        @Override
        public long process(SegmentMeta meta, Sum s, long nowNs) {
            if (isTwice) {
                s.more(1, 2);
            } else {
                s.more(1);
            }
            return Verdict.NEXT;
        }
    }

    private final SegmentMeta meta = new SegmentMeta();
    private final Sum state = new Sum();

    CountedStageTest() {
        ViewCursor.move(meta, new int[SegmentMeta.BYTES / 4], 0);
        ViewCursor.move(state, new int[2], 0);
    }

    private int run(CountedStage stage, int length, int operation) {
        meta.length(length);
        meta.operation(operation);
        stage.process(meta, state, 5_000_000);
        return stage.operations();
    }

    @Test
    void anAccessorThatAddsTwiceCountsTwoAccesses() {
        StageSpec<Sum> spec = StageSpec.perFlow("twice", Concurrency.COMMUTATIVE, Sum::new, List.of());
        int once = run(CountedStage.of(new Twice(spec, false)), 0, 0);
        assertThat(run(CountedStage.of(new Twice(spec, true)), 0, 0)).isEqualTo(once + 3); // an access, of two operations, and a jump
        assertThat(state.sum()).isEqualTo(2);
    }

    @Test
    void doesWhatTheStageDoes() {
        CountedStage stage = CountedStage.of(new Adder(5));
        assertThat(stage.counts()).isTrue();
        meta.length(3);
        assertThat(stage.process(meta, state, 0)).isEqualTo(Verdict.NEXT);
        assertThat(state.sum()).isEqualTo(15);
        assertThat(meta.context()).isEqualTo(1);
        run(stage, 0, 1);
        assertThat(state.sum()).isEqualTo(1_000);
        run(stage, 0, 7);
        assertThat(meta.message()).isEqualTo(5_000);
    }

    @Test
    void countsEachBlockAsOftenAsItRuns() {
        CountedStage stage = CountedStage.of(new Adder(5));
        int none = run(stage, 0, 7);
        int one = run(stage, 1, 7) - none;
        assertThat(none).isPositive();
        assertThat(one).isPositive();
        assertThat(run(stage, 10, 7) - none).isEqualTo(10 * one);
        assertThat(stage.operations()).as("taken").isZero();
    }

    @Test
    void loadsCountForThemselves() {
        CountedStage first = CountedStage.of(new Adder(5));
        CountedStage second = CountedStage.of(new Adder(5));
        first.process(meta, state, 0);
        assertThat(second.operations()).isZero();
        assertThat(first.operations()).isPositive();
    }
}

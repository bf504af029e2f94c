package org.millrace.code;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.FlowScheduler;
import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.StateTables;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.ViewCursor;
import org.millrace.api.pipeline.Workflow;
import org.millrace.code.fuse.Fused;
import org.millrace.code.fuse.Fuser;
import org.millrace.code.fuse.StageCall;
import org.millrace.code.fuse.StagePlace;

class FuserTest {
    private static final int FLOWS = 3;
    private static final int STRIDE = 4;
    private static final int[] TABLE = {3, 1, 2};

    /** Three fields, two of them in one word. */
    public static final class Count extends State {
        int items() {
            return i32(0);
        }

        void more(int by) {
            add(0, by);
        }

        int low() {
            return u8(5);
        }

        void low(int v) {
            u8(5, v);
        }

        int high() {
            return u16(6);
        }

        void high(int v) {
            u16(6, v);
        }
    }

    private abstract static class Counting implements Stage<SegmentMeta, Count> {
        @Override
        public StageSpec<Count> spec() {
            return StageSpec.perFlow(getClass().getSimpleName(), StageSpec.Concurrency.FLOW_ATOMIC, Count::new, List.of());
        }
    }

    private static final class Ordinary extends Counting {
        private final int step;
        private final Helper helper;

        Ordinary(int step) {
            this.step = step;
            helper = new Helper(step);
        }

        @Override
        public long process(SegmentMeta meta, Count count, long nowNs) {
            count.more(step);
            int sum = 0;
            for (int i = 0; i < TABLE.length; i++) {
                sum += TABLE[i];
            }
            count.low(count.low() + sum);
            count.high(helper.twice(count.items()));
            meta.position(meta.position() + count.high());
            return switch (meta.operation()) {
                case 1 -> Verdict.drop(DropReason.FILTERED.code());
                case 2 -> Verdict.EMIT | Verdict.DIGEST;
                default -> nowNs < 0 ? Verdict.DONE : Verdict.NEXT;
            };
        }
    }

    private record Helper(int factor) {
        int twice(int value) {
            return factor == 0 ? value : 2 * value;
        }
    }

    private static final class Catches extends Counting {
        @Override
        public long process(SegmentMeta meta, Count count, long nowNs) {
            try {
                meta.length(meta.position() / meta.operation());
            } catch (ArithmeticException e) {
                meta.length(-meta.position());
            }
            return Verdict.NEXT;
        }
    }

    private static final class Divides extends Counting {
        @Override
        public long process(SegmentMeta meta, Count count, long nowNs) {
            meta.rxBump(7);
            meta.txBump(meta.length() / meta.message());
            return Verdict.NEXT;
        }
    }

    private static final class Chooses extends Counting {
        @Override
        public long process(SegmentMeta meta, Count count, long nowNs) {
            meta.position(1);
            return helped(meta);
        }

        private long helped(SegmentMeta meta) {
            SegmentMeta other = meta;
            if (meta.length() == 0) {
                other = null;
            }
            return other == meta ? Verdict.DONE : Verdict.NEXT;
        }
    }

    private static final class TooLong extends Counting {
        @Override
        public long process(SegmentMeta meta, Count count, long nowNs) {
            meta.length(more(more(more(more(more(more(more(more(meta.length())))))))));
            return Verdict.NEXT;
        }

        private static int more(int value) {
            return mix(mix(mix(mix(mix(mix(mix(mix(value))))))));
        }

        private static int mix(int value) {
            return twice(value ^ 1) + twice(value ^ 2) + twice(value ^ 3) + twice(value ^ 4) + twice(value ^ 5) + twice(value ^ 6);
        }

        private static int twice(int value) {
            return value > 0 ? value * 2 + 12_345 : value - 54_321 << 2;
        }
    }

    private record TestProgram(List<Stage<? super SegmentMeta, ?>> stages) implements Program<SegmentMeta>, HeaderCodec<SegmentMeta> {
        @Override
        public String name() {
            return "test";
        }

        @Override
        public SegmentMeta newMeta() {
            return new SegmentMeta();
        }

        @Override
        public List<Stage<? super SegmentMeta, ?>> stages(Workflow workflow) {
            return stages;
        }

        @Override
        public HeaderCodec<SegmentMeta> codec() {
            return this;
        }

        @Override
        public FlowScheduler scheduler() {
            return FlowScheduler.NONE;
        }

        @Override
        public void loaded(StateTables states) {
        }

        @Override
        public long parse(MemorySegment frame, long frameOffset, int headerOffset, int length, boolean checksumValid, SegmentMeta meta) {
            return Verdict.NEXT;
        }

        @Override
        public int write(SegmentMeta meta, MemorySegment header, long offset) {
            return 0;
        }

        @Override
        public int checksumOffset() {
            return -1;
        }

        @Override
        public int segmentSize(SegmentMeta meta) {
            return 0;
        }
    }

    private final int[] rows = new int[STRIDE * FLOWS];
    private final int[] words = new int[SegmentMeta.BYTES / 4];
    private final SegmentMeta meta = new SegmentMeta();
    private final List<String> failures = new ArrayList<>();

    FuserTest() {
        ViewCursor.move(meta, words, 0);
    }

    private Fused fuse(Counting... stages) {
        return new Fuser(new TestProgram(List.of(stages))).fuse(Workflow.RX, places(rows, stages));
    }

    private Map<Stage<?, ?>, Violation> called(Counting... stages) {
        return new Fuser(new TestProgram(List.of(stages))).called(Workflow.RX, places(rows, stages));
    }

    private List<StagePlace> places(int[] rows, Counting... stages) {
        List<StagePlace> places = new ArrayList<>();
        for (Counting stage : stages) {
            Count view = new Count();
            places.add(new StagePlace(stage, Count.class, StageSpec.Key.FLOW, rows, 1, FLOWS, STRIDE, 1, new StageCall() {
                @Override
                public long run(SegmentMeta item, long nowNs) {
                    ViewCursor.move(view, rows, (item.flow() - 1) * STRIDE + 1);
                    return stage.process(item, view, nowNs);
                }

                @Override
                public long failed(Throwable thrown) {
                    failures.add(stage.spec().name() + ": " + thrown.getMessage() + " at line "
                        + thrown.getStackTrace()[0].getLineNumber());
                    return Verdict.NEXT;
                }
            }));
        }
        return places;
    }

    @Test
    void aStageIsCopiedWithItsHelpersItsFieldsAndItsTables() {
        Fused fused = fuse(new Ordinary(5), new Ordinary(6));
        meta.flow(2);
        meta.message(1);
        assertThat(fused.run(meta, null, 0)).isEqualTo(Verdict.NEXT);
        assertThat(rows).containsExactly(0, 0, 0, 0, 0, 11, 22 << 16 | 12 << 8, 0, 0, 0, 0, 0);
        assertThat(meta.position()).isEqualTo(10 + 22);
        meta.operation(1);
        assertThat(fused.run(meta, null, 0)).isEqualTo(Verdict.drop(DropReason.FILTERED.code()));
        meta.operation(2);
        assertThat(fused.run(meta, null, 0)).isEqualTo(Verdict.EMIT | Verdict.DIGEST);
        meta.operation(0);
        assertThat(fused.run(meta, null, -1)).isEqualTo(Verdict.DONE);
        meta.flow(FLOWS + 1);
        assertThat(fused.run(meta, null, 0)).isEqualTo(Verdict.drop(DropReason.NO_FLOW.code()));
    }

    @Test
    void whatWasMadeBeforeThereWasMemoryRunsOverTheMemoryThatItIsLoadedWith() {
        Counting[] stages = {new Ordinary(5), new Catches(), new Ordinary(6)};
        Fuser fuser = new Fuser(new TestProgram(List.of(stages)));
        assertThat(fuser.called(Workflow.RX, places(new int[0], stages))).containsOnlyKeys(stages[1]);
        Fused fused = fuser.fuse(Workflow.RX, places(rows, stages));
        meta.flow(2);
        meta.message(1);
        assertThat(fused.run(meta, null, 0)).isEqualTo(Verdict.NEXT);
        int[] seen = rows.clone();
        int position = meta.position();
        Arrays.fill(rows, 0);
        Arrays.fill(words, 0);
        meta.flow(2);
        meta.message(1);
        assertThat(fuse(stages).run(meta, null, 0)).isEqualTo(Verdict.NEXT);
        assertThat(seen).isEqualTo(rows).isNotEqualTo(new int[rows.length]);
        assertThat(position).isEqualTo(meta.position());
    }

    @Test
    void placesThatLieOtherwiseAreMadeAnew() {
        Ordinary stage = new Ordinary(5);
        Fuser fuser = new Fuser(new TestProgram(List.of(stage)));
        StagePlace place = places(rows, stage).getFirst();
        fuser.called(Workflow.RX, List.of(place));
        Fused shifted = fuser.fuse(Workflow.RX, List.of(new StagePlace(stage, place.view(), place.key(), rows, 1, FLOWS, STRIDE, 2,
            place.call())));
        meta.flow(1);
        meta.message(1);
        assertThat(shifted.run(meta, null, 0)).isEqualTo(Verdict.NEXT);
        assertThat(rows[1]).isZero();
        assertThat(rows[2]).isEqualTo(5);
    }

    @Test
    void whatCannotBeCopiedIsCalledWhereItStandsAndSeesWhatStagesBeforeItHaveWritten() {
        Fused fused = fuse(new Ordinary(1), new Catches(), new Ordinary(1));
        meta.flow(1);
        assertThat(fused.run(meta, null, 0)).isEqualTo(Verdict.NEXT);
        assertThat(meta.length()).isEqualTo(-2);
        assertThat(meta.position()).isEqualTo(2 + 4);
    }

    @Test
    void whyAStageIsCalledIsSaidWithMethodAndLine() {
        Ordinary ordinary = new Ordinary(1);
        Catches catches = new Catches();
        Chooses chooses = new Chooses();
        Map<Stage<?, ?>, Violation> called = called(ordinary, catches, chooses);
        assertThat(called).containsOnlyKeys(catches, chooses);
        assertThat(called.get(catches).operation()).isEqualTo("catches exceptions");
        assertThat(called.get(chooses).site().method()).isEqualTo("Chooses.helped");
        assertThat(called.get(chooses).site().line()).isPositive();
    }

    @Test
    void aStageThatTheCompilerWouldNotTakeIsCalled() {
        TooLong tooLong = new TooLong();
        Violation why = called(new Ordinary(1), tooLong).get(tooLong);
        assertThat(why.operation()).matches("would be \\d+ bytes of code, the compiler takes 8000");
        Fused fused = fuse(new Ordinary(1), tooLong);
        meta.flow(1);
        meta.length(17);
        assertThat(fused.run(meta, null, 0)).isEqualTo(Verdict.NEXT);
        int expected = 17;
        for (int i = 0; i < 8; i++) {
            expected = TooLong.more(expected);
        }
        assertThat(meta.length()).isEqualTo(expected);
    }

    @Test
    void whatACopiedStageThrowsIsItsFailureWithItsLine() {
        Fused fused = fuse(new Ordinary(1), new Divides(), new Ordinary(1));
        meta.flow(1);
        assertThat(fused.run(meta, null, 0)).isEqualTo(Verdict.NEXT);
        assertThat(failures).singleElement().asString().startsWith("Divides: / by zero at line ");
        int line = Integer.parseInt(failures.getFirst().replaceAll(".* ", ""));
        assertThat(new Code.Library().find(Divides.class, "process", null).lines()).contains(line);
        assertThat(meta.rxBump()).as("what it has written before").isEqualTo(7);
        assertThat(meta.position()).as("the stage behind it has run").isEqualTo(2 + 4);
    }

    @Test
    void aSecondLoadHasItsOwnStateAndFieldsAndTheSameClass() {
        Fused first = fuse(new Ordinary(5));
        Fused second = fuse(new Ordinary(9));
        assertThat(second.getClass()).isSameAs(first.getClass());
        meta.flow(1);
        second.run(meta, null, 0);
        assertThat(rows[1]).isEqualTo(9);
        assertThat(fuse(new Ordinary(5), new Ordinary(5)).getClass()).isNotSameAs(first.getClass());
    }
}

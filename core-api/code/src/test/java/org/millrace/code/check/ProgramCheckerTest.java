package org.millrace.code.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.millrace.code.check.CheckedProgram.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.StageSpec.Concurrency;
import org.millrace.api.pipeline.StageSpec.Key;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;

class ProgramCheckerTest {
    private static final Path DISHONEST = Path.of("src/test/java/org/millrace/code/check/Dishonest.java");

    /** Finds the flow. */
    record Find() implements Stage<SegmentMeta, State.None> {
        @Override
        public StageSpec<State.None> spec() {
            return StageSpec.stateless("find", List.of());
        }

        @Override
        public long process(SegmentMeta meta, State.None state, long nowNs) {
            meta.flow(meta.peerPort());
            return Verdict.NEXT;
        }
    }

    /** An honest stage with all that stages may do: bounded loops, helpers, constants, arithmetic, an indexed field. */
    record Honest(int turns) implements Stage<SegmentMeta, Honest.Bits> {
        static final class Bits extends State {
            private int word(int index) {
                return i32(8, 16, index);
            }

            boolean test(int bit) {
                return (word(bit >>> 5) & 1 << bit) != 0;
            }

            void set(int bit) {
                i32(8, 16, bit >>> 5, word(bit >>> 5) | 1 << bit);
            }

            long total() {
                return (long) i32(4) << 32 | Integer.toUnsignedLong(i32(0));
            }

            void count(int bytes) {
                long sum = total() + bytes;
                i32(0, (int) sum);
                i32(4, (int) (sum >>> 32));
            }
        }

        @Override
        public StageSpec<Bits> spec() {
            return StageSpec.perFlow("honest", Concurrency.FLOW_ATOMIC, Bits::new, List.of());
        }

        @Override
        public long process(SegmentMeta meta, Bits s, long nowNs) {
            int free = -1;
            for (int i = 0; i < turns && free < 0; i++) {
                free = s.test(i + meta.payloadLength()) ? -1 : i;
            }
            if (free >= 0) {
                s.set(free);
            }
            s.count(Math.max(meta.payloadLength(), 0));
            return switch (free & 3) {
                case 0 -> Verdict.NEXT;
                case 1 -> Verdict.DONE;
                default -> Verdict.NEXT | Verdict.DIGEST;
            };
        }
    }

    static Stream<Arguments> dishonest() {
        return Stream.of(
            Arguments.of(new Dishonest.WritesThoughStateless(), "writes state at offset 0 [STATELESS"),
            Arguments.of(new Dishonest.SetsThoughCommutative(), "sets state at offset 0 [COMMUTATIVE"),
            Arguments.of(new Dishonest.ReadsItsSum(), "reads state at offset 0, which is added to [COMMUTATIVE"),
            Arguments.of(new Dishonest.ReadsOutside(), "touches state at offset 8 that is not its own: Outside has 4 bytes"),
            Arguments.of(new Dishonest.ReadsAnywhere(), "i32 at an offset that is not constant"),
            Arguments.of(new Dishonest.WritesBefore(), "i32 at offset -4"),
            Arguments.of(new Dishonest.WritesOdd(), "u16 at offset 1"),
            Arguments.of(new Dishonest.IndexesSeven(), "i32 of 7 elements"),
            Arguments.of(new Dishonest.MovesItsView(), "call of ViewCursor.move"),
            Arguments.of(new Dishonest.Remembers(), "assignment to last"),
            Arguments.of(new Dishonest.Allocates(), "new array"),
            Arguments.of(new Dishonest.Concatenates(), "string +"),
            Arguments.of(new Dishonest.Catches(), "catches exceptions"),
            Arguments.of(new Dishonest.Waits(), "loop [a loop ends after at most 256 turns"),
            Arguments.of(new Dishonest.Recurses(), "recursion of Recurses.down"),
            Arguments.of(new Dishonest.Locks(), "MONITORENTER"),
            Arguments.of(new Dishonest.CountsPeers(), "call of HashMap.get"),
            Arguments.of(new Dishonest.Tells(null), "calls ContextQueue and may be replicated"),
            Arguments.of(new Dishonest.LooksUp(null), "calls FlowLookup, which its spec does not name"),
            Arguments.of(new Dishonest.NeverCalls(), "names FlowLookup in its spec and never calls it"));
    }

    @ParameterizedTest
    @MethodSource("dishonest")
    void whatAStageMayNotDoIsRefusedWithClassMethodAndLine(Stage<SegmentMeta, ?> stage, String fault) throws IOException {
        assertThat(faults(new Find(), stage)).anySatisfy(reason -> assertThat(reason).contains(fault));
        String type = stage.getClass().getSimpleName();
        assertThat(faults(new Find(), stage).getFirst())
            .matches("bad, " + type + "\\.(process|down):" + line(type) + ": .*");
    }

    /** The line marked in a class. */
    private static int line(String type) throws IOException {
        List<String> lines = Files.readAllLines(DISHONEST);
        int at = 0;
        while (!lines.get(at).contains("class " + type + " ")) {
            at++;
        }
        while (!lines.get(at).endsWith("// here")) {
            at++;
        }
        return at + 1;
    }

    @Test
    void aTableOfTheLibraryIsAnsweredWithWhatToDoInstead() {
        assertThat(faults(new Dishonest.CountsPeers())).anySatisfy(reason -> assertThat(reason)
            .contains("a peer's address say, an indexed field takes a hash of it: i32(offset, length, index)"));
    }

    @Test
    void whatStagesNeedIsAllowed() {
        assertThat(faults(new Dishonest.Throws())).isEmpty();
        assertThat(faults(new Find(), new Honest(200))).isEmpty();
        assertThat(faults(new Find(), new Honest(1_000_000))).as("no bound worth the name").hasSize(1);
    }

    @Test
    void aLambdaHasNoClassFile() {
        Stage<SegmentMeta, State.None> stage = new Dishonest.Plain() {
            private final java.util.function.IntSupplier answer = () -> 4;

            @Override
            public long process(SegmentMeta meta, State.None none, long nowNs) {
                return answer.getAsInt();
            }
        };
        assertThat(faults(stage)).singleElement().asString().contains("getAsInt");
    }

    /** What a spec says beside the code. */
    private record Said(StageSpec<Dishonest.Sums> spec) implements Stage<SegmentMeta, Dishonest.Sums> {
        @Override
        public long process(SegmentMeta meta, Dishonest.Sums s, long nowNs) {
            s.more(1);
            return Verdict.NEXT;
        }
    }

    private static Said said(String name, Key key, Concurrency concurrency) {
        return new Said(new StageSpec<>(name, key, concurrency, Dishonest.Sums::new, List.of()));
    }

    @Test
    void whatIsOneAtATimeHasAKey() {
        assertThat(faults(said("said", Key.NONE, Concurrency.SHARDED))).anySatisfy(reason ->
            assertThat(reason).contains("SHARDED and keyed by nothing"));
        assertThat(faults(said("said", Key.NONE, Concurrency.COMMUTATIVE))).singleElement().asString()
            .contains("touches state at offset 0 [a stage keyed by nothing has no state]");
        assertThat(faults(new Find(), said("said", Key.FLOW, Concurrency.COMMUTATIVE))).isEmpty();
    }

    @Test
    void stagesOfOneNameSayTheSame() {
        assertThat(faults(new Find(), said("said", Key.FLOW, Concurrency.COMMUTATIVE),
            said("said", Key.FLOW, Concurrency.FLOW_ATOMIC))).singleElement().asString()
            .contains("differs from another stage said").contains("FLOW_ATOMIC, order KEY");
        StageSpec<Dishonest.Sums> ordered = said("said", Key.FLOW, Concurrency.COMMUTATIVE).spec()
            .ordered(StageSpec.Order.ARRIVAL);
        assertThat(faults(new Find(), said("said", Key.FLOW, Concurrency.COMMUTATIVE), new Said(ordered)))
            .singleElement().asString().contains("COMMUTATIVE, order ARRIVAL, there");
    }

    @Test
    void aKeyIsKnownWhereTheStageStands() {
        assertThat(faults(said("said", Key.FLOW, Concurrency.COMMUTATIVE), new Find())).singleElement().asString()
            .contains("Said.process: keyed by FLOW, which is not known in RX before find")
            .contains("it is known behind find of RX, which writes it");
        assertThat(faults(new Find(), said("said", Key.CONTEXT, Concurrency.COMMUTATIVE))).singleElement().asString()
            .contains("keyed by CONTEXT, which is not known in RX behind find").contains("no stage of RX writes it");
        assertThat(faults(Workflow.HC, List.of(), said("said", Key.CONTEXT, Concurrency.COMMUTATIVE))).isEmpty();
    }

    /** Another's stage between a program's own. */
    private record Other(int what) implements Stage<SegmentMeta, State.None> {
        @Override
        public StageSpec<State.None> spec() {
            return StageSpec.stateless("other", List.of());
        }

        @Override
        public long process(SegmentMeta meta, State.None none, long nowNs) {
            switch (what) {
                case 0 -> {
                    return meta.payloadLength() + meta.peerPort() == 0 ? Verdict.NEXT : Verdict.DONE;
                }
                case 1 -> {
                    return meta.flow() == 0 ? Verdict.NEXT : Verdict.DONE;
                }
                case 2 -> meta.flow(7);
                case 3 -> {
                    meta.digest(4);
                    return meta.digest() == 0 ? Verdict.NEXT : Verdict.DONE;
                }
                default -> meta.ecn(0);
            }
            return Verdict.NEXT;
        }
    }

    private static List<String> added(Stage<SegmentMeta, ?> other, boolean isFirst) {
        return isFirst ? faults(Workflow.RX, List.of(other), other, new Find())
            : faults(Workflow.RX, List.of(other), new Find(), other);
    }

    @Test
    void anAddedStageReadsWhatItIsGiven() {
        assertThat(added(new Other(0), true)).as("the parser wrote it").isEmpty();
        assertThat(added(new Other(1), true)).singleElement().asString()
            .contains("Other.process:").contains("reads flow, which nobody has written in RX before find")
            .contains("it is known behind find of RX");
        assertThat(added(new Other(1), false)).isEmpty();
        assertThat(added(new Other(3), true)).as("its own").isEmpty();
        assertThat(faults(new Other(1), new Find())).as("a program knows its metadata").isEmpty();
    }

    @Test
    void anAddedStageDoesNotSayWhoseItemItIs() {
        assertThat(added(new Other(2), false)).singleElement().asString().contains("writes flow of the item");
        assertThat(added(new Other(4), true)).isEmpty();
    }
}

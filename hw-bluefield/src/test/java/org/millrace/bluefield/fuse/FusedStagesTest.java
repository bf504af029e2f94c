package org.millrace.bluefield.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.ViewCursor;
import org.millrace.api.pipeline.Workflow;
import org.millrace.api.transport.TransportFactory;
import org.millrace.code.fuse.Fuser;
import org.millrace.execution.StateTable;
import org.millrace.homa.HomaFactory;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;
import org.millrace.tcp.laminar.transmit.TransmitHeads;
import org.millrace.udp.UdpFactory;

/**
 * Every workflow of every program, fused beside stage by stage: random items meet random states, and come to the same
 * verdicts, calls, copies and states, and to the same metadata as far as anybody may read it. {@code -Dmillrace.fuse.items}
 * says how many items each ({@value #ITEMS}); {@code millrace.fuse.seed} the seed.
 */
class FusedStagesTest {
    private static final int ITEMS = 3_000;
    private static final int AROUND = 1 << 14;

    static Stream<Arguments> workflows() {
        return Stream.of(Arguments.of(new FlexToeFactory(), Map.of(), true), Arguments.of(new FlexToeFactory(), Map.of(), false),
                Arguments.of(new LaminarFactory(), Map.of(), true), Arguments.of(new LaminarFactory(),
                    Map.of("delayed-ack-segments", "2", "sack", "on", "pacing", "pull"), false), Arguments.of(new UdpFactory(), Map.of(), false),
                Arguments.of(new HomaFactory(), Map.of(), false))
            .flatMap(program -> Stream.of(Workflow.values()).map(workflow -> Arguments.of(program.get()[0], program.get()[1],
                program.get()[2], workflow)));
    }

    @ParameterizedTest
    @MethodSource("workflows")
    void comeToTheSame(TransportFactory factory, Map<String, String> options, boolean superFrames, Workflow workflow) throws IllegalAccessException {
        long seed = Long.getLong("millrace.fuse.seed", 20261130);
        int items = Integer.getInteger("millrace.fuse.items", ITEMS);
        RecordedHost host = new RecordedHost();
        RecordedHost other = new RecordedHost();
        Side<?> plain = side(host, factory, options, superFrames, workflow, false);
        Side<?> fused = side(other, factory, options, superFrames, workflow, true);
        Random random = new Random(seed);
        Map<Object, Integer> ends = new HashMap<>();
        for (int i = 0; i < items; i++) {
            if (random.nextInt(4) == 0) {
                int near = near(random);
                states(plain, fused, near, random);
                long headSeed = random.nextLong();
                heads(plain, near, new Random(headSeed));
                heads(fused, near, new Random(headSeed));
            }
            int[] item = item(plain, random, workflow);
            long nowNs = 1_000_000_000L + i * 1000L;
            Map<String, Object> expected = plain.run(item, nowNs);
            Map<String, Object> seen = fused.run(item, nowNs);
            boolean same = seen.equals(expected);
            for (Map.Entry<String, StateTable> table : plain.tables.entrySet()) {
                same &= Arrays.equals(fused.tables.get(table.getKey()).words(), table.getValue().words());
            }
            assertThat(same).as("%s %s seed %d item %d: stage by stage %s, fused %s", factory.name(), workflow, seed, i, expected, seen)
                .isTrue();
            ends.merge(expected.getOrDefault("verdict", "thrown"), 1, Integer::sum);
        }
        System.out.println(factory.name() + " " + workflow + " seed " + seed + " verdicts " + ends);
    }

    private static Side<?> side(RecordedHost host, TransportFactory factory, Map<String, String> options, boolean superFrames,
                                Workflow workflow, boolean isFused) {
        return new Side<>(host.program(factory, options, superFrames), host, workflow, isFused);
    }

    /** Words near each other, as sequence numbers are, or small, or any. */
    private static int word(Random random, int near) {
        return switch (random.nextInt(6)) {
            case 0 -> random.nextInt();
            case 1 -> 0;
            case 2 -> random.nextInt(AROUND);
            default -> near + random.nextInt(AROUND) - AROUND / 2;
        };
    }

    private static void states(Side<?> plain, Side<?> fused, int near, Random random) {
        for (Map.Entry<String, StateTable> entry : plain.tables.entrySet()) {
            StateTable table = entry.getValue();
            if (table.key() != StageSpec.Key.NONE && table.length() != 0) {
                int at = random.nextInt(table.keys()) * table.stride() + table.offset();
                for (int i = 0; i < table.length(); i++) {
                    int word = word(random, near);
                    table.words()[at + i] = word;
                    fused.tables.get(entry.getKey()).words()[at + i] = word;
                }
            }
        }
    }

    private static void heads(Side<?> side, int near, Random random) throws IllegalAccessException {
        TransmitHeads heads = side.heads();
        if (heads == null) {
            return;
        }
        for (int flow = 1; flow <= RecordedHost.FLOWS; flow++) {
            heads.install(flow, word(random, near), word(random, near), word(random, near), random.nextBoolean(),
                random.nextInt(AROUND));
            heads.window(flow, word(random, near), word(random, near));
            heads.credits(flow, random.nextInt(AROUND));
        }
    }

    private static int near(Random random) {
        return random.nextInt(4) * 0x4000_0000;
    }

    private static int[] item(Side<?> side, Random random, Workflow workflow) {
        int near = near(random);
        int[] words = random.ints(side.words.length).map(any -> word(random, near)).toArray();
        SegmentMeta meta = new SegmentMeta();
        ViewCursor.move(meta, words, 0);
        meta.flow(random.nextInt(RecordedHost.FLOWS + 2));
        meta.context(random.nextInt(RecordedHost.CONTEXTS + 1));
        meta.operation(random.nextInt(8));
        meta.workflow(workflow.ordinal());
        return words;
    }

    @ParameterizedTest
    @MethodSource("workflows")
    void everyStageIsCopied(TransportFactory factory, Map<String, String> options, boolean superFrames, Workflow workflow) {
        RecordedHost host = new RecordedHost();
        Program<?> program = host.program(factory, options, superFrames);
        assertThat(new Fuser(program).called(workflow, new Side<>(program, host, workflow, false).places())).isEmpty();
    }
}

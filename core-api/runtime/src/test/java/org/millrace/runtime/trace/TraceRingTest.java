package org.millrace.runtime.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class TraceRingTest {
    private static TraceRing.Batch batch(String program, long lost, long... timesNs) {
        long[] words = LongStream.of(timesNs).flatMap(ns -> LongStream.of(ns, 0, 0, 0, 0, 0, 0)).toArray();
        return new TraceRing.Batch(program, List.of("RX.protocol"), words, lost);
    }

    @Test
    void recordsOfSeveralProgramsAreInOrderOfTime() {
        TraceLines lines = TraceRing.lines(List.of(batch("a", 0, 1, 4), batch("b", 2, 2, 3)));
        assertThat(lines.lines()).extracting(line -> line.substring(0, 14))
            .containsExactly("0.000000001 a ", "0.000000002 b ", "0.000000003 b ", "0.000000004 a ");
        assertThat(lines.lost()).isEqualTo(2);
        assertThat(lines.lines()).noneMatch(line -> line.contains("shard"));
    }

    @Test
    void recordsOfShardsAreInOrderOfTimeAndSayWhose() {
        TraceLines lines = TraceRing.merged(List.of(List.of(batch("a", 1, 1, 4)), List.of(batch("a", 2, 2, 3))));
        assertThat(lines.lines()).extracting(line -> line.substring(0, 11) + line.substring(line.length() - 8))
            .containsExactly("0.000000001 shard=0", "0.000000002 shard=1", "0.000000003 shard=1", "0.000000004 shard=0");
        assertThat(lines.lost()).isEqualTo(3);
    }
}

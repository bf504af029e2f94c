package org.millrace.benchmarks.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.millrace.benchmarks.ShardEcho;
import org.millrace.benchmarks.figures.Figures;

class ShardRowTest {
    private static Map<String, Figures> measured(double processes, double shards) {
        Map<String, Figures> all = new HashMap<>();
        Map<String, Double> ns = Map.of(ShardEcho.HARNESS, 100.0, ShardEcho.ONE, 600.0, ShardEcho.ONE_SHARD, 605.0,
            ShardEcho.PROCESSES, processes, ShardEcho.SHARDS, shards, ShardEcho.IN_STEP, 700.0, ShardEcho.STRAYS, 780.0);
        ns.forEach((subject, value) -> List.of(ShardEcho.CPU, ShardEcho.WALL).forEach(clock ->
            all.put(subject + clock, new Figures(subject + clock, "ns", value, value))));
        return all;
    }

    private static Map<String, Result> lines(double shards) {
        Map<String, Result> lines = new HashMap<>();
        new ShardRow(measured(600, shards), 2).results().forEach(line -> lines.put(line.metric(), line));
        return lines;
    }

    @Test
    void shardsAreHeldAgainstProcessesWithoutTheLoad() {
        assertThat(lines(625).get("CPU an echo, shards to processes").judged()).isEqualTo(1.05);
        assertThat(lines(625)).allSatisfy((metric, line) -> assertThat(line.met()).as(metric).isTrue());
        assertThat(lines(630).get("CPU an echo, shards to processes").met()).isFalse();
        assertThat(lines(630).get("echoes a second, shards to processes").met()).isFalse();
    }

    @Test
    void aHandOverIsWhatTheEchoesInStepDoNotCost() {
        assertThat(lines(600).get("a frame handed over, both sides").figures().median()).isEqualTo(80);
    }

    @Test
    void coresDisturbEachOtherAsMuchAsProcessesDo() {
        assertThat(new ShardRow(measured(650, 760), 2).projection())
            .isEqualTo("millrace lab run cores --set echo-ns=600 --set two-ns=660 --set hand-over-ns=80");
        assertThat(new ShardRow(measured(590, 660), 2).projection())
            .isEqualTo("millrace lab run cores --set echo-ns=560 --set two-ns=560 --set hand-over-ns=80");
    }
}

package org.millrace.benchmarks.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.millrace.benchmarks.ShardEcho;
import org.millrace.benchmarks.bench.Result.Goal;
import org.millrace.benchmarks.figures.Figures;

/**
 * What shards cost beside processes, without the load that each thread makes for itself.
 *
 * @param measured what {@link ShardEcho#compare} answers
 * @param shards   how many
 */
record ShardRow(Map<String, Figures> measured, int shards) {
    private static final String PROJECTION = "millrace lab run cores";

    /** {@return the lines} */
    List<Result> results() {
        Figures one = cpu(ShardEcho.ONE);
        Figures processes = cpu(ShardEcho.PROCESSES);
        Figures together = cpu(ShardEcho.SHARDS);
        Figures processRate = rate(ShardEcho.PROCESSES, shards);
        Figures shardRate = rate(ShardEcho.SHARDS, shards);
        return List.of(Result.of("load, a thread of " + shards, measured.get(ShardEcho.HARNESS + ShardEcho.CPU)),
            Result.of("one data path, alone", one),
            Result.of("the same that steers, and finds all its own, to it", cpu(ShardEcho.ONE_SHARD).over(one)),
            Result.of(shards + " processes, each", processes),
            Result.of(shards + " shards, each", together),
            Result.of("CPU an echo, shards to processes", together.over(processes), Goal.atMost(1.05)),
            Result.of(shards + " processes, together", processRate),
            Result.of(shards + " shards, together", shardRate),
            Result.of("echoes a second, shards to processes", shardRate.over(processRate), Goal.atLeast(0.95)),
            Result.of("a frame handed over, both sides", handOver()));
    }

    /**
     * {@return the command that projects more cores from this} By how much cores disturb each other is seen of processes, which share
     * nothing else; that several shards in one process cost more than one is not that, and does not grow with their number.
     */
    String projection() {
        double two = cpu(ShardEcho.SHARDS).median();
        double disturbed = Math.max(1, cpu(ShardEcho.PROCESSES).over(cpu(ShardEcho.ONE)).median());
        return String.format(Locale.ROOT, "%s --set echo-ns=%.0f --set two-ns=%.0f --set hand-over-ns=%.0f", PROJECTION,
            two / disturbed, two, Math.max(0, handOver().median()));
    }

    private Figures cpu(String subject) {
        return measured.get(subject + ShardEcho.CPU).without(measured.get(ShardEcho.HARNESS + ShardEcho.CPU));
    }

    private Figures rate(String subject, int threads) {
        double[] ns = measured.get(subject + ShardEcho.WALL).without(measured.get(ShardEcho.HARNESS + ShardEcho.WALL)).rounds();
        return new Figures(subject, "M/s", Arrays.stream(ns).map(wall -> threads * 1e3 / wall).toArray());
    }

    /** An echo is two frames to the data path, and half of them come to the wrong shard. */
    private Figures handOver() {
        return measured.get(ShardEcho.STRAYS + ShardEcho.CPU).without(measured.get(ShardEcho.IN_STEP + ShardEcho.CPU));
    }
}

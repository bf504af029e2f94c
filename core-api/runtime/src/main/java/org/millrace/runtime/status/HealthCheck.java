package org.millrace.runtime.status;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.millrace.api.context.Limit;

/**
 * Judges an instance by what its data paths are and by what has become of them in the last minute. Each shard is judged by itself:
 * what is wrong with one does not disappear in a mean, and what is wrong with all alike is said once. Time is that of the vitals.
 * Any thread, one at a time.
 */
public final class HealthCheck {
    /** How long something that has happened counts. */
    static final long RECENT_NS = TimeUnit.MINUTES.toNanos(1);
    /** How long a refused swap counts, unless one succeeds before. */
    static final long REFUSAL_NS = TimeUnit.MINUTES.toNanos(10);
    private static final int NEARLY_FULL_PERCENT = 90;

    private final Deque<List<Vitals>> past = new ArrayDeque<>();
    private String refusal;
    private long refusedNs;

    /**
     * Keeps vitals to compare later ones with.
     *
     * @param shards of each shard, null: it has not answered
     */
    public synchronized void remember(List<Vitals> shards) {
        past.addLast(shards);
        List<Vitals> second = past.stream().skip(1).findFirst().orElse(null);
        while (second != null && nowNs(shards) - nowNs(second) >= RECENT_NS) { // the first to stay is a minute old
            past.removeFirst();
            second = past.stream().skip(1).findFirst().orElse(null);
        }
    }

    private static long nowNs(List<Vitals> shards) {
        return shards.stream().filter(Objects::nonNull).mapToLong(Vitals::nowNs).max().orElse(0);
    }

    /** A swap has been refused, or with null has succeeded. */
    public synchronized void swapped(String reason, long nowNs) {
        refusal = reason;
        refusedNs = nowNs;
    }

    /**
     * {@return how the instance is by the vitals of its shards}
     *
     * @param shards of each shard, null: it has not answered, of which nothing is said here
     */
    public synchronized Health judge(List<Vitals> shards, String port) {
        List<List<String>> each = new ArrayList<>();
        for (int i = 0; i < shards.size(); i++) {
            Vitals now = shards.get(i);
            each.add(now == null ? null : judge(now, before(i, now), port));
        }
        List<String> reasons = together(each);
        addRefusals(shards, reasons);
        ShardBalance.judge(pairs(shards), reasons);
        if (refusal != null && nowNs(shards) - refusedNs < REFUSAL_NS) {
            reasons.add("the last swap was refused: " + refusal);
        }
        return Health.of(reasons);
    }

    private Vitals before(int shard, Vitals now) {
        Vitals before = past.isEmpty() ? null : past.getFirst().get(shard);
        return before == null ? now : before;
    }

    private List<ShardBalance.Span> pairs(List<Vitals> shards) {
        List<ShardBalance.Span> spans = new ArrayList<>();
        for (int i = 0; i < shards.size(); i++) {
            if (shards.get(i) != null) {
                spans.add(new ShardBalance.Span(i, before(i, shards.get(i)), shards.get(i)));
            }
        }
        return spans;
    }

    /** What all say is said once, the rest with its shard. */
    private static List<String> together(List<List<String>> each) {
        Set<String> reasons = new LinkedHashSet<>();
        List<List<String>> said = each.stream().filter(Objects::nonNull).toList();
        for (int i = 0; i < each.size(); i++) {
            for (String reason : each.get(i) == null ? List.<String>of() : each.get(i)) {
                reasons.add(said.stream().allMatch(other -> other.contains(reason)) ? reason : "shard " + i + ": " + reason);
            }
        }
        return new ArrayList<>(reasons);
    }

    private static List<String> judge(Vitals now, Vitals before, String port) {
        List<String> reasons = new ArrayList<>();
        if (!now.portUp()) {
            reasons.add("port " + port + " is down: its interface is down, has no link, or is gone");
        }
        addDrops(now, before, port, reasons);
        addFullness("contexts", "contexts", now.contexts(), now.contextsMax(), reasons);
        now.flows().forEach((transport, flows) ->
            addFullness("flows of " + transport, "flows", flows, now.flowsMax(), reasons));
        if (now.journalsStopped() > 0) {
            reasons.add(now.journalsStopped() + " of " + now.journals() + " journals have stopped; the log says why");
        }
        if (!now.registryKept()) {
            reasons.add("the registry is kept no more; the log says why");
        }
        return reasons;
    }

    private static void addDrops(Vitals now, Vitals before, String port, List<String> reasons) {
        String within = within(before, now);
        if (now.portDrops() > before.portDrops()) {
            reasons.add(now.portDrops() - before.portDrops() + " frames lost by port " + port + within);
        }
        for (Map.Entry<String, Long> drops : now.noRoom().entrySet()) {
            long more = drops.getValue() - before.noRoom().getOrDefault(drops.getKey(), 0L);
            if (more > 0) {
                reasons.add(more + " items dropped (" + drops.getKey() + ")" + within);
            }
        }
    }

    /** Of all shards together: some limits are the instance's. */
    private void addRefusals(List<Vitals> shards, List<String> reasons) {
        List<Vitals> now = new ArrayList<>();
        List<Vitals> then = new ArrayList<>();
        pairs(shards).forEach(span -> {
            now.add(span.now());
            then.add(span.before());
        });
        if (now.isEmpty()) {
            return;
        }
        Vitals all = Vitals.merged(now);
        Vitals before = Vitals.merged(then);
        for (Limit limit : all.limits()) {
            long had = before.limits().stream().filter(other -> other.key().equals(limit.key())).mapToLong(Limit::refused)
                .findFirst().orElse(0);
            if (limit.refused() > had) {
                reasons.add(limit.refused() - had + " turned away by " + limit.key() + ", which is " + limit.limit()
                    + "," + within(before, all));
            }
        }
    }

    static String within(Vitals before, Vitals now) {
        return " within the last " + Math.max(1, TimeUnit.NANOSECONDS.toSeconds(now.nowNs() - before.nowNs())) + " s";
    }

    private static void addFullness(String what, String key, int taken, int most, List<String> reasons) {
        if (100L * taken >= (long) NEARLY_FULL_PERCENT * most) {
            reasons.add(taken + " of " + most + " " + what + " are taken: raise the key " + key);
        }
    }
}

package org.millrace.runtime.status;

import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Whether shards share the work as steering promises. Streams that peers open are spread by a keyed hash, so that many more on one
 * shard than chance gives were aimed at it; and work of any kind that fills one shard's thread while the others have none finds no
 * help there.
 */
final class ShardBalance {
    /** Below this probability it was not chance: of a check every ten seconds, once in three centuries. */
    private static final double CHANCE = 1e-9;
    private static final double FULL = 0.9;
    private static final double LITTLE = 0.5;
    /** Of less time a share says nothing: one long round may fill it. */
    private static final long LEAST_NS = TimeUnit.SECONDS.toNanos(5);

    private ShardBalance() {
    }

    /**
     * A shard between two moments.
     *
     * @param shard  its number
     * @param before earlier
     * @param now    later
     */
    record Span(int shard, Vitals before, Vitals now) {
        private long accepted() {
            return Math.max(0, now.accepted() - before.accepted());
        }

        private double busy() {
            long ns = now.nowNs() - before.nowNs();
            return ns < LEAST_NS ? 0 : (double) (now.busyNs() - before.busyNs()) / ns;
        }
    }

    /** Adds what is wrong; of one shard nothing is. */
    static void judge(List<Span> spans, List<String> reasons) {
        if (spans.size() < 2) {
            return;
        }
        long accepted = spans.stream().mapToLong(Span::accepted).sum();
        for (Span span : spans) {
            if (Chance.of(span.accepted(), accepted, 1.0 / spans.size()) < CHANCE) {
                reasons.add("shard " + span.shard + ": " + span.accepted() + " of the " + accepted + " streams that peers have opened"
                    + HealthCheck.within(span.before, span.now) + " came to it, which is not chance: they are aimed at it, or have few ports");
            }
            double others = spans.stream().filter(other -> other != span).mapToDouble(Span::busy).max().orElse(0);
            if (span.busy() >= FULL && others < LITTLE) {
                reasons.add("shard " + span.shard + ": its thread is busy " + Math.round(100 * span.busy()) + " % of the time, the others "
                    + Math.round(100 * others) + " % at most: what comes to it is not spread");
            }
        }
    }
}

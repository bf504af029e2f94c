package org.millrace.runtime.status;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.millrace.api.context.Limit;

/**
 * Judges a data path by what it is and by what has become of it in the last minute. Time is that of the vitals. Any
 * thread, one at a time.
 */
public final class HealthCheck {
    /** How long something that has happened counts. */
    static final long RECENT_NS = TimeUnit.MINUTES.toNanos(1);
    /** How long a refused swap counts, unless one succeeds before. */
    static final long REFUSAL_NS = TimeUnit.MINUTES.toNanos(10);
    private static final int NEARLY_FULL_PERCENT = 90;

    private final Deque<Vitals> past = new ArrayDeque<>();
    private String refusal;
    private long refusedNs;

    /** Keeps vitals to compare later ones with. */
    public synchronized void remember(Vitals vitals) {
        past.addLast(vitals);
        Vitals second = past.stream().skip(1).findFirst().orElse(null);
        while (second != null && vitals.nowNs() - second.nowNs() >= RECENT_NS) { // the first to stay is a minute old
            past.removeFirst();
            second = past.stream().skip(1).findFirst().orElse(null);
        }
    }

    /** A swap has been refused, or with null has succeeded. */
    public synchronized void swapped(String reason, long nowNs) {
        refusal = reason;
        refusedNs = nowNs;
    }

    /** {@return how the data path is by its vitals} */
    public synchronized Health judge(Vitals now, String port) {
        List<String> reasons = new ArrayList<>();
        if (!now.portUp()) {
            reasons.add("port " + port + " is down: its interface is down, has no link, or is gone");
        }
        addDrops(now, port, reasons);
        addRefusals(now, reasons);
        addFullness("contexts", "contexts", now.contexts(), now.contextsMax(), reasons);
        now.flows().forEach((transport, flows) ->
            addFullness("flows of " + transport, "flows", flows, now.flowsMax(), reasons));
        if (now.journalsStopped() > 0) {
            reasons.add(now.journalsStopped() + " of " + now.journals() + " journals have stopped; the log says why");
        }
        if (!now.registryKept()) {
            reasons.add("the registry is kept no more; the log says why");
        }
        if (refusal != null && now.nowNs() - refusedNs < REFUSAL_NS) {
            reasons.add("the last swap was refused: " + refusal);
        }
        return Health.of(reasons);
    }

    private void addDrops(Vitals now, String port, List<String> reasons) {
        Vitals before = past.isEmpty() ? now : past.getFirst();
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

    private void addRefusals(Vitals now, List<String> reasons) {
        Vitals before = past.isEmpty() ? now : past.getFirst();
        for (Limit limit : now.limits()) {
            long had = before.limits().stream().filter(other -> other.key().equals(limit.key())).mapToLong(Limit::refused)
                .findFirst().orElse(0);
            if (limit.refused() > had) {
                reasons.add(limit.refused() - had + " turned away by " + limit.key() + ", which is " + limit.limit()
                    + "," + within(before, now));
            }
        }
    }

    private static String within(Vitals before, Vitals now) {
        return " within the last " + Math.max(1, TimeUnit.NANOSECONDS.toSeconds(now.nowNs() - before.nowNs())) + " s";
    }

    private static void addFullness(String what, String key, int taken, int most, List<String> reasons) {
        if (100L * taken >= (long) NEARLY_FULL_PERCENT * most) {
            reasons.add(taken + " of " + most + " " + what + " are taken: raise the key " + key);
        }
    }
}

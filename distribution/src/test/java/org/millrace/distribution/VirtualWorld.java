package org.millrace.distribution;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.millrace.sim.port.FrameFabric;
import org.millrace.sim.port.FrameLink;
import org.millrace.testkit.ManualClock;

/** Hosts on a simulated fabric, under a clock that jumps to whatever happens next. */
final class VirtualWorld {
    private static final int MAX_ROUNDS_AT_ONCE = 100_000;

    final ManualClock clock;
    final FrameFabric fabric;
    final List<VirtualHost> hosts = new ArrayList<>();
    /** Run before the hosts in every round. */
    final List<Runnable> bystanders = new ArrayList<>();
    /** Rounds so far. */
    long rounds;
    private int roundsAtOnce;

    VirtualWorld(FrameLink link, long startNs) {
        clock = new ManualClock(startNs);
        fabric = new FrameFabric(clock, link);
    }

    VirtualHost add(VirtualHost host) {
        hosts.add(host);
        return host;
    }

    /** A round of every host; if there is nothing to do any more at this moment, on to the next. */
    void step(long limitNs) {
        long nowNs = clock.nowNs();
        long nextNs = Long.MAX_VALUE;
        rounds++;
        bystanders.forEach(Runnable::run);
        for (VirtualHost host : hosts) {
            nextNs = Math.min(nextNs, host.poll(nowNs));
        }
        nextNs = Math.min(nextNs, fabric.nextDeliveryNs());
        if (nextNs > nowNs) {
            clock.set(Math.min(nextNs, limitNs));
            roundsAtOnce = 0;
        } else if (++roundsAtOnce > MAX_ROUNDS_AT_ONCE) {
            throw new AssertionError("busy without end: " + describe());
        }
    }

    /** Runs until a condition holds; fails if it does not within a time. */
    void until(String what, BooleanSupplier condition, long withinNs) {
        long limitNs = clock.nowNs() + withinNs;
        while (!condition.getAsBoolean()) {
            if (clock.nowNs() >= limitNs) {
                throw new AssertionError("not within " + withinNs / 1_000_000 + " ms: " + what + "; " + describe());
            }
            step(limitNs);
        }
    }

    /** Runs for a time. */
    void run(long ns) {
        long limitNs = clock.nowNs() + ns;
        while (clock.nowNs() < limitNs) {
            step(limitNs);
        }
    }

    String describe() {
        StringBuilder text = new StringBuilder();
        for (VirtualHost host : hosts) {
            text.append("\n  ").append(host.status().connections()).append(' ');
            host.status().counters().forEach((name, count) -> text.append(count == 0 ? "" : name + '=' + count + ", "));
        }
        return text.toString();
    }
}

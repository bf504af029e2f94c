package org.millrace.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.millrace.api.pipeline.StageExtension;
import org.millrace.runtime.config.Running;
import org.millrace.runtime.extension.ExtensionLife;
import org.millrace.runtime.swap.Additions;
import org.millrace.runtime.swap.SwapException;
import org.millrace.runtime.swap.SwapReport;
import org.millrace.runtime.swap.SwapRequest;
import org.millrace.runtime.swap.SwapStep;
import org.millrace.runtime.trace.TraceRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The swaps of an instance, one at a time, and what is added to whatever it runs: stage extensions and trace points, which
 * come and go by swaps too. Any thread.
 */
final class Swaps {
    private static final Logger LOG = LoggerFactory.getLogger(Swaps.class);

    private final String name;
    private final Shards shards;
    private final BiConsumer<String, String> degrade;
    private final Set<StageExtension> failed = ConcurrentHashMap.newKeySet();
    /** Changed by who swaps; looked at by anybody, who need not wait for that. */
    private volatile Additions additions = new Additions(List.of(), TraceRequest.OFF, this::thrown);
    private volatile boolean ending;
    private volatile long rehearsalNs;

    /**
     * Makes those of an instance.
     *
     * @param rehearsalNs longest time that a new side rehearses
     * @param degrade takes what is not in force, and why
     */
    Swaps(Shards shards, long rehearsalNs, BiConsumer<String, String> degrade) {
        name = shards.first().path().instance();
        this.shards = shards;
        this.rehearsalNs = rehearsalNs;
        this.degrade = degrade;
    }

    Additions additions() {
        return additions;
    }

    boolean hasFailed(StageExtension extension) {
        return failed.contains(extension);
    }

    void rehearse(long limitNs) {
        rehearsalNs = limitNs;
    }

    void end() {
        ending = true;
    }

    synchronized SwapReport swap(SwapRequest request) throws SwapException {
        return run(additions.onto(request));
    }

    synchronized SwapReport trace(TraceRequest points) throws SwapException {
        return reload(additions.with(points));
    }

    synchronized SwapReport exchange(StageExtension before, StageExtension after) throws SwapException {
        List<StageExtension> wanted = new ArrayList<>(additions.stages());
        wanted.removeIf(running -> running == before);
        if (after != null) {
            begin(after);
            wanted.add(after);
        }
        boolean done = false;
        try {
            SwapReport report = reload(additions.with(wanted));
            done = true;
            return report;
        } finally {
            StageExtension over = done ? before : after;
            if (over != null) {
                ExtensionLife.end(over);
            }
        }
    }

    synchronized void remove(StageExtension extension) throws SwapException {
        if (additions.stages().contains(extension)) {
            exchange(extension, null);
        }
    }

    synchronized void close() {
        additions.stages().forEach(ExtensionLife::end);
        additions = additions.with(List.of());
    }

    private static void begin(StageExtension extension) throws SwapException {
        try {
            ExtensionLife.begin(extension);
        } catch (IllegalArgumentException e) {
            throw new SwapException(SwapStep.RESOLVE, e.getMessage(), e);
        }
    }

    private SwapReport run(SwapRequest request) throws SwapException {
        SwapReport report = SwapReport.of(roll(request.warmUp(Math.min(request.warmUpNs(), rehearsalNs))));
        LOG.info("{} has swapped {} for {}: {} connections, {} us", name, report.before(), report.after(),
            report.connections(), report.pauseNs() / 1000);
        return report;
    }

    /** One shard after the other: if one refuses, those before it go back. */
    private List<SwapReport> roll(SwapRequest request) throws SwapException {
        Running before = running();
        List<SwapReport> done = new ArrayList<>();
        for (Shard shard : shards.all()) {
            try {
                done.add(shard.swap(request, step -> checkGoesOn()));
            } catch (SwapException | RuntimeException e) {
                goBack(shards.all().subList(0, done.size()), before);
                throw e;
            }
        }
        return done;
    }

    private void goBack(List<Shard> swapped, Running before) {
        SwapRequest back = Additions.exactly(before);
        for (Shard shard : swapped) {
            try {
                shard.swap(back, step -> checkGoesOn());
            } catch (SwapException | RuntimeException e) {
                LOG.error("{}: shard {} cannot go back to {}: {}", name, shard.path().place().index(), before, e.getMessage());
                degrade.accept("shard " + shard.path().place().index(), "shard " + shard.path().place().index()
                    + " runs something else than the others: a swap failed in another one, and this one could not go back: "
                    + e.getMessage());
            }
        }
    }

    private Running running() {
        return shards.first().thread().await(nowNs -> shards.first().path().running());
    }

    private void checkGoesOn() {
        if (ending) {
            throw new IllegalStateException(name + " is ending");
        }
    }

    /** Runs the same with other additions; they are the additions if that succeeds. */
    private SwapReport reload(Additions next) throws SwapException {
        SwapReport report = run(next.reload(running()));
        additions = next;
        return report;
    }

    /** A stage has thrown. In a rehearsal that is for its swap to refuse; where it runs, it is taken out. */
    private void thrown(StageExtension extension, Throwable thrown) {
        if (failed.contains(extension)) { // it is on its way out
            return;
        }
        if (!shards.isCurrent()) {
            throw new IllegalStateException("extension " + extension.name() + " has thrown " + thrown, thrown);
        }
        failed.add(extension);
        degrade.accept("extension " + extension.name(), "extension " + extension.name() + " is taken out: it has thrown "
            + thrown);
        LOG.error("{}: extension {} is taken out", name, extension.name(), thrown);
        Thread.ofVirtual().name("millrace-take-out").start(() -> takeOut(extension));
    }

    private void takeOut(StageExtension extension) {
        try {
            remove(extension);
        } catch (SwapException | IllegalStateException e) {
            LOG.error("{} keeps extension {}, whose stage throws: {}", name, extension.name(), e.getMessage());
        }
    }
}

package org.millrace.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.millrace.api.pipeline.StageExtension;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;
import org.millrace.runtime.config.Running;
import org.millrace.runtime.extension.ExtensionLife;
import org.millrace.runtime.status.CanaryCheck;
import org.millrace.runtime.status.DataPathStatus;
import org.millrace.runtime.swap.Additions;
import org.millrace.runtime.swap.SwapException;
import org.millrace.runtime.swap.SwapReport;
import org.millrace.runtime.swap.SwapRequest;
import org.millrace.runtime.swap.SwapStep;
import org.millrace.runtime.trace.TraceRequest;
import org.millrace.wire.Ipv4Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The swaps of an instance, one at a time, and what is added to whatever it runs: stage extensions and trace points, which
 * come and go by swaps too. Any thread.
 */
final class Swaps {
    private static final Runnable NOBODY = () -> { };
    private static final Logger LOG = LoggerFactory.getLogger(Swaps.class);
    private static final long LOOK_NS = 100_000_000;
    private static final int WATCH_PARTS = 3;
    /** A shard that has begun anew and fails again within this time ends the instance. */
    private static final long REST_NS = TimeUnit.MINUTES.toNanos(1);

    private final String name;
    private final Shards shards;
    private final Faults faults;
    private final Runnable spread;
    /** By shard: when it has begun anew. */
    private final AtomicLongArray anewNs;
    private final Set<StageExtension> failed = ConcurrentHashMap.newKeySet();
    /** Changed by who swaps; looked at by anybody, who need not wait for that. */
    private volatile Additions additions = new Additions(List.of(), TraceRequest.OFF, this::thrown);
    private volatile boolean ending;
    private volatile long rehearsalNs;
    /** Hears that it goes on; who swaps has it for that time. */
    private Runnable rehearsing = NOBODY;
    /** Whether programs know super-frames of the size for several classes; changed by who swaps. */
    private boolean sharesFrames;

    /**
     * Makes those of an instance.
     *
     * @param rehearsalNs longest time that a new side rehearses
     * @param faults      takes what is not in force
     * @param spread      brings shards to the threads that are to run them, after one has waited for its rescue on its own
     */
    Swaps(Shards shards, long rehearsalNs, Faults faults, Runnable spread) {
        this.faults = faults;
        this.spread = spread;
        anewNs = new AtomicLongArray(LongStream.generate(() -> System.nanoTime() - REST_NS).limit(shards.all().size()).toArray());
        if (shards.all().size() > 1) { // there are others that live on
            shards.all().forEach(shard -> shard.thread().rescue().by(why -> rescues(shard, why)));
        }
        name = shards.first().path().instance();
        this.shards = shards;
        this.rehearsalNs = rehearsalNs;
        sharesFrames = shards.first().path().sharesFrames();
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

    /**
     * @param canaryNs how long one shard has it before the others follow, ns; 0: they follow at once
     * @param goesOn   called again and again while the new side rehearses
     */
    synchronized SwapReport swap(SwapRequest request, long canaryNs, Runnable goesOn) throws SwapException {
        rehearsing = goesOn;
        try {
            return run(additions.onto(request), canaryNs);
        } finally {
            rehearsing = NOBODY;
        }
    }

    /**
     * As {@link #swap}, for a changed configuration.
     *
     * @param request {@link SwapRequest#KEEP}: nothing is swapped for it
     * @param shares  whether programs are to know super-frames of the size for several classes; if they know the other one, all are swapped
     */
    synchronized void apply(SwapRequest request, boolean shares) throws SwapException {
        SwapRequest whole = shares == sharesFrames ? request : ofAll(request);
        frames(shares);
        try {
            if (whole != SwapRequest.KEEP) {
                run(additions.onto(whole), 0);
            }
            sharesFrames = shares;
        } finally {
            frames(sharesFrames);
        }
    }

    /** {@return a request, and beside what it changes all else as it is: what the same program is told changes} */
    private SwapRequest ofAll(SwapRequest request) {
        Running side = running();
        if (request.hardware() != null || !side.hardware().superFrames()) {
            return request; // loads all, or tells none of any
        }
        SwapRequest whole = request == SwapRequest.KEEP ? request.warmUp(0) : request; // the same has just run
        for (int position = 0; position < side.transports().size(); position++) {
            whole = request.transports().containsKey(position) ? whole : whole.transport(position, side.transports().get(position));
        }
        return whole;
    }

    private void frames(boolean shares) {
        shards.all().forEach(shard -> shard.path().sharesFrames(shares));
    }

    synchronized SwapReport trace(TraceRequest points) throws SwapException {
        return reload(additions.with(points));
    }

    synchronized SwapReport exchange(StageExtension before, StageExtension after) throws SwapException {
        List<StageExtension> wanted = new ArrayList<>(additions.stages());
        wanted.removeIf(running -> running == before);
        if (after != null) {
            checkRecorder(after);
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

    /** A stage has no field that changes, and what state it has is each load's; a recorder is the extension's own, and may be anything. */
    private void checkRecorder(StageExtension extension) throws SwapException {
        if (shards.all().size() > 1 && extension.recorder().isPresent()) {
            throw new SwapException(SwapStep.RESOLVE, "extension " + extension.name() + " has a recorder, which the threads of "
                + shards.all().size() + " shards would write at once: it is for an instance of one", null);
        }
    }

    private static void begin(StageExtension extension) throws SwapException {
        try {
            ExtensionLife.begin(extension);
        } catch (IllegalArgumentException e) {
            throw new SwapException(SwapStep.RESOLVE, e.getMessage(), e);
        }
    }

    private SwapReport run(SwapRequest request, long canaryNs) throws SwapException {
        SwapReport report = roll(request.warmUp(Math.min(request.warmUpNs(), rehearsalNs)), canaryNs);
        shards.all().forEach(shard -> faults.restore(what(shard)));
        LOG.info("{} has swapped {} for {}: {} connections, {} us", name, report.before(), report.after(),
            report.connections(), report.pauseNs() / 1000);
        return report;
    }

    /** One shard after the other: if one refuses, those before it go back. */
    private SwapReport roll(SwapRequest request, long canaryNs) throws SwapException {
        if (canaryNs > 0 && shards.all().size() == 1) {
            throw new SwapException(SwapStep.RESOLVE, "a canary is one shard of several, and shards is 1", null);
        }
        Running before = running();
        List<Shard> done = new ArrayList<>();
        List<SwapReport> reports = new ArrayList<>();
        String canary = null;
        for (Shard shard : order(request, before)) {
            try {
                reports.add(shard.swap(done.isEmpty() ? request : request.warmUp(0), this::goesOn)); // one rehearses for all
                done.add(shard);
                if (canaryNs > 0 && done.size() == 1) {
                    canary = watch(shard, canaryNs);
                }
            } catch (SwapException | RuntimeException e) {
                frames(sharesFrames);
                goBack(done, before);
                throw e;
            }
        }
        return SwapReport.of(reports, canary);
    }

    /** What is steered to the first shard only is tried there, anything else on the last one: the first has most to do already. */
    private List<Shard> order(SwapRequest request, Running before) {
        boolean isSteered = request.transports().isEmpty() && before.transports().stream().anyMatch(Swaps::isSteered)
            || request.transports().values().stream().anyMatch(Swaps::isSteered);
        return isSteered ? shards.all().reversed() : shards.all();
    }

    private static boolean isSteered(TransportChoice choice) {
        return choice.factory().protocol() == Ipv4Header.TCP;
    }

    /**
     * Waits, and compares a shard with the others. Answers what by; throws if it is worse. A first part of the time is not compared:
     * what the pause has cost comes up in it.
     */
    private String watch(Shard shard, long canaryNs) throws SwapException {
        int index = shard.path().place().index();
        List<List<DataPathStatus>> moments = new ArrayList<>();
        for (int i = 0; i < WATCH_PARTS; i++) {
            pause(canaryNs / WATCH_PARTS, shard);
            moments.add(shards.answers((each, nowNs) -> each.path().figures(List.of())));
        }
        CanaryCheck check = new CanaryCheck(index, moments);
        List<String> reasons = check.reasons();
        if (!reasons.isEmpty()) {
            throw new SwapException(SwapStep.CANARY, "shard " + index + " has gone back, it was worse than the others: "
                + String.join("; ", reasons), null);
        }
        return "shard " + index + ", " + check.summary();
    }

    private void pause(long ns, Shard canary) throws SwapException {
        long beganNs = System.nanoTime();
        for (long leftNs = ns; leftNs > 0; leftNs = beganNs + ns - System.nanoTime()) {
            checkGoesOn();
            for (Shard shard : shards.all()) {
                checkRuns(shard, canary);
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("who has asked for the swap wants it no longer");
            }
            LockSupport.parkNanos(Math.min(leftNs, LOOK_NS));
        }
    }

    /** One that has failed is not let wait until a canary is over. */
    private static void checkRuns(Shard shard, Shard canary) throws SwapException {
        Throwable why = shard.thread().rescue().why();
        if (why != null) {
            throw new SwapException(SwapStep.CANARY, what(canary) + " has gone back"
                + (shard == canary ? ", and its connections are reset: the program has failed with " : ": meanwhile " + what(shard) + " has failed with ")
                + why, why);
        }
    }

    private void goBack(List<Shard> swapped, Running before) {
        SwapRequest back = Additions.exactly(before).warmUp(0); // it has just run
        for (Shard shard : swapped) {
            try {
                shard.swap(back, step -> checkGoesOn());
            } catch (SwapException | RuntimeException e) {
                LOG.error("{}: {} cannot go back to {}: {}", name, what(shard), before, e.getMessage());
                faults.degrade(what(shard), what(shard) + " runs something else than the others: a swap failed in another one, and this one could not go back: "
                    + e.getMessage());
                shard.thread().rescue().giveUp();
            }
        }
    }

    /** A shard has failed, on its thread. Answers whether it is to wait for something else to run. */
    private boolean rescues(Shard shard, Throwable why) {
        if (ending || System.nanoTime() - anewNs.get(shard.path().place().index()) < REST_NS) {
            return false;
        }
        Thread.ofVirtual().name("millrace-rescue").start(() -> rescue(shard, why));
        return true;
    }

    /** Lets it begin anew with what it has run, unless a swap that was under way has seen to it; then it goes where it is to run. */
    private synchronized void rescue(Shard shard, Throwable why) {
        if (shard.thread().rescue().why() != null) {
            beginAnew(shard, why);
        }
        if (shard.thread().ended() == null) {
            spread.run();
        }
    }

    private void beginAnew(Shard shard, Throwable why) {
        faults.degrade(what(shard), what(shard) + " has failed and waits for what it has run to be loaded again: " + why);
        try {
            Running side = shard.thread().await(nowNs -> shard.path().running());
            anewNs.set(shard.path().place().index(), System.nanoTime());
            shard.swap(Additions.exactly(side).warmUp(0), step -> checkGoesOn());
            faults.degrade(what(shard), what(shard) + " has failed and has begun anew, its connections were reset: " + why);
            LOG.warn("{}: {} has begun anew, its connections are reset", name, what(shard));
        } catch (SwapException | RuntimeException e) {
            LOG.error("{}: {} has failed and cannot begin anew: {}", name, what(shard), e.getMessage());
            shard.thread().rescue().giveUp();
        }
    }

    private static String what(Shard shard) {
        return "shard " + shard.path().place().index();
    }

    private Running running() {
        return shards.first().thread().await(nowNs -> shards.first().path().running());
    }

    private void goesOn(SwapStep step) {
        checkGoesOn();
        if (step == SwapStep.WARM) {
            rehearsing.run();
        }
    }

    private void checkGoesOn() {
        if (ending) {
            throw new IllegalStateException(name + " is ending");
        }
    }

    /** Runs the same with other additions; they are the additions if that succeeds. */
    private SwapReport reload(Additions next) throws SwapException {
        SwapReport report = run(next.reload(running()), 0);
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
        faults.degrade("extension " + extension.name(), "extension " + extension.name() + " is taken out: it has thrown "
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

package org.millrace.runtime.path;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.millrace.memory.AdaptiveSpin;
import org.millrace.memory.Poller;
import org.millrace.memory.TenantBell;
import org.millrace.runtime.status.Durations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of a data path: real time, and the one place where it sleeps. It sleeps only after a round that found
 * nothing to do with the flags already set that make ports and applications ring: set, fence, look again, sleep.
 *
 * <p>DESIGN NOTES. An exception out of a round means that a program or the runtime is wrong and its state cannot be
 * trusted: the data path is given up, its applications are told, and everybody who asks later is told why. One out of a
 * command, which only looks or changes what is whole before and after, is its caller's.
 *
 * <p>{@link #call}, {@link #ring} and {@link #close} by any thread.
 */
public final class DataPathThread implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DataPathThread.class);
    private static final int BELL = 1;

    private final DataPath path;
    private final long originNs;
    private final TenantBell bell = new TenantBell();
    private final Poller poller;
    private final ConcurrentLinkedQueue<Command<?>> commands = new ConcurrentLinkedQueue<>();
    private final AdaptiveSpin spin;
    private final Durations.Counter rounds = new Durations.Counter();
    private long stopLingerNs;
    private final Thread thread;
    private volatile boolean stopping;
    private volatile String ended;
    private String failure;
    private Consumer<String> failureAction;
    private boolean bellClosed;

    private record Command<T>(LongFunction<T> action, CompletableFuture<T> answer) {
        void run(long nowNs) {
            try {
                answer.complete(action.apply(nowNs));
            } catch (RuntimeException | Error e) { // its caller's, and nobody else's
                answer.completeExceptionally(e);
            }
        }

        void refuse(String reason) {
            answer.completeExceptionally(new IllegalStateException(reason));
        }
    }

    /**
     * Prepares the thread.
     *
     * @param path         what it runs
     * @param originNs     {@link System#nanoTime} at the data path's time 0
     * @param spinLimitNs  longest time that it looks on before it sleeps
     * @param stopLingerNs longest time that it runs on at the end for what applications have written
     */
    public DataPathThread(DataPath path, long originNs, long spinLimitNs, long stopLingerNs) {
        this.stopLingerNs = stopLingerNs;
        spin = new AdaptiveSpin(spinLimitNs);
        this.path = path;
        this.originNs = originNs;
        poller = new Poller(path.port().descriptor(), bell.descriptor());
        thread = new Thread(this::run, "millrace-" + path.instance() + (path.place().hasOthers() ? "/" + path.place().index() : ""));
        thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    /** {@return whether this is the thread} */
    public boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    /** Says what to do when the data path fails: at once if it has. Called once. */
    public void onFailure(Consumer<String> action) {
        String already;
        synchronized (commands) {
            failureAction = action;
            already = failure;
        }
        if (already != null) {
            action.accept(already);
        }
    }

    private void tellFailure(String reason) {
        Consumer<String> action;
        synchronized (commands) {
            failure = reason;
            action = failureAction;
        }
        if (action != null) {
            action.accept(reason);
        }
    }

    /** {@return why the data path no longer runs, or null while it does} */
    public String ended() {
        return ended;
    }

    /** Runs something on the thread. Completes with its answer, or with an IllegalStateException if the data path has ended. */
    public <T> CompletableFuture<T> call(LongFunction<T> action) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        commands.add(new Command<>(action, answer));
        ring();
        if (ended != null) {
            refuseAll();
        }
        return answer;
    }

    /**
     * {@return the answer of something that is run on the thread; waits for it}
     *
     * @throws IllegalStateException if the data path has ended, or could not answer; what it throws otherwise is thrown here
     */
    public <T> T await(LongFunction<T> question) {
        return answer(call(question));
    }

    /** {@return what a {@link #call} has answered; waits for it and throws as {@link #await}} */
    public <T> T answer(CompletableFuture<T> call) {
        try {
            return call.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause
                : new IllegalStateException(path.instance() + " could not answer: " + e.getCause(), e.getCause());
        }
    }

    /** Looks on for another time before it sleeps, and runs on for another at the end. Own thread only: as a {@link #call}. */
    public void bounds(long spinLimitNs, long lingerNs) {
        spin.limit(spinLimitNs);
        stopLingerNs = lingerNs;
    }

    /** {@return how long rounds take that find something to do} Own thread only: as a {@link #call}. */
    public Durations rounds() {
        return rounds.now();
    }

    /** Wakes the thread. */
    public void ring() {
        synchronized (bell) {
            if (!bellClosed) {
                bell.signal();
            }
        }
    }

    /** {@return a descriptor by which a tenant can wake the thread, and nothing else; the caller closes it} */
    public int tenantBell() {
        synchronized (bell) {
            if (bellClosed) {
                throw new IllegalStateException(ended);
            }
            return bell.tenant();
        }
    }

    /** Instead of {@link #start}: whoever waits for the thread, or will, is told why it never runs. */
    public void cancel(String reason) {
        ended = reason;
        refuseAll();
    }

    private void run() {
        try {
            long nowNs = now();
            while (!stopping) {
                boolean idle = path.poll(nowNs) > nowNs;
                if (idle && !lookOn()) {
                    sleep(Long.MAX_VALUE);
                }
                obey();
                long endNs = now();
                if (!idle) {
                    rounds.count(endNs - nowNs);
                }
                nowNs = endNs;
            }
            finish();
            path.close();
            ended = path.instance() + " is closed";
        } catch (Throwable e) {
            ended = path.instance() + " has failed: " + e;
            LOG.error("{} has failed and gives up; all of its connections are lost", path.instance(), e);
            try {
                path.abandon();
                path.closePort();
            } finally {
                refuseAll();
                tellFailure(ended);
            }
        } finally {
            refuseAll();
        }
    }

    /** Looks on for a while, if it is set to. Answers whether there is something to do. */
    private boolean lookOn() {
        if (spin.spinNs() == 0) {
            return false;
        }
        long nowNs = now();
        long untilNs = nowNs + spin.spinNs();
        boolean paid = false;
        while (!paid && nowNs < untilNs) {
            Thread.onSpinWait();
            nowNs = now();
            paid = path.poll(nowNs) <= nowNs || !commands.isEmpty() || stopping;
        }
        spin.spun(paid);
        return paid;
    }

    /** Applications are let go of; what they have written is still sent. */
    private void finish() {
        long endNs = now() + stopLingerNs;
        for (long nowNs = now(); path.leaveAll(nowNs) && nowNs < endNs; nowNs = now()) {
            obey();
            if (path.poll(nowNs) > nowNs) {
                sleep(endNs);
            }
        }
    }

    private void sleep(long limitNs) {
        path.sleeping(true);
        long nowNs = now();
        long untilNs = Math.min(path.poll(nowNs), limitNs);
        if (untilNs > nowNs && commands.isEmpty() && (!stopping || limitNs != Long.MAX_VALUE)) {
            long ready = poller.poll(untilNs == Long.MAX_VALUE ? -1 : Math.max(0, untilNs - now()));
            if ((ready & 1 << BELL) != 0) {
                bell.drain();
            }
        }
        path.sleeping(false);
    }

    private void obey() {
        for (Command<?> command = commands.poll(); command != null; command = commands.poll()) {
            command.run(now());
        }
    }

    private void refuseAll() {
        for (Command<?> command = commands.poll(); command != null; command = commands.poll()) {
            command.refuse(ended);
        }
    }

    private long now() {
        return System.nanoTime() - originNs;
    }

    /** Ends the data path in order and waits for that. */
    @Override
    public void close() {
        stopping = true;
        ring();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        synchronized (bell) {
            if (!bellClosed) {
                bellClosed = true;
                bell.close();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

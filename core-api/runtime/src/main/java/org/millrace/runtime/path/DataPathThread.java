package org.millrace.runtime.path;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.millrace.memory.AdaptiveSpin;
import org.millrace.memory.Poller;
import org.millrace.memory.TenantBell;
import org.millrace.runtime.place.Affinity;
import org.millrace.runtime.status.Durations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of a data path: real time, and the one place where it sleeps. It sleeps only after a round that found
 * nothing to do with the flags already set that make ports and applications ring: set, fence, look again, sleep.
 *
 * <p>DESIGN NOTES. An exception out of a round means that a program or the runtime is wrong and its state cannot be
 * trusted: the data path is given up, its applications are told, and everybody who asks later is told why. One out of a
 * question, which only looks or changes what is whole before and after, is its caller's. Before it is given up, somebody may put
 * another program in place of the one that has failed ({@link Rescue}).
 *
 * <p>Another such thread can run the data path beside its own ({@link #moveTo}): its own one waits meanwhile.
 *
 * <p>A round that never ends, as a stage that blocks or loops makes it, cannot be ended from outside: nobody who asks or closes
 * waits for it longer than a while in which the thread has visibly done nothing ({@link Questions}).
 *
 * <p>{@link #call}, {@link #await}, {@link #answer}, {@link #tell}, {@link #ring} and {@link #close} by any thread.
 */
public final class DataPathThread implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DataPathThread.class);
    /** Which of {@link #descriptors} rings. */
    static final int BELL = 1;
    /** The longer one is for what may take long where there are many connections: to list or to reset them. */
    private static final Patience PATIENCE = new Patience(TimeUnit.SECONDS.toNanos(2), TimeUnit.SECONDS.toNanos(10));

    private final DataPath path;
    private final long originNs;
    private final TenantBell bell = new TenantBell();
    private final Poller poller;
    private final Questions questions;
    private final Pulse pulse = new Pulse();
    private final AdaptiveSpin spin;
    private final Durations.Counter rounds = new Durations.Counter();
    private long stopLingerNs;
    private final Patience patience;
    private final Thread thread;
    private final Guests guests = new Guests(this);
    private final Rescue rescue = new Rescue(this);
    /** Who is to run it: changed by who runs it. */
    private volatile DataPathThread place = this;
    /** Who runs it. */
    private volatile Thread runner;
    private volatile boolean away;
    /** When the next round of its own thread begins. */
    private long nextNs;
    private List<Integer> cpus = List.of();
    private volatile boolean stopping;
    private volatile String ended;
    private String failure;
    private Consumer<String> failureAction;
    private boolean bellClosed;

    /**
     * For how long a thread may do nothing before nobody waits for it any more.
     *
     * @param askNs who asks
     * @param endNs who is being answered, or closes
     */
    record Patience(long askNs, long endNs) {
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
        this(path, originNs, spinLimitNs, stopLingerNs, PATIENCE);
    }

    DataPathThread(DataPath path, long originNs, long spinLimitNs, long stopLingerNs, Patience patience) {
        this.patience = patience;
        questions = new Questions(this, patience);
        this.stopLingerNs = stopLingerNs;
        spin = new AdaptiveSpin(spinLimitNs);
        this.path = path;
        this.originNs = originNs;
        poller = new Poller(path.port().descriptor(), bell.descriptor());
        thread = new Thread(this::run, "millrace-" + path.instance() + (path.place().hasOthers() ? "/" + path.place().index() : ""));
        thread.setDaemon(true);
        runner = thread;
    }

    /** Keeps the thread on these processors; before {@link #start}. */
    public void pin(List<Integer> numbers) {
        cpus = List.copyOf(numbers);
    }

    /** {@return the processors that its thread stays on; none: the kernel chooses} */
    public List<Integer> cpus() {
        return cpus;
    }

    public void start() {
        thread.start();
    }

    /** {@return whether this is the thread that runs it} */
    public boolean isCurrent() {
        return Thread.currentThread() == runner;
    }

    /** {@return whether the calling thread, which runs it, is to go on with that} */
    boolean stays() {
        return place.thread == runner;
    }

    long mark() {
        return pulse.mark();
    }

    /** Says what to do when the data path fails: at once if it has. Called once. */
    public void onFailure(Consumer<String> action) {
        String already;
        synchronized (bell) {
            failureAction = action;
            already = failure;
        }
        if (already != null) {
            action.accept(already);
        }
    }

    /** {@return who puts another program in place of one that has failed} */
    public Rescue rescue() {
        return rescue;
    }

    private void tellFailure(String reason) {
        Consumer<String> action;
        synchronized (bell) {
            failure = reason;
            action = failureAction;
        }
        if (action != null) {
            action.accept(reason);
        }
    }

    String instance() {
        return path.instance();
    }

    /** {@return why the data path no longer runs, or null while it does} */
    public String ended() {
        return ended;
    }

    /** Runs something on the thread. Completes with its answer, or with an IllegalStateException if the data path has ended. */
    public <T> CompletableFuture<T> call(LongFunction<T> action) {
        return questions.put(action);
    }

    /**
     * {@return the answer of something that is run on the thread; waits for it} Once begun it is waited for to its end; it is
     * never begun if this throws because the thread hangs.
     *
     * @throws IllegalStateException if the data path has ended, hangs, or could not answer; what it throws otherwise is thrown here
     */
    public <T> T await(LongFunction<T> action) {
        Question<T> question = questions.put(action);
        return questions.answer(question, question::withdraw);
    }

    /**
     * {@return what a {@link #call} that only looks has answered; waits for it}
     *
     * @throws IllegalStateException if the data path has ended, hangs, or could not answer; what it throws otherwise is thrown here
     */
    public <T> T answer(CompletableFuture<T> call) {
        return questions.answer((Question<T>) call, () -> ((Question<T>) call).withdraw() || !call.isDone());
    }

    /**
     * Runs something on the thread and waits for that, whatever comes of it. If the thread hangs it is run when it no longer does.
     */
    public void tell(LongFunction<?> action) {
        questions.hangs(questions.put(action), () -> true);
    }

    /**
     * Waits for what a {@link #call} does. If the thread hangs that is done when it no longer does, before anything else.
     *
     * @return whether it has been done
     * @throws IllegalStateException if the data path has ended, or could not; what it throws otherwise is thrown here
     */
    public boolean isAnswered(CompletableFuture<?> call) {
        if (questions.hangs((Question<?>) call, () -> true)) {
            return false;
        }
        answer(call);
        return true;
    }

    /** {@return a line for people: that it has not answered, for how long, and what it does instead} */
    public String silence() {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(Math.max(patience.askNs, roundNs()));
        String shard = path.place().hasOthers() ? "shard " + path.place().index() + " of " : "";
        String where = Stream.of(runner.getStackTrace())
            .filter(frame -> !frame.getClassName().startsWith("java.") && !frame.getClassName().startsWith("jdk."))
            .findFirst().map(frame -> "it is in " + frame).orElse("it does not run");
        return shard + path.instance() + " has not answered for " + seconds + " s: " + where;
    }

    /** Looks on for another time before it sleeps, and runs on for another at the end. Own thread only: as a {@link #call}. */
    public void bounds(long spinLimitNs, long lingerNs) {
        spin.limit(spinLimitNs);
        stopLingerNs = lingerNs;
    }

    /** {@return how long its round has lasted by now, ns, 0 if it sleeps} More than a second: it hangs. */
    public long roundNs() {
        return pulse.roundNs(now());
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
        questions.refuseAll(ended);
    }

    private void run() {
        try {
            Affinity.pin(cpus);
            nextNs = now();
            while (!stopping && ended == null) {
                try {
                    go();
                } catch (Throwable e) {
                    guests.releaseAll();
                    if (!rescue.begins(e)) {
                        throw e;
                    }
                }
                if (place != this) {
                    guests.releaseAll();
                    visit(place);
                }
                if (rescue.why() != null) {
                    rescue.await();
                    nextNs = now();
                }
            }
            guests.releaseAll();
            if (ended == null) {
                finish();
                path.close();
                ended = path.instance() + " is closed";
            }
        } catch (Throwable e) {
            guests.releaseAll();
            fail(e);
        } finally {
            questions.refuseAll(ended);
        }
    }

    private void go() {
        if (guests.isEmpty()) {
            round();
        } else {
            guests.round();
            nextNs = now();
        }
    }

    /** On another one's thread: goes home, to wait there for another program, or to fail. */
    void breaks(Throwable e) {
        if (rescue.begins(e)) {
            stayHome();
        } else {
            fail(e);
        }
    }

    /** Instead of a round: answers questions, until a time is over or somebody has called. Answers whether it is to go on. */
    boolean standBy(long ns) {
        questions.obey();
        if (rescue.why() != null && !stopping) {
            pulse.asleep();
            if (new Poller(bell.descriptor()).poll(ns) != 0) {
                bell.drain();
            }
            pulse.round(now());
        }
        return !stopping;
    }

    @Override
    public String toString() {
        return thread.getName();
    }

    /** Ends without a word to the peers. */
    void fail(Throwable e) {
        ended = path.instance() + " has failed: " + e;
        LOG.error("{} has failed and gives up; all of its connections are lost", path.instance(), e);
        try {
            path.abandon();
            path.closePort();
        } catch (RuntimeException | Error again) {
            LOG.error("{}: what it leaves behind is not put away", path.instance(), again);
        } finally {
            questions.refuseAll(ended);
            tellFailure(ended);
        }
    }

    private void round() {
        long nowNs = nextNs;
        pulse.round(nowNs);
        boolean idle = path.poll(nowNs) > nowNs;
        if (idle && !lookOn()) {
            sleep(Long.MAX_VALUE);
        }
        questions.obey();
        nextNs = now();
        if (!idle) {
            rounds.count(nextNs - nowNs);
        }
    }

    /** A round among others. Answers whether there was nothing to do. */
    boolean turn() {
        long nowNs = now();
        pulse.round(nowNs);
        boolean idle = path.poll(nowNs) > nowNs;
        questions.obey();
        if (!idle) {
            rounds.count(now() - nowNs);
        }
        return idle;
    }

    /** Asks to be woken and looks once more. Answers until when there is nothing to do. */
    long lastLook() {
        path.sleeping(true);
        return path.poll(now());
    }

    boolean isCalled() {
        return stopping || !questions.isEmpty();
    }

    void asleep() {
        pulse.asleep();
    }

    void awake(boolean rung) {
        pulse.round(now());
        if (rung) {
            bell.drain();
        }
        path.sleeping(false);
    }

    IntStream descriptors() {
        return IntStream.of(path.port().descriptor(), bell.descriptor());
    }

    boolean leaves(DataPathThread host) {
        return place != host || stopping || ended != null;
    }

    void stayHome() {
        place = this;
    }

    /** By who has run it: no more. */
    void comeHome() {
        away = false;
        LockSupport.unpark(thread);
    }

    /**
     * Lets another thread run the data path from now on, beside its own, or its own one again. Waits for that. Any thread; one
     * move at a time, and to one that is at home.
     *
     * @param other whose thread
     * @throws IllegalStateException if one of them has ended or hangs; then it stays where it is, or comes home
     */
    public void moveTo(DataPathThread other) {
        if (runner == other.thread) {
            return;
        }
        await(nowNs -> {
            if (rescue.why() != null) {
                throw new IllegalStateException(path.instance() + " is not run by another thread: what it runs has failed");
            }
            place = other;
            return null;
        });
        if (!await(nowNs -> runner == other.thread)) {
            throw new IllegalStateException(path.instance() + " is not run by another thread: that one has ended, or waits for another program");
        }
    }

    /** Own thread: waits while another one runs the data path. */
    private void visit(DataPathThread host) {
        away = true;
        host.call(nowNs -> host.takeIn(this)).whenComplete((taken, refused) -> {
            if (refused != null || !taken) {
                stayHome();
                comeHome();
            }
        });
        while (away) {
            LockSupport.park(this);
        }
        runner = thread;
        nextNs = now();
        if (stopping) {
            stayHome();
        }
    }

    private boolean takeIn(DataPathThread guest) {
        if (place != this || stopping || rescue.why() != null) {
            return false;
        }
        guest.runner = thread;
        guests.take(guest);
        return true;
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
            paid = path.poll(nowNs) <= nowNs || !questions.isEmpty() || stopping;
        }
        spin.spun(paid);
        return paid;
    }

    /** Applications are let go of; what they have written is still sent. */
    private void finish() {
        long endNs = now() + stopLingerNs;
        for (long nowNs = now(); path.leaveAll(nowNs) && nowNs < endNs; nowNs = now()) {
            pulse.round(nowNs);
            questions.obey();
            if (path.poll(nowNs) > nowNs) {
                sleep(endNs);
            }
        }
    }

    private void sleep(long limitNs) {
        path.sleeping(true);
        long nowNs = now();
        long untilNs = Math.min(path.poll(nowNs), limitNs);
        if (untilNs > nowNs && questions.isEmpty() && (!stopping || limitNs != Long.MAX_VALUE)) {
            pulse.asleep();
            long ready = poller.poll(untilNs == Long.MAX_VALUE ? -1 : Math.max(0, untilNs - now()));
            pulse.round(now());
            if ((ready & 1 << BELL) != 0) {
                bell.drain();
            }
        }
        path.sleeping(false);
    }

    long now() {
        return System.nanoTime() - originNs;
    }

    /** Ends the data path in order and waits for that; not for one that hangs, which keeps its port and its memory. */
    @Override
    public void close() {
        stopping = true;
        ring();
        if (awaitEnd()) {
            synchronized (bell) {
                if (!bellClosed) {
                    bellClosed = true;
                    bell.close();
                }
            }
        } else {
            ended = path.instance() + " does not end: " + silence();
            LOG.error(ended);
            questions.refuseAll(ended);
            questions.refuseBegun(ended);
        }
    }

    /** Answers whether the thread has ended; else it hangs. */
    private boolean awaitEnd() {
        boolean interrupted = false;
        boolean late = false;
        boolean hangs = false;
        while (thread.isAlive() && !hangs) {
            try {
                thread.join(Questions.STEP_MS);
                boolean now = roundNs() >= patience.endNs;
                hangs = late && now; // twice: everybody may have stood still
                late = now;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }
}

package org.millrace.runtime.path;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongFunction;

/**
 * What other threads want of a data path's. Nobody waits for a thread that hangs: one that has visibly done nothing for a while,
 * counted in short steps, so that a machine that stood still for everybody does not count. Any thread, but for {@link #obey}.
 */
final class Questions {
    static final long STEP_MS = 100;

    private final DataPathThread asked;
    private final DataPathThread.Patience patience;
    private final ConcurrentLinkedQueue<Question<?>> questions = new ConcurrentLinkedQueue<>();
    /** What is being answered; whoever waits for it when the thread is given up is told so. */
    private volatile Question<?> begun;

    Questions(DataPathThread asked, DataPathThread.Patience patience) {
        this.asked = asked;
        this.patience = patience;
    }

    boolean isEmpty() {
        return questions.isEmpty();
    }

    <T> Question<T> put(LongFunction<T> action) {
        Question<T> question = new Question<>(action);
        questions.add(question);
        asked.ring();
        if (asked.ended() != null) {
            refuseAll(asked.ended());
        }
        return question;
    }

    <T> T answer(Question<T> question, BooleanSupplier givesUp) {
        if (hangs(question, givesUp)) {
            questions.remove(question);
            throw new IllegalStateException(asked.silence());
        }
        try {
            return question.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause
                : new IllegalStateException(asked.instance() + " could not answer: " + e.getCause(), e.getCause());
        }
    }

    /** Waits. Answers whether the thread does nothing, and who has asked gives up for that. */
    boolean hangs(Question<?> question, BooleanSupplier givesUp) {
        boolean interrupted = false;
        boolean hangs = false;
        long mark = asked.mark();
        long stillNs = 0;
        while (!hangs && !question.isDone()) {
            try {
                if (!question.isAnswered(STEP_MS)) {
                    long next = asked.mark();
                    stillNs = next == mark ? stillNs + TimeUnit.MILLISECONDS.toNanos(STEP_MS) : 0;
                    mark = next;
                    long limitNs = question.isBegun() ? patience.endNs() : patience.askNs();
                    hangs = stillNs > 0 && Math.max(stillNs, asked.roundNs()) >= limitNs && givesUp.getAsBoolean();
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return hangs;
    }

    /** The thread that runs the data path only. Whoever is to run it from now on obeys the rest. */
    void obey() {
        while (asked.stays()) {
            Question<?> question = questions.poll();
            if (question == null) {
                return;
            }
            begun = question;
            question.run(asked.now());
            begun = null;
        }
    }

    void refuseAll(String reason) {
        for (Question<?> question = questions.poll(); question != null; question = questions.poll()) {
            question.refuse(reason);
        }
    }

    void refuseBegun(String reason) {
        Question<?> unfinished = begun;
        if (unfinished != null) {
            unfinished.refuse(reason);
        }
    }
}

package org.millrace.runtime.path;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongFunction;

/**
 * Something that another thread wants of a data-path thread: answered once, or withdrawn before it is begun. Any thread.
 *
 * @param <T> the answer's type
 */
final class Question<T> extends CompletableFuture<T> {
    private final LongFunction<T> action;
    private final AtomicBoolean taken = new AtomicBoolean();

    Question(LongFunction<T> action) {
        this.action = action;
    }

    /** Data-path thread only. What is thrown is its asker's, and nobody else's. */
    void run(long nowNs) {
        if (taken.compareAndSet(false, true)) {
            try {
                complete(action.apply(nowNs));
            } catch (RuntimeException | Error e) {
                completeExceptionally(e);
            }
        }
    }

    /** {@return whether it will never be begun} */
    boolean withdraw() {
        return taken.compareAndSet(false, true);
    }

    boolean isBegun() {
        return taken.get();
    }

    void refuse(String reason) {
        completeExceptionally(new IllegalStateException(reason));
    }

    /** {@return whether it is answered after so long at most} */
    boolean isAnswered(long waitMs) throws InterruptedException {
        try {
            get(waitMs, TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            return false;
        } catch (ExecutionException e) {
            return true; // that is an answer too
        }
        return true;
    }
}

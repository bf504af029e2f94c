package org.millrace.runtime.place;

import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.millrace.memory.Linux;

/** Keeps threads on processors. Any thread. */
public final class Affinity {
    private Affinity() {
    }

    /**
     * Keeps the calling thread on some processors from now on, and what it starts.
     *
     * @param cpus their numbers; none: it is left alone
     * @throws org.millrace.memory.NativeException if it may run on none of them
     */
    public static void pin(List<Integer> cpus) {
        if (!cpus.isEmpty()) {
            BitSet set = new BitSet();
            cpus.forEach(set::set);
            Linux.check(new Linux().setAffinity(set), "running on cpus " + cpus);
        }
    }

    /**
     * {@return what is made by a thread on these processors} The memory that it writes first is then, as Linux has it, of their
     * NUMA node.
     *
     * @param cpus   their numbers; none: it is made here
     * @param making makes it; what it throws is thrown here
     * @param <T>    its type
     */
    public static <T> T on(List<Integer> cpus, Supplier<T> making) {
        if (cpus.isEmpty()) {
            return making.get();
        }
        FutureTask<T> task = new FutureTask<>(() -> {
            pin(cpus);
            return making.get();
        });
        Thread.ofPlatform().daemon().name("millrace-making").start(task);
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) e.getCause(); // a supplier throws nothing else
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}

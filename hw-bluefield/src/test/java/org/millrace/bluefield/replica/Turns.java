package org.millrace.bluefield.replica;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;

/**
 * Lets threads go one at a time, and at each of their accesses to a view chooses by a seed which goes on. Known to the
 * views of a {@link TurnsLoader} only.
 */
public final class Turns {
    private static final ThreadLocal<Runnable> AT_ACCESS = ThreadLocal.withInitial(() -> () -> { });

    private final Random random;
    private final List<Semaphore> waiting = new ArrayList<>();

    private Turns(long seed) {
        random = new Random(seed);
    }

    /** Called before each access. */
    public static void take() {
        AT_ACCESS.get().run();
    }

    /**
     * Runs all to their ends, interleaved.
     *
     * @param seed chooses
     * @param all  each on a thread of its own
     */
    public static void run(long seed, List<Runnable> all) {
        Turns turns = new Turns(seed);
        List<Thread> threads = new ArrayList<>();
        for (Runnable each : all) {
            Semaphore mine = new Semaphore(0);
            turns.waiting.add(mine);
            threads.add(Thread.ofPlatform().start(() -> {
                mine.acquireUninterruptibly();
                AT_ACCESS.set(() -> turns.pass(mine));
                each.run();
                turns.waiting.remove(mine);
                turns.next();
            }));
        }
        turns.next();
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private void pass(Semaphore mine) {
        next();
        mine.acquireUninterruptibly();
    }

    private void next() {
        if (!waiting.isEmpty()) {
            waiting.get(random.nextInt(waiting.size())).release();
        }
    }
}

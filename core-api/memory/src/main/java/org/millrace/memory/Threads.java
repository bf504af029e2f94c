package org.millrace.memory;

/** Waits for threads. Any thread. */
public final class Threads {
    private Threads() {
    }

    /**
     * Waits for a thread's end, however often the caller is interrupted; it keeps that it was.
     *
     * @param thread which; one that was never started has ended
     */
    public static void joinUninterruptibly(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

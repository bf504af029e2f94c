package org.millrace.launcher;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The end of the process, which a signal may ask for at any time. What is starting then is let come to an end first: taken
 * apart in the middle, it would fail in many ways, and say so. Any thread.
 */
final class Ending {
    /** A start is a second, and on a machine with twenty times as much to do as it can twenty. */
    private static final long PATIENCE_S = 40;

    private final CountDownLatch settled = new CountDownLatch(1);
    private volatile boolean asked;
    private volatile Runnable action = () -> { };

    /** Begins to listen for it. */
    Ending() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::end, "millrace-stop"));
    }

    /** {@return whether it has been asked for: whoever starts something starts no more} */
    boolean isAsked() {
        return asked;
    }

    /** From now on this is what has to be done. */
    void takes(Runnable end) {
        action = end;
    }

    /** The start has come to an end, whichever. */
    void settled() {
        settled.countDown();
    }

    private void end() {
        asked = true;
        if (settled.getCount() > 0) {
            System.err.println("millrace: ended before it was ready");
            // what a library initialises from now on finds the shutdown in progress, and its threads would print that
            System.setErr(new PrintStream(OutputStream.nullOutputStream()));
        }
        try {
            settled.await(PATIENCE_S, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        action.run();
    }
}

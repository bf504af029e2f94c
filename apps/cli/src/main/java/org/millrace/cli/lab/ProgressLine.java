package org.millrace.cli.lab;

import java.io.PrintWriter;
import java.util.Locale;
import org.millrace.lab.experiment.Progress;

/**
 * How far a run is, on the error output: a line that changes on a terminal, else a line every ten seconds; nothing for runs that are over
 * sooner.
 */
final class ProgressLine implements Progress {
    private static final boolean IS_TERMINAL = System.console() != null && System.console().isTerminal();
    private static final long GAP_NS = IS_TERMINAL ? 500_000_000L : 10_000_000_000L;

    private final PrintWriter out;
    private final String name;
    private final long startNs = System.nanoTime();
    private long lastNs = startNs;
    private boolean isShown;

    ProgressLine(PrintWriter out, String name) {
        this.out = out;
        this.name = name;
    }

    @Override
    public void at(double part, String what) {
        long nowNs = System.nanoTime();
        if (nowNs - lastNs < GAP_NS) {
            return;
        }
        lastNs = nowNs;
        isShown = true;
        String line = String.format(Locale.ROOT, "millrace: %s: %.0f %%, %d s: %s", name, 100 * part, (nowNs - startNs) / 1_000_000_000L, what);
        out.print(IS_TERMINAL ? line + "\033[K\r" : line + System.lineSeparator()); // ECMA-48 §8.3.41
        out.flush();
    }

    void end() {
        if (isShown && IS_TERMINAL) {
            out.print("\033[K");
            out.flush();
        }
    }
}

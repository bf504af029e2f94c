package org.millrace.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.millrace.api.port.Port;
import org.millrace.benchmarks.figures.Figures;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.ports.MemoryPort;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;
import org.millrace.runtime.swap.SwapException;
import org.millrace.runtime.swap.SwapReport;
import org.millrace.runtime.swap.SwapRequest;
import org.millrace.runtime.swap.SwapStep;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;
import org.millrace.tofino.TofinoBackend;

/**
 * Swaps under connections that stream both ways: how long the data path pauses, and how soon it is as fast as the new side
 * is when it has run for a while, in the second second after it. Two instances in one process, joined by a memory port; one
 * of them is swapped. After the swaps the same is measured as often without one: how much the rate varies by itself.
 *
 * <p>Arguments: number of swaps (20), connections (1000).
 */
public final class SwapPause {
    private static final long SECOND_NS = 1_000_000_000;
    private static final int RING_BYTES = 32 << 20;
    private static final int WINDOWS_A_SECOND = 10;
    private static final double GOAL = 0.9;

    private SwapPause() {
    }

    /**
     * Two seconds.
     *
     * @param steady      bytes a second in the second one
     * @param firstSecond the first one's share of that
     * @param reachedMs   end of the first tenth of a second in which the rate was nine tenths of that
     */
    private record Rates(double steady, double firstSecond, double reachedMs) {
    }

    /**
     * Runs both series.
     *
     * @param arguments as above
     * @throws Exception if anything fails: then a swap was not what it should be
     */
    public static void main(String[] arguments) throws Exception {
        int swaps = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20;
        int connections = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1000;
        series("flextoe and laminar on bluefield", swaps, connections, "tcp-flextoe",
            SwapRequest.KEEP.transport(0, new TransportChoice(new LaminarFactory(), Map.of())),
            SwapRequest.KEEP.transport(0, new TransportChoice(new FlexToeFactory(), Map.of())));
        series("bluefield and tofino under laminar", swaps, connections, "tcp-laminar",
            SwapRequest.KEEP.hardware(new TofinoBackend()), SwapRequest.KEEP.hardware(new BluefieldBackend()));
    }

    private static void series(String what, int swaps, int connections, String transport, SwapRequest... requests)
            throws InterruptedException, SwapException {
        Port[] wire = MemoryPort.pair(Map.of("ring-bytes", Integer.toString(RING_BYTES)));
        try (StreamLoad swapped = new StreamLoad(wire[1], true, connections, transport);
             StreamLoad other = new StreamLoad(wire[0], false, connections, transport)) {
            swapped.await();
            other.await();
            pause(5 * SECOND_NS);
            List<SwapReport> reports = new ArrayList<>();
            List<Rates> rates = new ArrayList<>();
            for (int i = 0; i < swaps; i++) {
                reports.add(swapped.instance().swap(requests[i % requests.length]));
                rates.add(rates(swapped, other));
                swapped.check();
                other.check();
                print(reports.getLast(), rates.getLast());
            }
            List<Rates> undisturbed = new ArrayList<>();
            for (int i = 0; i < swaps; i++) {
                undisturbed.add(rates(swapped, other));
            }
            double[] pauseMs = reports.stream().mapToDouble(report -> report.pauseNs() / 1e6).sorted().toArray();
            System.out.printf(Locale.ROOT, "%s, %d connections, %d swaps: pause p50 %.2f ms, worst %.2f ms%n", what,
                connections, swaps, median(pauseMs), pauseMs[swaps - 1]);
            print("after a swap", rates);
            print("without one", undisturbed);
            String name = what.replace(' ', '-');
            System.out.println(new Figures(name + ".pause", "ms", pauseMs).line());
            System.out.println(new Figures(name + ".reached", "ms", reachedMs(rates)).line());
            System.out.println(new Figures(name + ".undisturbed", "ms", reachedMs(undisturbed)).line());
        }
    }

    private static Rates rates(StreamLoad swapped, StreamLoad other) {
        double[] windows = new double[2 * WINDOWS_A_SECOND];
        for (int i = 0; i < windows.length; i++) {
            windows[i] = rate(swapped, other, SECOND_NS / WINDOWS_A_SECOND);
        }
        double first = Arrays.stream(windows, 0, WINDOWS_A_SECOND).average().orElseThrow();
        double steady = Arrays.stream(windows, WINDOWS_A_SECOND, windows.length).average().orElseThrow();
        int reached = 0;
        while (reached < windows.length - 1 && windows[reached] < GOAL * steady) {
            reached++;
        }
        return new Rates(steady, first / steady, (reached + 1) * 1e3 / WINDOWS_A_SECOND);
    }

    /** {@return bytes a second, both ways} */
    private static double rate(StreamLoad swapped, StreamLoad other, long ns) {
        long before = swapped.received() + other.received();
        long beginNs = System.nanoTime();
        pause(ns);
        return (swapped.received() + other.received() - before) * 1e9 / (System.nanoTime() - beginNs);
    }

    private static void pause(long ns) {
        long untilNs = System.nanoTime() + ns;
        for (long left = ns; left > 0; left = untilNs - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private static void print(SwapReport report, Rates rates) {
        System.out.printf(Locale.ROOT, "%-30s %4d connections, pause %6.2f ms (export %.2f, import %.2f), %.0f Mbit/s, "
            + "first second %.2f of it, 0.9 within %.0f ms%n", report.after(), report.connections(), report.pauseNs() / 1e6,
            report.stepNs().get(SwapStep.EXPORT) / 1e6, report.stepNs().get(SwapStep.IMPORT) / 1e6, rates.steady * 8 / 1e6,
            rates.firstSecond, rates.reachedMs);
    }

    private static void print(String when, List<Rates> rates) {
        double[] first = rates.stream().mapToDouble(Rates::firstSecond).sorted().toArray();
        double[] reached = rates.stream().mapToDouble(Rates::reachedMs).sorted().toArray();
        System.out.printf(Locale.ROOT, "  %s: first second to second one p50 %.2f, worst %.2f; 0.9 of it within p50 %.0f ms, "
            + "worst %.0f ms%n", when, median(first), first[0], median(reached), reached[reached.length - 1]);
    }

    private static double[] reachedMs(List<Rates> rates) {
        return rates.stream().mapToDouble(Rates::reachedMs).toArray();
    }

    private static double median(double[] sorted) {
        return sorted[sorted.length / 2];
    }
}

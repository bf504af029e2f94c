package org.millrace.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.millrace.api.port.Port;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.ports.MemoryPort;
import org.millrace.runtime.DataPathConfig.TransportChoice;
import org.millrace.runtime.SwapException;
import org.millrace.runtime.SwapReport;
import org.millrace.runtime.SwapRequest;
import org.millrace.runtime.SwapStep;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;
import org.millrace.tofino.TofinoBackend;

/**
 * Swaps under connections that stream both ways: how long the data path pauses, and how soon it is as fast as the new side
 * is when it has run for a while. Two instances in one process, joined by a memory port; one of them is swapped.
 *
 * <p>Arguments: number of swaps (20), connections (1000).
 */
public final class SwapPause {
    private static final long SECOND_NS = 1_000_000_000;
    private static final int RING_BYTES = 32 << 20;

    private SwapPause() {
    }

    private record Sample(SwapReport report, double firstSecond, double afterOneSecond) {
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
            List<Sample> samples = new ArrayList<>();
            for (int i = 0; i < swaps; i++) {
                samples.add(sample(swapped, other, requests[i % requests.length]));
            }
            print(what, connections, samples);
        }
    }

    private static Sample sample(StreamLoad swapped, StreamLoad other, SwapRequest request) throws SwapException {
        SwapReport report = swapped.instance().swap(request);
        double firstSecond = rate(swapped, other, SECOND_NS);
        double afterOneSecond = rate(swapped, other, SECOND_NS / 2);
        double steady = rate(swapped, other, SECOND_NS);
        swapped.check();
        other.check();
        System.out.printf(Locale.ROOT, "%-30s %4d connections, pause %6.2f ms (export %.2f, import %.2f), %.0f Mbit/s, "
            + "first second %.2f of it%n", report.after(), report.connections(), report.pauseNs() / 1e6,
            report.stepNs().get(SwapStep.EXPORT) / 1e6, report.stepNs().get(SwapStep.IMPORT) / 1e6, steady * 8 / 1e6,
            firstSecond / steady);
        return new Sample(report, firstSecond / steady, afterOneSecond / steady);
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

    private static void print(String what, int connections, List<Sample> samples) {
        double[] pauseMs = samples.stream().mapToDouble(sample -> sample.report.pauseNs() / 1e6).sorted().toArray();
        double[] first = samples.stream().mapToDouble(Sample::firstSecond).sorted().toArray();
        double[] after = samples.stream().mapToDouble(Sample::afterOneSecond).sorted().toArray();
        System.out.printf(Locale.ROOT, "%s, %d connections, %d swaps: pause p50 %.2f ms, worst %.2f ms; of the steady "
            + "rate p50 %.2f, worst %.2f in the first second, p50 %.2f, worst %.2f after it%n%n", what, connections,
            samples.size(), median(pauseMs), Arrays.stream(pauseMs).max().orElseThrow(), median(first), first[0],
            median(after), after[0]);
    }

    private static double median(double[] sorted) {
        return sorted[sorted.length / 2];
    }
}

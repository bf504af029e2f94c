package org.millrace.runtime.swap;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A swap that has succeeded.
 *
 * @param before      what ran
 * @param after       what runs
 * @param connections established connections handed over; 0 if they stay where they are
 * @param retiring    connections that stay with the old transports, which go when the last of them has gone
 * @param pauseNs     how long the data path did nothing else, ns: from {@link SwapStep#QUIESCE} to the end of
 *                    {@link SwapStep#COMMIT}
 * @param stepNs      how long each step took, ns
 * @param canary      what the shard that began was compared by, for people, or null: it was not
 */
public record SwapReport(Side before, Side after, int connections, int retiring, long pauseNs,
                         Map<SwapStep, Long> stepNs, String canary) {
    /**
     * {@return the report of several data paths that have done the same one after the other: sums, and the longest pause}
     *
     * @param each   theirs; one alone is the report
     * @param canary what the one that began was compared by, or null
     */
    public static SwapReport of(List<SwapReport> each, String canary) {
        if (each.size() == 1) {
            return each.getFirst();
        }
        Map<SwapStep, Long> steps = new EnumMap<>(SwapStep.class);
        each.forEach(report -> report.stepNs.forEach((step, ns) -> steps.merge(step, ns, Long::sum)));
        return new SwapReport(each.getFirst().before, each.getFirst().after, each.stream().mapToInt(SwapReport::connections).sum(),
            each.stream().mapToInt(SwapReport::retiring).sum(), each.stream().mapToLong(SwapReport::pauseNs).max().orElseThrow(),
            Map.copyOf(steps), canary);
    }

    /**
     * One side of a swap.
     *
     * @param hardware   name of the backend
     * @param transports names of the transports by position
     */
    public record Side(String hardware, List<String> transports) {
        @Override
        public String toString() {
            return String.join(", ", transports) + " on " + hardware;
        }
    }
}

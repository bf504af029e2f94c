package org.millrace.sim.workload;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * How long messages are: a distribution of sizes by its inverse, so that a number below 1 gives a size. In steps as published, or growing linearly between its
 * points; a Pareto tail may follow.
 */
public final class Sizes {
    private static final int QUANTILES = 1 << 17;

    private final String name;
    private final int[] sizes;
    private final double[] upTo;
    private final boolean isLinear;
    private final Tail tail;

    /** A generalized Pareto distribution behind the last point. */
    private record Tail(double shape, double scale, int most) {
        static final Tail NONE = new Tail(0, 0, 0);

        int size(int from, double part) {
            return (int) Math.min(most, Math.rint(from + scale / shape * (Math.pow(1 - part, -shape) - 1)));
        }
    }

    private Sizes(String name, List<double[]> points, boolean isLinear, Tail tail) {
        this.name = name;
        this.isLinear = isLinear;
        this.tail = tail;
        sizes = points.stream().mapToInt(point -> (int) point[0]).toArray();
        upTo = points.stream().mapToDouble(point -> point[1]).toArray();
    }

    /**
     * {@return one of Homa's workloads (SIGCOMM 2018, Figure 1)} W1: tail with k = 0.348238, σ = 214.476 behind 15 bytes, cut at 1,000,000; W5: in
     * packets of 1,442 bytes.
     *
     * @param number 1 to 5
     */
    public static Sizes homa(int number) {
        return switch (number) {
            case 1 -> new Sizes("W1", read("homa_FacebookKeyValueMsgSizeDist.txt", 1, 1), false, new Tail(0.348238, 214.476, 1_000_000));
            case 2 -> new Sizes("W2", read("homa_Google_SearchRPC.txt", 1, 1), false, Tail.NONE);
            case 3 -> new Sizes("W3", read("homa_Google_AllRPC.txt", 1, 1), false, Tail.NONE);
            case 4 -> new Sizes("W4", read("homa_Facebook_HadoopDist_All.txt", 1, 1), false, Tail.NONE);
            case 5 -> new Sizes("W5", read("homa_DCTCP_MsgSizeDist.txt", 1, 1_442), false, Tail.NONE);
            default -> throw new IllegalArgumentException("no workload W" + number + "; there are W1 to W5");
        };
    }

    /** {@return web search (DCTCP, SIGCOMM 2010), between its points linear} */
    public static Sizes webSearch() {
        return new Sizes("web search", read("websearch_cdf.txt", 0, 1), true, Tail.NONE);
    }

    /**
     * {@return messages of one size}
     *
     * @param bytes theirs
     */
    public static Sizes fixed(int bytes) {
        return new Sizes(bytes + " bytes", List.of(new double[] {bytes, 1}), false, Tail.NONE);
    }

    private static List<double[]> read(String file, int skip, int unit) {
        try (InputStream in = Sizes.class.getResourceAsStream(file);
             BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
            List<double[]> points = new ArrayList<>();
            lines.lines().skip(skip).filter(line -> !line.isBlank()).forEach(line -> {
                String[] words = line.strip().split("\\s+");
                points.add(new double[] {Double.parseDouble(words[0]) * unit, Double.parseDouble(words[1])});
            });
            return points;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return its name, for people} */
    public String name() {
        return name;
    }

    /**
     * {@return the size that a part of all messages does not exceed, bytes, at least 1}
     *
     * @param part 0 to below 1
     */
    public int size(double part) {
        int low = 0;
        int high = upTo.length;
        while (low < high) {
            int middle = low + high >>> 1;
            if (upTo[middle] >= part) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        if (low == upTo.length) {
            double last = upTo[low - 1];
            return tail == Tail.NONE ? sizes[low - 1] : tail.size(sizes[low - 1], (part - last) / (1 - last));
        }
        if (!isLinear || low == 0) {
            return Math.max(1, sizes[low]);
        }
        double share = (part - upTo[low - 1]) / (upTo[low] - upTo[low - 1]);
        return Math.max(1, (int) Math.rint(sizes[low - 1] + share * (sizes[low] - sizes[low - 1])));
    }

    /**
     * {@return a size at random, bytes}
     *
     * @param random dice
     */
    public int next(SplittableRandom random) {
        return size(random.nextDouble());
    }

    /** {@return their mean, bytes} */
    public double mean() {
        return meanUpTo(Integer.MAX_VALUE);
    }

    /**
     * {@return the mean of what of each message is within its first bytes}
     *
     * @param bytes so many
     */
    public double meanUpTo(int bytes) {
        double sum = 0;
        if (!isLinear && tail == Tail.NONE) { // exactly: the largest are too few for quantiles
            for (int i = 0; i < sizes.length; i++) {
                sum += Math.min(bytes, sizes[i]) * (upTo[i] - (i == 0 ? 0 : upTo[i - 1]));
            }
            return sum;
        }
        for (int i = 0; i < QUANTILES; i++) {
            sum += Math.min(bytes, size((i + 0.5) / QUANTILES));
        }
        return sum / QUANTILES;
    }

    /**
     * {@return sizes that part the messages so that the first bytes of those between two are as many in sum} Homa's cut-offs (SIGCOMM 2018, §3.4).
     *
     * @param levels how many parts; there is one cut less
     * @param bytes  how many of each message count
     */
    public int[] cuts(int levels, int bytes) {
        double whole = meanUpTo(bytes) * QUANTILES;
        int[] cuts = new int[levels - 1];
        double sum = 0;
        int cut = 0;
        for (int i = 0; i < QUANTILES && cut < cuts.length; i++) {
            int size = size((i + 0.5) / QUANTILES);
            sum += Math.min(bytes, size);
            while (cut < cuts.length && sum >= whole * (cut + 1) / levels) {
                cuts[cut++] = size;
            }
        }
        return cuts;
    }
}

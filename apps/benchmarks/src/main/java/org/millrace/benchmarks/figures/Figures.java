package org.millrace.benchmarks.figures;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A figure of each round, of one subject. Figures of the same rounds are compared round by round: what the machine did
 * meanwhile met both.
 *
 * @param subject what was measured, without a blank
 * @param unit    without a blank
 * @param rounds  one figure a round, at least one
 */
public record Figures(String subject, String unit, double... rounds) {
    private static final String MARK = "figures";

    /** Checks. */
    public Figures {
        if (rounds.length == 0) {
            throw new IllegalArgumentException("no round of " + subject);
        }
        rounds = rounds.clone();
    }

    @Override
    public double[] rounds() {
        return rounds.clone();
    }

    /** {@return the median of the rounds, the upper one of two} */
    public double median() {
        return sorted()[rounds.length / 2];
    }

    /** {@return the least of the rounds} */
    public double least() {
        return sorted()[0];
    }

    /** {@return the most of the rounds} */
    public double most() {
        return sorted()[rounds.length - 1];
    }

    private double[] sorted() {
        double[] sorted = rounds.clone();
        Arrays.sort(sorted);
        return sorted;
    }

    /**
     * {@return the ratio to another's, round by round}
     *
     * @param other of as many rounds
     */
    public Figures over(Figures other) {
        return with(other, subject + "/" + other.subject, "ratio", (mine, others) -> mine / others);
    }

    /**
     * {@return what is left without another's, round by round}
     *
     * @param other of as many rounds
     */
    public Figures without(Figures other) {
        return with(other, subject, unit, (mine, others) -> mine - others);
    }

    /**
     * {@return the sum with another's, round by round}
     *
     * @param other of as many rounds
     */
    public Figures with(Figures other) {
        return with(other, subject + "+" + other.subject, unit, Double::sum);
    }

    private Figures with(Figures other, String what, String in, DoubleBinaryOperator how) {
        if (other.rounds.length != rounds.length) {
            throw new IllegalArgumentException(subject + " has " + rounds.length + " rounds, " + other.subject + " "
                + other.rounds.length);
        }
        return new Figures(what, in, IntStream.range(0, rounds.length)
            .mapToDouble(i -> how.applyAsDouble(rounds[i], other.rounds[i])).toArray());
    }

    /** {@return a line that {@link #parse} reads, for another process} */
    public String line() {
        return MARK + " " + subject + " " + unit + " " + Arrays.stream(rounds)
            .mapToObj(value -> String.format(Locale.ROOT, "%.4f", value)).collect(Collectors.joining(" "));
    }

    /**
     * {@return the figures among what a process has printed, other lines aside}
     *
     * @param output its lines
     */
    public static List<Figures> parse(String output) {
        return output.lines().map(line -> line.split(" ")).filter(words -> words[0].equals(MARK))
            .map(words -> new Figures(words[1], words[2],
                Arrays.stream(words, 3, words.length).mapToDouble(Double::parseDouble).toArray()))
            .toList();
    }
}
